#include "log/producer_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "log/format/producer_snapshot.h"

namespace weir::log {
namespace {

using testing::IsEmpty;

constexpr Sequence sequence_max = std::numeric_limits<Sequence>::max();
constexpr ProducerId pid = 9;

class ProducerStateTest : public testing::Test {
 protected:
  ProducedBatch batch(ProducerEpoch epoch, Sequence sequence, int records = 1) {
    return {.producer_id = pid,
            .producer_epoch = epoch,
            .base_sequence = sequence,
            .base_offset = end_,
            .last_offset_delta = records - 1,
            .max_timestamp = 100};
  }
  wire::ErrorCode append(ProducedBatch produced, AppendOrigin origin = AppendOrigin::client) {
    produced.base_offset = end_;
    const auto appended = state_.append(produced, origin);
    if (!appended) return appended.error().code;
    completed_ = *appended;
    end_ = produced.last_offset() + 1;
    return wire::ErrorCode::none;
  }
  wire::ErrorCode append_transactional(ProducerEpoch epoch, Sequence sequence) {
    auto produced = batch(epoch, sequence);
    produced.is_transactional = true;
    return append(produced);
  }
  wire::ErrorCode append_marker(ProducerEpoch epoch, bool abort, std::int32_t coordinator_epoch) {
    auto produced = batch(epoch, no_sequence);
    produced.is_transactional = produced.is_control = true;
    produced.marker = ControlMarker{abort, coordinator_epoch};
    return append(produced, AppendOrigin::coordinator);
  }

