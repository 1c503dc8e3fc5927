#include "client/consumer/fetch/fetch_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/message/fetch_request.h"

namespace weir::client {
namespace {

using wire::ErrorCode;

// "a0@10 b1@5" - what a request names; forgotten ones with a minus.
std::string said(const wire::FetchRequest& request) {
  std::string out;
  for (const auto& topic : request.topics) {
    for (const auto& p : topic.partitions) {
      out += topic.topic.str() + std::to_string(p.partition) + "@" +
             std::to_string(p.fetch_offset) + " ";
    }
  }
  for (const auto& topic : request.forgotten_topics_data) {
    for (const auto p : topic.partitions) out += "-" + topic.topic.str() + std::to_string(p) + " ";
  }
  return out + std::to_string(request.session_id) + ":" + std::to_string(request.session_epoch);
}

class FetchSessionTest : public testing::Test {
 protected:
  std::string ask(const FetchTargets& targets) {
    wire::FetchRequest request;
    wire::Arena arena;
    session.fill(request, targets, arena);
    return said(request);
  }
  FetchSession session;
  FetchTargets both{{{"a", 0}, {.offset = 10}}, {{"b", 1}, {.offset = 5}}};
};

TEST_F(FetchSessionTest, after_a_full_request_only_changes_are_named) {
  EXPECT_EQ(ask(both), "a0@10 b1@5 0:0");
  EXPECT_TRUE(session.answered(ErrorCode::none, 7));
  EXPECT_EQ(ask(both), "7:1");
  EXPECT_TRUE(session.answered(ErrorCode::none, 7));
  both[{"a", 0}].offset = 11;
  both[{"c", 0}].offset = 1;
  EXPECT_EQ(ask(both), "a0@11 c0@1 7:2");
  EXPECT_TRUE(session.answered(ErrorCode::none, 7));
  both.erase({"b", 1});
  EXPECT_EQ(ask(both), "-b1 7:3");
  EXPECT_TRUE(session.answered(ErrorCode::none, 7));
  both[{"a", 0}].topic_id = Uuid{.high = 1};  // made anew
  EXPECT_EQ(ask(both), "a0@11 -a0 7:4");
}

TEST_F(FetchSessionTest, a_broker_without_room_for_sessions_is_asked_in_full) {
  ask(both);
  EXPECT_TRUE(session.answered(ErrorCode::none, 0));
  EXPECT_EQ(ask(both), "a0@10 b1@5 0:0");
}

TEST_F(FetchSessionTest, after_an_error_it_begins_anew) {
  ask(both);
  session.answered(ErrorCode::none, 7);
  ask(both);
  EXPECT_FALSE(session.answered(ErrorCode::invalid_fetch_session_epoch, 0));
  EXPECT_EQ(ask(both), "a0@10 b1@5 7:0");  // closes the old one
  EXPECT_FALSE(session.answered(ErrorCode::fetch_session_id_not_found, 0));
  EXPECT_EQ(ask(both), "a0@10 b1@5 0:0");
  session.answered(ErrorCode::none, 8);
  ask(both);
  session.failed();
  EXPECT_EQ(ask(both), "a0@10 b1@5 8:0");
}

}  // namespace
}  // namespace weir::client
