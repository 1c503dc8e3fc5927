#include "app/kafka_tools/record_printer.h"

#include <gtest/gtest.h>

namespace weir::app::kafka {
namespace {

constexpr std::string_view usual = "org.apache.kafka.tools.consumer.DefaultMessageFormatter";

Ran<RecordPrinter> printer(const std::vector<std::string>& words,
                           std::string_view formatter = usual) {
  Properties properties;
  EXPECT_TRUE(properties.add_words(words, "property"));
  return RecordPrinter::parse(formatter, properties);
}

std::string printed(const std::vector<std::string>& words, const RecordView& record) {
  const auto made = printer(words);
  EXPECT_TRUE(made) << made.error().message;
  std::string out;
  const auto done = made->print(record, out);
  return done ? out : out + "!" + done.error().message;
}

RecordView record() {
  RecordView view;
  view.topic = "t";
  view.partition = 2;
  view.offset = 7;
  view.timestamp = 1'000;
  view.key = "k";
  view.value = "v";
  view.headers = {{"a", "1"}, {"b", std::nullopt}};
  return view;
}

TEST(RecordPrinter, the_value_and_a_newline_are_the_default) {
  EXPECT_EQ(printed({}, record()), "v\n");
  RecordView tombstone = record();
  tombstone.value.reset();
  EXPECT_EQ(printed({}, tombstone), "null\n");
  EXPECT_EQ(printed({"null.literal=-"}, tombstone), "-\n");
}

TEST(RecordPrinter, columns_come_in_kafkas_order) {
  const std::vector<std::string> all = {
      "print.key=true",    "print.headers=true",   "print.epoch=true",    "print.delivery=true",
      "print.offset=true", "print.partition=true", "print.timestamp=TRUE"};
  EXPECT_EQ(printed(all, record()),
            "CreateTime:1000\tPartition:2\tOffset:7\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\t"
            "a:1,b:null\tk\tv\n");
  RecordView bare = record();
  bare.headers.clear();
  bare.is_log_append_time = true;
  EXPECT_EQ(printed({"print.headers=true", "print.timestamp=true"}, bare),
            "LogAppendTime:1000\tNO_HEADERS\tv\n");
  bare.timestamp = no_timestamp;
  EXPECT_EQ(printed({"print.timestamp=true"}, bare), "NO_TIMESTAMP\tv\n");
}

TEST(RecordPrinter, separators_are_what_one_says) {
  EXPECT_EQ(printed({"print.key=true", "print.headers=true", "key.separator=|", "line.separator=;",
                     "headers.separator= "},
                    record()),
            "a:1 b:null|k|v;");
  EXPECT_EQ(printed({"print.value=false", "print.key=true"}, record()), "k\n");
  EXPECT_EQ(printed({"print.value=false"}, record()), "");
}

TEST(RecordPrinter, bytes_are_read_as_the_deserializer_says) {
  const std::string package = "=org.apache.kafka.common.serialization.";
  RecordView numbers = record();
  const std::string eight("\0\0\0\0\0\0\1\2", 8);
  const std::string minus_one("\xff\xff\xff\xff", 4);
  const std::string yes("\1", 1);
  numbers.key = minus_one;
  numbers.value = eight;
  numbers.headers = {{"ok", yes}};
  EXPECT_EQ(printed({"print.key=true", "print.headers=true",
                     "key.deserializer" + package + "IntegerDeserializer",
                     "value.deserializer" + package + "LongDeserializer",
                     "headers.deserializer" + package + "BooleanDeserializer"},
                    numbers),
            "ok:true\t-1\t258\n");
  EXPECT_EQ(printed({"value.deserializer" + package + "ShortDeserializer"}, numbers),
            "!Size of data received by ShortDeserializer is not 2");
  EXPECT_EQ(printed({"value.deserializer" + package + "BooleanDeserializer"}, record()),
            "!Unexpected byte received by BooleanDeserializer: 118");
  EXPECT_EQ(printed({"value.deserializer" + package + "StringDeserializer"}, record()), "v\n");
}

TEST(RecordPrinter, what_is_not_known_is_an_error_that_names_it) {
  EXPECT_FALSE(printer({"print.keys=true"}));
  EXPECT_FALSE(printer({"value.deserializer=LongDeserializer"}));
  EXPECT_FALSE(printer({}, "org.apache.kafka.tools.consumer.LoggingMessageFormatter"));
  std::string out;
  EXPECT_TRUE(
      printer({}, "org.apache.kafka.tools.consumer.NoOpMessageFormatter")->print(record(), out));
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace weir::app::kafka