  ProducerState state_;
  Offset end_ = 0;
  std::optional<CompletedTransaction> completed_;
};

TEST_F(ProducerStateTest, sequences_must_follow_each_other) {
  EXPECT_EQ(append(batch(0, 0, 3)), wire::ErrorCode::none);
  EXPECT_EQ(append(batch(0, 4)), wire::ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(append(batch(0, 2)), wire::ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(append(batch(0, 3)), wire::ErrorCode::none);
}

TEST_F(ProducerStateTest, a_sequence_wraps_to_zero) {
  EXPECT_EQ(append(batch(0, sequence_max - 1, 4)), wire::ErrorCode::none);
  const auto& entry = state_.entries().at(pid);
  EXPECT_EQ(entry.last_sequence(), 1);
  EXPECT_EQ(entry.last_batch()->first_sequence(), sequence_max - 1);
  EXPECT_EQ(append(batch(0, 2)), wire::ErrorCode::none);
  ProducerState other;
  EXPECT_TRUE(other.append(batch(0, sequence_max), AppendOrigin::client));
  EXPECT_TRUE(other.append(batch(0, 0), AppendOrigin::client));
}

TEST_F(ProducerStateTest, a_producer_that_is_not_known_may_begin_anywhere) {
  EXPECT_EQ(append(batch(7, 1234)), wire::ErrorCode::none);
}

// A full disk: the first batch of a new producer did not fit, the second is smaller and would.
TEST_F(ProducerStateTest, a_batch_does_not_overtake_one_that_could_not_be_written) {
  EXPECT_EQ(append(batch(3, 10, 5)), wire::ErrorCode::none);
  EXPECT_EQ(append(batch(3, 15)), wire::ErrorCode::none);
  state_.roll_back_unwritten(0);
  EXPECT_TRUE(state_.entries().empty());
  EXPECT_EQ(append(batch(3, 15)), wire::ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(append(batch(3, 10, 5)), wire::ErrorCode::none);
  EXPECT_EQ(append(batch(3, 15)), wire::ErrorCode::none);
  state_.commit();
  state_.expire(1'000'000, 1);
  EXPECT_EQ(append(batch(3, 40)), wire::ErrorCode::none) << "what was not written is past";
}

TEST_F(ProducerStateTest, a_new_epoch_goes_on_after_one_that_could_not_be_written) {
  EXPECT_EQ(append(batch(3, 10)), wire::ErrorCode::none);
  state_.roll_back_unwritten(0);
  EXPECT_EQ(append(batch(4, 0)), wire::ErrorCode::none);
}

TEST_F(ProducerStateTest, of_what_could_not_be_written_a_bounded_number_is_remembered) {
  constexpr ProducerId many = 2'000;
  for (ProducerId id = 0; id < many; ++id) {
    auto one = batch(0, 5);
    one.producer_id = id;
    EXPECT_EQ(append(one), wire::ErrorCode::none);
  }
  state_.roll_back_unwritten(0);
  int refused = 0;
  for (ProducerId id = 0; id < many; ++id) {
    auto one = batch(0, 6);
    one.producer_id = id;
    refused += append(one) == wire::ErrorCode::none ? 0 : 1;
  }
  EXPECT_EQ(refused, 1'000);
}

TEST_F(ProducerStateTest, a_new_epoch_begins_at_zero_and_an_old_one_is_refused) {
  EXPECT_EQ(append(batch(3, 0)), wire::ErrorCode::none);
  EXPECT_EQ(append(batch(4, 1)), wire::ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(append(batch(4, 0)), wire::ErrorCode::none);
  EXPECT_EQ(append(batch(3, 1)), wire::ErrorCode::invalid_producer_epoch);
}

TEST_F(ProducerStateTest, the_last_five_batches_are_recognised_by_their_exact_range) {
  for (int i = 0; i < 6; ++i) ASSERT_EQ(append(batch(0, 2 * i, 2)), wire::ErrorCode::none);
  EXPECT_FALSE(state_.find_duplicate(batch(0, 0, 2)));
  for (int i = 1; i < 6; ++i) {
    const auto original = state_.find_duplicate(batch(0, 2 * i, 2));
    ASSERT_TRUE(original);
    EXPECT_EQ(original->first_offset(), 2 * i);
    EXPECT_EQ(original->last_offset, 2 * i + 1);
  }
  EXPECT_FALSE(state_.find_duplicate(batch(0, 10, 1)));
  EXPECT_FALSE(state_.find_duplicate(batch(1, 10, 2)));
  EXPECT_FALSE(state_.find_duplicate({.producer_id = 77, .base_sequence = 10}));
}

TEST_F(ProducerStateTest, coordinators_batches_are_checked_for_their_epoch_only) {
  EXPECT_EQ(append(batch(2, no_sequence), AppendOrigin::coordinator), wire::ErrorCode::none);
  EXPECT_EQ(append(batch(2, no_sequence), AppendOrigin::coordinator), wire::ErrorCode::none);
  EXPECT_EQ(append(batch(1, no_sequence), AppendOrigin::coordinator),
            wire::ErrorCode::invalid_producer_epoch);
  EXPECT_EQ(append(batch(1, no_sequence), AppendOrigin::replication), wire::ErrorCode::none);
}

TEST_F(ProducerStateTest, an_open_transaction_holds_back_the_stable_offset_until_replicated) {
  EXPECT_EQ(append(batch(0, 0)), wire::ErrorCode::none);
  EXPECT_EQ(append_transactional(0, 1), wire::ErrorCode::none);
  EXPECT_EQ(state_.first_unstable_offset(), 1);
  EXPECT_EQ(append(batch(0, 2)), wire::ErrorCode::invalid_txn_state);
  EXPECT_EQ(append_marker(0, true, 4), wire::ErrorCode::none);
  ASSERT_TRUE(completed_);
  EXPECT_TRUE(completed_->is_aborted);
  EXPECT_EQ(completed_->first_offset, 1);
  EXPECT_EQ(completed_->last_offset, 2);
  EXPECT_EQ(completed_->last_stable_offset, 3);
  EXPECT_EQ(state_.first_unstable_offset(), 1);
  state_.set_high_watermark(2);
  EXPECT_EQ(state_.first_unstable_offset(), 1);
  state_.set_high_watermark(3);
  EXPECT_EQ(state_.first_unstable_offset(), no_offset);
}

TEST_F(ProducerStateTest, a_marker_of_an_older_coordinator_or_epoch_is_refused) {
  EXPECT_EQ(append_marker(5, false, 4), wire::ErrorCode::none);
  EXPECT_FALSE(completed_);
  EXPECT_EQ(append_marker(5, false, 3), wire::ErrorCode::transaction_coordinator_fenced);
  EXPECT_EQ(append_marker(4, false, 4), wire::ErrorCode::invalid_producer_epoch);
  EXPECT_EQ(append(batch(5, 1)), wire::ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(append(batch(5, 0)), wire::ErrorCode::none);
}

TEST_F(ProducerStateTest, what_was_not_committed_is_taken_back_exactly) {
  ASSERT_EQ(append(batch(0, 0)), wire::ErrorCode::none);
  ASSERT_EQ(append_transactional(0, 1), wire::ErrorCode::none);
  state_.commit();
  const auto before = state_.entries();
  const auto mark = state_.mark();
  ASSERT_EQ(append_transactional(0, 2), wire::ErrorCode::none);
  ASSERT_EQ(append_marker(1, false, 0), wire::ErrorCode::none);
  ASSERT_EQ(append(batch(1, 0)), wire::ErrorCode::none);
  EXPECT_EQ(state_.entries_at(mark), before);
  state_.roll_back(mark);
  EXPECT_EQ(state_.entries(), before);
  EXPECT_EQ(state_.first_unstable_offset(), 1);
  ProducerState fresh;
  ASSERT_TRUE(fresh.append(batch(0, 0), AppendOrigin::client));
  fresh.roll_back(0);
  EXPECT_THAT(fresh.entries(), IsEmpty());
}

TEST_F(ProducerStateTest, idle_producers_expire_unless_a_transaction_is_open) {
  ASSERT_EQ(append(batch(0, 0)), wire::ErrorCode::none);
  state_.commit();
  state_.expire(199, 100);
  EXPECT_FALSE(state_.entries().empty());
  state_.expire(200, 100);
  EXPECT_TRUE(state_.entries().empty());
  ASSERT_EQ(append_transactional(0, 0), wire::ErrorCode::none);
  state_.commit();
  state_.expire(10'000, 100);
  EXPECT_FALSE(state_.entries().empty());
}

TEST_F(ProducerStateTest, who_writes_records_of_long_ago_is_not_idle) {
  auto old = batch(0, 0);
  old.taken_at = 5000;
  ASSERT_EQ(append(old), wire::ErrorCode::none);
  state_.commit();
  state_.expire(5099, 100);
  EXPECT_TRUE(state_.find_duplicate(old));
  state_.expire(5100, 100);
  EXPECT_TRUE(state_.entries().empty());
}

TEST_F(ProducerStateTest, a_snapshot_keeps_the_last_five_batches_and_the_open_transaction) {
  for (int i = 0; i < 6; ++i) ASSERT_EQ(append(batch(3, 5 * i, 5)), wire::ErrorCode::none);
  ASSERT_EQ(append_transactional(3, 30), wire::ErrorCode::none);
  const auto bytes = format_producer_snapshot(state_.entries());
  ProducerState loaded;
  loaded.load(*parse_producer_snapshot(bytes));
  EXPECT_EQ(loaded.entries(), state_.entries());
  EXPECT_EQ(loaded.first_unstable_offset(), state_.first_unstable_offset());
  EXPECT_FALSE(loaded.find_duplicate(batch(3, 5, 5)));
  for (int i = 2; i < 6; ++i) EXPECT_TRUE(loaded.find_duplicate(batch(3, 5 * i, 5))) << i;
  EXPECT_EQ(format_producer_snapshot(loaded.entries()), bytes);
}

TEST_F(ProducerStateTest,
       kafka_reads_the_newest_batch_of_a_snapshot_as_it_keeps_an_ids_last_entry) {
  ASSERT_EQ(append(batch(3, 0, 5)), wire::ErrorCode::none);
  ASSERT_EQ(append_transactional(3, 5), wire::ErrorCode::none);
  const auto entries = *parse_producer_snapshot_entries(format_producer_snapshot(state_.entries()));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].entry.current_transaction_start, no_offset);
  EXPECT_EQ(entries[1].entry.last_sequence(), 5);
  EXPECT_EQ(entries[1].entry.current_transaction_start, 5);
}

TEST_F(ProducerStateTest, entries_of_a_snapshot_that_do_not_ascend_replace_what_was_before) {
  ASSERT_EQ(append(batch(3, 0, 5)), wire::ErrorCode::none);
  ASSERT_EQ(append(batch(3, 5, 5)), wire::ErrorCode::none);
  ProducerState::Entries descending = state_.entries();
  std::swap(descending[pid].batches[0], descending[pid].batches[1]);
  const auto read = *parse_producer_snapshot(format_producer_snapshot(descending));
  EXPECT_EQ(read.at(pid).batch_count, 1);
  EXPECT_EQ(read.at(pid).last_sequence(), 4);
}

TEST_F(ProducerStateTest, a_snapshot_that_was_damaged_anywhere_is_refused) {
  ASSERT_EQ(append(batch(3, 0, 5)), wire::ErrorCode::none);
  const auto good = format_producer_snapshot(state_.entries());
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] ^= std::byte{4};
    EXPECT_FALSE(parse_producer_snapshot(bad)) << i;
    EXPECT_FALSE(parse_producer_snapshot(Bytes(good).first(i))) << i;
  }
}

}  // namespace
}  // namespace weir::log
