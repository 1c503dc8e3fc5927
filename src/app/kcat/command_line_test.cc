#include "app/kcat/command_line.h"

#include <gtest/gtest.h>

#include "app/kcat/configuration_files.h"

namespace weir::app::kcat {
namespace {

Run<CommandLine> read_words(std::vector<std::string> words, bool input_is_terminal = false) {
  // No file of whoever runs the tests.
  words.insert(words.begin(), {"-F", "none"});
  return read_command_line({.arguments = std::move(words), .environment = {}}, input_is_terminal);
}

// What it says on standard error.
std::string complaint_of(std::vector<std::string> words) {
  testing::internal::CaptureStderr();
  const auto line = read_words(std::move(words));
  std::string said = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(line);
  return said.substr(0, said.find('\n'));
}

TEST(KcatCommandLine, options_come_together_in_any_order_with_operands_between) {
  const auto line = read_words({"-P", "one", "-qlZtTopic", "two", "-bhost", "-c", "-5"});
  EXPECT_FALSE(line);  // -l and two files
  const auto good = read_words({"-P", "one", "-qZtTopic", "two", "-bhost", "--", "-c"});
  ASSERT_TRUE(good);
  EXPECT_EQ(good->mode, Mode::produce);
  EXPECT_EQ(good->topic, "Topic");
  EXPECT_TRUE(good->empty_is_null);
  EXPECT_EQ(good->notices.verbosity, 0);
  EXPECT_EQ(good->operands, (std::vector<std::string>{"one", "two", "-c"}));
}

TEST(KcatCommandLine, the_last_mode_counts_and_a_terminal_decides_without_one) {
  EXPECT_EQ(read_words({"-b", "h", "-t", "x", "-P", "-C"})->mode, Mode::consume);
  testing::internal::CaptureStderr();
  EXPECT_EQ(read_words({"-b", "h", "-t", "x"}, true)->mode, Mode::consume);
  EXPECT_EQ(read_words({"-b", "h", "-t", "x"}, false)->mode, Mode::produce);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "% Auto-selecting Consumer mode (use -P or -C to override)\n"
            "% Auto-selecting Producer mode (use -P or -C to override)\n");
}

TEST(KcatCommandLine, positions_are_words_offsets_and_times) {
  using Kind = StartAt::Kind;
  const auto start = [](const char* text) {
    return read_words({"-b", "h", "-C", "-t", "x", "-o", text})->start;
  };
  EXPECT_EQ(start("beginning").kind, Kind::beginning);
  EXPECT_EQ(start("end").kind, Kind::end);
  EXPECT_EQ(start("stored").kind, Kind::stored);
  EXPECT_EQ(start("17").kind, Kind::offset);
  EXPECT_EQ(start("17").value, 17);
  EXPECT_EQ(start("-3").kind, Kind::from_end);
  EXPECT_EQ(start("-3").value, 3);
  EXPECT_EQ(start("s@5").kind, Kind::unset);
  const auto both = read_words({"-b", "h", "-C", "-t", "x", "-o", "s@5", "-o", "e@7"});
  EXPECT_EQ(both->start_time, 5);
  EXPECT_EQ(both->stop_time, 7);
}

TEST(KcatCommandLine, a_question_has_a_topic_a_partition_and_a_time) {
  const auto line = read_words({"-b", "h", "-Q", "-t", "a.b:0x3:-1"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->questions.front().of, (client::TopicPartition{"a.b", 3}));
  EXPECT_EQ(line->questions.front().time, -1);
}

TEST(KcatCommandLine, headers_may_have_no_value) {
  const auto line = read_words({"-b", "h", "-P", "-t", "x", "-H", "a=b=c", "-H", "d", "-H", "e="});
  ASSERT_TRUE(line);
  using Header = std::pair<std::string, std::optional<std::string>>;
  EXPECT_EQ(line->headers, (std::vector<Header>{{"a", "b=c"}, {"d", std::nullopt}, {"e", ""}}));
}

TEST(KcatCommandLine, what_is_not_served_is_an_error_that_names_it) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"-U"}, "% ERROR: -U: kcat's own tests are not here"},
      {{"-M", "3"}, "% ERROR: -M: a mock cluster is not supported"},
      {{"-r", "http://x"}, "% ERROR: This build of kcat lacks Avro/Schema-Registry support"},
      {{"-X", "dump"}, "% ERROR: -X dump is not supported"},
      {{"-d", "broker"}, "% ERROR: debug=broker is not supported, only its default '' is"},
      {{"-X", "transactional.id=t"}, "% ERROR: transactional.id=t is known and not built yet"},
      {{"-X", "security.protocol=SASL_SSL"},
       "% ERROR: security.protocol=sasl_ssl is known and not built yet"},
      {{"-X", "sasl.username=me"}, "% ERROR: sasl.username is known and not built yet"},
      {{"-X", "broker.address.family=v4"},
       "% ERROR: broker.address.family=v4 is not supported, only its default 'any' is"},
      {{"-X", "acks=2"}, "% ERROR: request.required.acks=2 is not supported, -1, 0 and 1 are"},
      {{"-y"}, "Error: unknown argument"},
      {{"-t"}, "Error: unknown argument"},
      {{"-C", "-t", "x"}, "Error: -b <broker,..> missing"},
  };
  for (const auto& [words, said] : cases) EXPECT_EQ(complaint_of(words), said);
}

TEST(KcatCommandLine, properties_are_known_by_librdkafkas_names) {
  const auto line = read_words({"-b", "a:1,b", "-P", "-t", "x", "-z", "lz4", "-X", "linger.ms=2.5",
                                "-X", "topic.acks=all", "-X", "delivery.timeout.ms=0x10", "-X",
                                "compression.level=12", "-X", "client.id=me"});
  ASSERT_TRUE(line);
  const client::ClientConfig& config = line->properties.config;
  EXPECT_EQ(config.cluster.bootstrap.size(), 2U);
  EXPECT_EQ(config.cluster.connection.client_id, "me");
  EXPECT_EQ(config.producer.batches.linger, std::chrono::microseconds(2500));
  EXPECT_EQ(config.producer.batches.compression.level, 12);
  EXPECT_EQ(config.producer.delivery.acks, -1);
  EXPECT_EQ(config.producer.delivery.delivery_timeout, std::chrono::milliseconds(16));
}

TEST(KcatCommandLine, a_property_file_is_read_by_lines) {
  KcatProperties into;
  const Notices notices;
  EXPECT_TRUE(
      read_configuration("# no\n\n  client.id=a\\=b \r\ncheck.crcs=TRUE", "f", notices, into));
  EXPECT_EQ(into.config.cluster.connection.client_id, "a=b");
  EXPECT_TRUE(into.config.consumer.checks_crc);
  testing::internal::CaptureStderr();
  EXPECT_FALSE(read_configuration("\nclient.id", "f", notices, into));
  EXPECT_FALSE(read_configuration("no.such=1", "f", notices, into));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "% ERROR: f:2: expected property=value\n\n"
            "% ERROR: f:1: No such configuration property: \"no.such\"\n\n");
}

}  // namespace
}  // namespace weir::app::kcat
