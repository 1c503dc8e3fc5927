#include "app/kcat/message_printer.h"

#include <gtest/gtest.h>

#include "app/kcat/delimiter.h"
#include "app/kcat/pack_format.h"

namespace weir::app::kcat {
namespace {

using namespace std::string_literals;

RecordView sample_message() {
  RecordView message;
  message.topic = "t";
  message.partition = 2;
  message.offset = 5;
  message.timestamp = 1700;
  message.key = "k";
  message.value = "v\n";
  message.headers = {{"a", "1"}, {"b", std::nullopt}, {"c", ""}};
  return message;
}

std::string printed(PrintOptions options, const RecordView& message = sample_message()) {
  std::string out;
  const auto done = MessagePrinter::make(std::move(options))->print(message, 3, out);
  return done ? out : out + "!" + done.error();
}

TEST(KcatFormat, every_letter_prints_its_part) {
  EXPECT_EQ(printed({.format = "%t %p %o %T %k %K %s %S %h %%|"}),
            "t 2 5 1700 k 1 v\n 2 a=1,b=NULL,c= %|");
  EXPECT_EQ(printed({.format = "%R"}), "\0\0\0\x02"s);
}

TEST(KcatFormat, null_has_a_length_of_minus_one_and_prints_nothing_or_its_name) {
  RecordView message = sample_message();
  message.key.reset();
  message.value = "";
  EXPECT_EQ(printed({.format = "%k,%K,%s,%S"}, message), ",-1,,0");
  EXPECT_EQ(printed({.format = "%k,%K,%s,%S", .shows_null = true}, message), "NULL,-1,NULL,0");
  message.value.reset();
  EXPECT_EQ(printed({.format = "%R"}, message), "\xff\xff\xff\xff"s);
}

TEST(KcatFormat, escapes_are_letters_decimal_octal_and_hexadecimal_numbers) {
  EXPECT_EQ(printed({.format = "\\n\\t\\r\\q\\\\|\\65|\\065|\\x41|\\xff"}), "\n\t\rq\\|A|5|A|ff");
  EXPECT_EQ(printed({.format = "end\\"}), "end\\");
  EXPECT_EQ(printed({.format = "end\\x"}), "end");
}

TEST(KcatFormat, a_zero_byte_ends_a_literal) {
  EXPECT_EQ(printed({.format = "a\\x00z%kc\\0d"}), "akc");
}

TEST(KcatFormat, other_letters_are_errors) {
  EXPECT_EQ(MessagePrinter::make({.format = "a%x"}).error(), "Unsupported formatter: %x");
  EXPECT_EQ(MessagePrinter::make({.format = "a%"}).error(), "Empty formatter");
}

TEST(KcatFormat, delimiters_make_a_format_of_63_bytes_at_most) {
  EXPECT_EQ(delimited_format(std::nullopt, "\n"), "%s\n");
  EXPECT_EQ(delimited_format(":", "|"), "%k:%s|");
  EXPECT_EQ(delimited_format(std::string(100, 'k'), "|"), "%k" + std::string(61, 'k'));
}

TEST(KcatJson, the_envelope_has_kcats_names_in_kcats_order) {
  EXPECT_EQ(printed({.format = "\\n%s", .is_json = true}),
            "{\"topic\":\"t\",\"partition\":2,\"offset\":5,\"tstype\":\"create\",\"ts\":1700,"
            "\"broker\":3,\"headers\":[\"a\",\"1\",\"b\",null,\"c\",\"\"],\"key\":\"k\","
            "\"payload\":\"v\\n\"}\n");
}

TEST(KcatJson, what_is_not_there_is_left_out_or_null) {
  RecordView message;
  message.topic = "t";
  message.offset = 0;
  EXPECT_EQ(printed({.format = "%s", .is_json = true}, message),
            "{\"topic\":\"t\",\"partition\":0,\"offset\":0,\"broker\":3,\"key\":null,"
            "\"payload\":null}");
  message.timestamp = 5;
  message.is_log_append_time = true;
  EXPECT_NE(printed({.format = "", .is_json = true}, message).find("\"logappend\",\"ts\":5"),
            std::string::npos);
}

TEST(KcatJson, control_bytes_are_escaped_and_all_others_stay) {
  std::string out;
  append_json_text("\x01\x1f\"\\/\b\f\n\r\t\x7f\xff", out);
  EXPECT_EQ(out, "\"\\u0001\\u001F\\\"\\\\/\\b\\f\\n\\r\\t\x7f\xff\"");
}

TEST(KcatDelimiter, newlines_then_tabs_then_numbers_are_replaced) {
  EXPECT_EQ(parse_delimiter("a\\nb\\tc\\x41!\\r"), "a\nb\tcA!\\r");
  EXPECT_EQ(parse_delimiter("\\x5cn"), "\n");  // one that a replacement makes
  EXPECT_EQ(parse_delimiter("a\\x00z"), "a");
  EXPECT_EQ(parse_delimiter("a\\xzb").error(), "\\xzb");
}

std::string unpacked(std::string_view format, std::string_view bytes) {
  std::string out;
  const auto done = unpack("key", format, bytes, out);
  return done ? out : out + "!" + done.error();
}

TEST(KcatPack, numbers_are_big_endian_whatever_is_asked) {
  EXPECT_EQ(unpacked("<i >h", "\x01\x02\x03\x04\x05\x06"), "16909060 1286");
  EXPECT_EQ(unpacked("b B h H", "\xff\xff\xff\xff\xff\xff"), "-1 255 -1 65535");
  EXPECT_EQ(unpacked("i I", std::string(8, '\xff')), "-1 4294967295");
  EXPECT_EQ(unpacked("q Q", std::string(16, '\xff')), "-1 18446744073709551615");
}

TEST(KcatPack, text_is_the_rest_up_to_a_zero_byte) {
  EXPECT_EQ(unpacked("c s$", "abc\0d"s), "a bc");
  EXPECT_EQ(unpacked("b", "\x01rest"), "1");
}

TEST(KcatPack, bytes_that_do_not_fit_are_an_error_behind_what_was_printed) {
  EXPECT_EQ(unpacked("b i", "\x01\x02"),
            "1 !key truncated, expected 4 bytes to unpack i but only 1 bytes remaining");
  EXPECT_EQ(unpacked("b$", "\x01\x02"), "1!expected key end-of-input, but 1 bytes remaining");
  EXPECT_EQ(unpacked("c", ""),
            "!key truncated, expected 1 bytes to unpack c but only 0 bytes remaining");
}

TEST(KcatPack, a_format_has_letters_and_only_these) {
  EXPECT_TRUE(check_pack_format("key", " <>bBhHiIqQcs$"));
  EXPECT_EQ(check_pack_format("key", "").error(), "key pack-format must not be empty");
  EXPECT_EQ(check_pack_format("value", "ix").error(),
            "Invalid token 'x' in value pack-format, see -s usage.");
}

}  // namespace
}  // namespace weir::app::kcat
