#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rpc/answer_reader.h"
#include "rpc/in_flight.h"
#include "rpc/version_table.h"
#include "wire/api_key.h"
#include "wire/message/api_versions_response.h"

namespace weir::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto metadata_key = static_cast<std::int16_t>(wire::ApiKey::metadata);
constexpr auto fetch_key = static_cast<std::int16_t>(wire::ApiKey::fetch);
constexpr auto api_versions_key = static_cast<std::int16_t>(wire::ApiKey::api_versions);

VersionTable table_of(std::int16_t key, std::int16_t min, std::int16_t max) {
  wire::ApiVersionsResponse::ApiVersion api{.api_key = key, .min_version = min, .max_version = max};
  wire::ApiVersionsResponse answer;
  answer.api_keys = {&api, 1};
  return VersionTable(answer);
}

TEST(VersionTable, picks_the_highest_version_that_both_speak) {
  EXPECT_EQ(table_of(metadata_key, 0, 9).pick(metadata_key), 9);
  EXPECT_EQ(table_of(metadata_key, 0, 99).pick(metadata_key),
            wire::find_api(metadata_key)->max_version);
  EXPECT_EQ(table_of(metadata_key, 0, 9).pick(metadata_key, 5), 5);
}

TEST(VersionTable, names_both_ranges_when_there_is_none) {
  const auto old = table_of(fetch_key, 0, 2).pick(fetch_key);
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().code, Errc::unsupported);
  EXPECT_THAT(old.error().what,
              HasSubstr("Fetch: the broker serves versions 0 to 2, this client 4 to"));
  EXPECT_FALSE(table_of(metadata_key, 5, 9).pick(metadata_key, 4));
  EXPECT_FALSE(table_of(metadata_key, 0, 9).pick(fetch_key));
  EXPECT_FALSE(table_of(metadata_key, 0, 9).pick(4711));
}

TEST(VersionTable, speaks_api_versions_before_it_knows_anything_and_version_0_always) {
  const VersionTable nothing;
  EXPECT_EQ(nothing.pick(api_versions_key), wire::find_api(api_versions_key)->max_version);
  EXPECT_FALSE(nothing.pick(metadata_key));
  const VersionTable silent{wire::ApiVersionsResponse()};
  EXPECT_FALSE(silent.serves(api_versions_key));
  EXPECT_EQ(silent.pick(api_versions_key, 0), 0);
}

void receive(AnswerReader& reader, std::string_view bytes) {
  const MutableBytes room = reader.room();
  ASSERT_GE(room.size(), bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  reader.received(bytes.size());
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(AnswerReader, cuts_answers_wherever_the_reads_fall) {
  const std::string stream("\0\0\0\2ab\0\0\0\0\0\0\0\1c", 15);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    AnswerReader reader(100);
    std::vector<std::string> answers;
    for (const std::string& part : {stream.substr(0, cut), stream.substr(cut)}) {
      receive(reader, part);
      while (true) {
        const auto answer = reader.next();
        ASSERT_TRUE(answer.has_value());
        if (!*answer) break;
        answers.push_back(text_of(**answer));
      }
    }
    EXPECT_THAT(answers, ElementsAre("ab", "", "c")) << cut;
  }
}

TEST(AnswerReader, grows_for_an_answer_only_as_it_arrives) {
  AnswerReader reader(std::size_t{1} << 30);
  receive(reader, std::string("\0\0\0\0", 4));
  ASSERT_TRUE(reader.next());
  receive(reader, std::string("\x30\0\0\0", 4));
  EXPECT_EQ(*reader.next(), std::nullopt);
  EXPECT_LE(reader.room().size(), 256u * 1024);
}

TEST(AnswerReader, says_what_a_stranger_is) {
  const std::pair<std::string, const char*> strangers[] = {
      {"HTTP/1.1 400 Bad Request", "web server"},
      {std::string("\x15\3\3\0\2\2\x28", 7), "TLS"},
      {std::string("\xff\xff\xff\xff", 4), "not Kafka's protocol"},
      {"SSH-2.0", "not Kafka's protocol"}};
  for (const auto& [bytes, words] : strangers) {
    AnswerReader reader(std::size_t{1} << 30);
    receive(reader, bytes);
    const auto refused = reader.next();
    ASSERT_FALSE(refused) << words;
    EXPECT_EQ(refused.error().code, Errc::corrupt);
    EXPECT_THAT(refused.error().what, HasSubstr(words));
  }
}

TEST(AnswerReader, refuses_a_later_answer_beyond_the_bound) {
  AnswerReader reader(100);
  receive(reader, std::string("\0\0\0\0\0\0\0\x65", 8));
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
}

std::vector<std::byte> answer_to(std::int32_t correlation_id) {
  std::vector<std::byte> frame(4);
  store_be(frame.data(), correlation_id);
  return frame;
}

struct InFlightTest : testing::Test {
  void send(std::int64_t deadline) {
    in_flight.add({in_flight.next_correlation_id(), metadata_key, 1, at(deadline),
                   [this](Result<Reply> reply) {
                     outcomes.push_back(reply ? "answer"
                                              : std::string(name_of(reply.error().code)));
                   }});
  }
  static env::Instant at(std::int64_t second) { return env::Instant(std::chrono::seconds(second)); }
  InFlight in_flight;
  std::vector<std::string> outcomes;
};

TEST_F(InFlightTest, answers_go_to_the_oldest_request) {
  send(10), send(20);
  ASSERT_TRUE(in_flight.answered(answer_to(1)));
  EXPECT_THAT(outcomes, ElementsAre("answer"));
  EXPECT_EQ(in_flight.size(), 1u);
  const auto wrong = in_flight.answered(answer_to(1));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().what, "an answer to another request");
  ASSERT_TRUE(in_flight.answered(answer_to(2)));
  EXPECT_EQ(in_flight.answered(answer_to(3)).error().what, "an answer that nobody asked for");
}

TEST_F(InFlightTest, an_answer_that_is_cut_off_is_corrupt_and_answers_nobody) {
  send(10);
  EXPECT_EQ(in_flight.answered(std::vector<std::byte>(3)).error().code, Errc::corrupt);
  EXPECT_THAT(outcomes, ElementsAre());
}

TEST_F(InFlightTest, the_earliest_deadline_counts_not_the_first) {
  EXPECT_EQ(in_flight.next_deadline(), std::nullopt);
  send(20), send(10);
  EXPECT_EQ(in_flight.next_deadline(), at(10));
  EXPECT_EQ(in_flight.overdue(at(9)), nullptr);
  ASSERT_NE(in_flight.overdue(at(10)), nullptr);
  EXPECT_EQ(in_flight.overdue(at(10))->correlation_id, 2);
  in_flight.fail_all({Errc::timed_out, "late"});
  EXPECT_THAT(outcomes, ElementsAre("timed out", "timed out"));
}

}  // namespace
}  // namespace weir::rpc
