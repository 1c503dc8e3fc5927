#include "broker/fetch/fetch_sessions.h"

#include <gtest/gtest.h>

namespace weir::broker {
namespace {

using std::chrono::minutes;
using wire::ErrorCode;

constexpr env::Instant start{minutes(100)};

std::vector<FetchPartition> partitions(int count) {
  std::vector<FetchPartition> all(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    all[static_cast<std::size_t>(i)].topic = "orders";
    all[static_cast<std::size_t>(i)].partition = i;
  }
  return all;
}

class FetchSessionsTest : public testing::Test {
 protected:
  FetchSession* create(int count, env::Instant now = start) {
    FetchSession* session = sessions.create(partitions(count), false, now, random);
    if (session) sessions.give_back(*session);
    return session;
  }
  SeededRandom random{1};
  FetchSessions sessions{2, 3, 2};
};

TEST_F(FetchSessionsTest, an_id_tells_the_shard_that_gave_it_out) {
  for (int i = 0; i < 2; ++i) {
    const FetchSession* session = create(1);
    ASSERT_NE(session, nullptr);
    EXPECT_GT(session->id, 0);
    EXPECT_EQ(FetchSessions::shard_of(session->id, 3), 2u);
  }
}

TEST_F(FetchSessionsTest, each_request_must_carry_the_next_epoch) {
  const std::int32_t id = create(1)->id;
  EXPECT_EQ(sessions.resume(id, 2, false, start).error(), ErrorCode::invalid_fetch_session_epoch);
  auto first = sessions.resume(id, 1, false, start);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(sessions.resume(id, 2, false, start).error(), ErrorCode::invalid_fetch_session_epoch)
      << "the first request is still being served";
  sessions.give_back(**first);
  EXPECT_TRUE(sessions.resume(id, 2, false, start).has_value());
}

TEST_F(FetchSessionsTest, the_epoch_wraps_to_one) {
  FetchSession* session = create(1);
  session->epoch = INT32_MAX;
  ASSERT_TRUE(sessions.resume(session->id, INT32_MAX, false, start).has_value());
  EXPECT_EQ(session->epoch, 1);
}

TEST_F(FetchSessionsTest, names_and_ids_do_not_mix) {
  const std::int32_t id = create(1)->id;
  EXPECT_EQ(sessions.resume(id, 1, true, start).error(), ErrorCode::fetch_session_topic_id_error);
}

TEST_F(FetchSessionsTest, an_unknown_or_removed_session_is_not_found) {
  const std::int32_t id = create(1)->id;
  sessions.remove(id);
  EXPECT_EQ(sessions.resume(id, 1, false, start).error(), ErrorCode::fetch_session_id_not_found);
  EXPECT_EQ(sessions.resume(77, 1, false, start).error(), ErrorCode::fetch_session_id_not_found);
}

TEST_F(FetchSessionsTest, a_full_cache_lets_the_stale_one_go) {
  const std::int32_t old = create(5)->id;
  create(5, start + minutes(1));
  EXPECT_EQ(create(1, start + minutes(1)), nullptr) << "nobody is stale, and it is not larger";
  EXPECT_NE(create(1, start + minutes(2)), nullptr);
  EXPECT_EQ(sessions.resume(old, 1, false, start).error(), ErrorCode::fetch_session_id_not_found);
}

TEST_F(FetchSessionsTest, a_full_cache_lets_a_smaller_one_go_that_has_lived_long) {
  FetchSession* small = create(2);
  FetchSession* large = create(9);
  const std::int32_t small_id = small->id;
  small->last_used = large->last_used = start + minutes(3);
  EXPECT_EQ(create(2, start + minutes(3)), nullptr);
  EXPECT_NE(create(3, start + minutes(3)), nullptr);
  EXPECT_EQ(sessions.resume(small_id, 1, false, start).error(),
            ErrorCode::fetch_session_id_not_found);
}

TEST_F(FetchSessionsTest, a_session_in_use_is_never_evicted) {
  FetchSession* first = sessions.create(partitions(1), false, start, random);
  FetchSession* second = sessions.create(partitions(1), false, start, random);
  EXPECT_EQ(create(9, start + minutes(60)), nullptr);
  sessions.give_back(*first);
  sessions.give_back(*second);
  EXPECT_NE(create(9, start + minutes(60)), nullptr);
}

TEST_F(FetchSessionsTest, a_session_whose_partitions_were_all_forgotten_ends) {
  FetchSession* session = sessions.create(partitions(2), false, start, random);
  const std::int32_t id = session->id;
  for (const FetchPartition& gone : partitions(2)) session->forget(gone);
  sessions.give_back(*session);
  EXPECT_EQ(sessions.resume(id, 1, false, start).error(), ErrorCode::fetch_session_id_not_found);
}

TEST(FetchSession, an_update_keeps_what_was_told_and_adds_what_is_new) {
  FetchSession session;
  session.partitions = partitions(2);
  session.partitions[1].sent_high_watermark = 7;
  auto changed = partitions(3);
  changed[1].fetch_offset = 42;
  session.update(changed);
  ASSERT_EQ(session.partitions.size(), 3u);
  EXPECT_EQ(session.partitions[1].fetch_offset, 42);
  EXPECT_EQ(session.partitions[1].sent_high_watermark, 7);
  EXPECT_EQ(session.partitions[2].sent_high_watermark, no_offset);
}

}  // namespace
}  // namespace weir::broker
