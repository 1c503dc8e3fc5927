#include "client/producer/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/producer/delivery.h"
#include "client/producer/produce_error.h"
#include "client/producer/time_test_support.h"

namespace weir::client {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using wire::Blob;
using wire::ErrorCode;

const Failure lost_connection = Error{Errc::closed, "the broker closed the connection"};

struct SenderTest : testing::Test {
  void make(SenderOptions options, AccumulatorOptions how = {}) {
    accumulator.emplace(how);
    sender.emplace(options, *accumulator, random);
    sender->producer_id_is(100, 0);
    slot = add_partition(1);
    sender->set_connected(1, true);
  }
  void SetUp() override { make({}); }
  PartitionSlot add_partition(BrokerId leader) {
    const PartitionSlot added = sender->add_partition();
    sender->set_leader(added, leader);
    return added;
  }
  // One batch a record: what was appended before is complete.
  void add(PartitionSlot to, std::string_view value, int now = 0, int copies = 1) {
    for (int i = 0; i < copies; ++i) {
      OnDelivery done = [](const Delivery&) {};
      const wire::NewRecord record{.timestamp = 7, .value = Blob(as_bytes(value))};
      EXPECT_LE(sender->append(to, record, done, at(now)), Appended::completed);
    }
  }
  ProduceCall sent(int now = 0) {
    auto call = sender->next(at(now));
    EXPECT_TRUE(call.has_value());
    return call.value_or(ProduceCall{});
  }
  // Five requests with one record each, sequences 0 to 4 of an epoch that is proven.
  std::vector<ProduceCall> pipeline() {
    add(slot, "first");
    answer(sent(), ErrorCode::none);
    sender->take_ended();
    std::vector<ProduceCall> calls;
    for (const char* value : {"a", "b", "c"}) {
      add(slot, value);
      calls.push_back(sent());
    }
    return calls;
  }
  void answer(const ProduceCall& call, ErrorCode error, int now = 0, Offset offset = 50) {
    std::vector<ProduceResult> results;
    for (const ProducePart& part : call.parts) {
      results.push_back({.slot = part.slot, .error = error, .base_offset = offset});
    }
    sender->answered(call.id, results, at(now));
  }
  static wire::BatchView view(const ProduceCall& call) {
    return wire::BatchView(call.parts.at(0).batch);
  }
  static std::pair<int, int> number(const ProduceCall& call) {  // epoch and sequence
    return {view(call).producer_epoch(), view(call).base_sequence()};
  }
  std::vector<EndedBatch> ended() { return sender->take_ended(); }

  SeededRandom random{1};
  std::optional<Accumulator> accumulator;
  std::optional<Sender> sender;
  PartitionSlot slot = 0;
};

TEST_F(SenderTest, a_request_carries_the_ready_batches_of_one_broker) {
  const PartitionSlot second = add_partition(1), elsewhere = add_partition(2);
  sender->set_connected(2, true);
  add(slot, "a"), add(second, "b"), add(elsewhere, "c");
  const ProduceCall one = sent(), two = sent();
  EXPECT_EQ(one.parts.size() + two.parts.size(), 3u);
  EXPECT_NE(one.broker, two.broker);
  EXPECT_FALSE(sender->next(at(0)));
}

TEST_F(SenderTest, a_request_stays_below_max_request_size) {
  make({}, {.request_size_max = 1'000});
  const PartitionSlot second = add_partition(1);
  add(slot, std::string(600, 'x')), add(second, std::string(600, 'x'));
  EXPECT_EQ(sent().parts.size(), 1u);
  EXPECT_EQ(sent().parts.size(), 1u);
}

TEST_F(SenderTest, written_batches_tell_offset_and_time) {
  add(slot, "a", 0, 2);
  const ProduceCall call = sent();
  EXPECT_EQ(view(call).producer_id(), 100);
  EXPECT_EQ(number(call), std::pair(0, 0));
  answer(call, ErrorCode::none, 0, 20);
  const auto batches = ended();
  ASSERT_EQ(batches.size(), 1u);
  const Delivery delivery = delivery_of(batches[0], batches[0].receipts.at(1), 3);
  EXPECT_EQ(delivery->offset, 21);
  EXPECT_EQ(delivery->partition, 3);
  EXPECT_EQ(delivery->timestamp, 7);
  EXPECT_FALSE(sender->next(at(0)));
  EXPECT_TRUE(sender->is_idle());
}

TEST_F(SenderTest, a_log_that_stamps_records_tells_its_time) {
  const EndedBatch batch{.base_offset = 4, .log_append_time = 99};
  EXPECT_EQ(delivery_of(batch, {.index = 2, .timestamp = 7}, 0)->timestamp, 99);
}

TEST_F(SenderTest, a_duplicate_is_written_at_an_unknown_offset) {
  add(slot, "a");
  answer(sent(), ErrorCode::duplicate_sequence_number, 0, -1);
  const auto batches = ended();
  EXPECT_EQ(delivery_of(batches.at(0), batches[0].receipts.at(0), 0)->offset, no_offset);
}

TEST_F(SenderTest, of_a_new_epoch_one_batch_is_in_flight_until_it_is_written) {
  add(slot, "a");
  const ProduceCall first = sent();
  add(slot, "b");
  EXPECT_FALSE(sender->next(at(0)));
  answer(first, ErrorCode::none);
  EXPECT_EQ(number(sent()), std::pair(0, 1));
}

TEST_F(SenderTest, at_most_five_requests_are_with_a_broker) {
  pipeline();
  for (const char* value : {"d", "e"}) add(slot, value), sent();
  EXPECT_EQ(sender->in_flight(1), 5u);
  add(slot, "f");
  EXPECT_FALSE(sender->next(at(0)));
}

TEST_F(SenderTest, five_batches_at_most_pass_one_that_is_unresolved) {
  auto calls = pipeline();  // and with two more it makes five
  for (const char* value : {"d", "e"}) {
    add(slot, value);
    calls.push_back(sent());
  }
  answer(calls[0], ErrorCode::request_timed_out);
  for (int i = 1; i < 5; ++i) answer(calls[static_cast<std::size_t>(i)], ErrorCode::none);
  add(slot, "f");
  const ProduceCall again = sent(500);
  EXPECT_EQ(number(again), std::pair(0, 1));
  EXPECT_FALSE(sender->next(at(500))) << "a broker would not recognise the first one any more";
  answer(again, ErrorCode::none, 500);
  EXPECT_EQ(number(sent(500)), std::pair(0, 6));
}

TEST_F(SenderTest, what_is_lost_is_sent_again_in_order_as_it_was) {
  const auto calls = pipeline();
  for (const ProduceCall& call : calls) sender->lost(call.id, lost_connection, true, at(10));
  EXPECT_TRUE(sender->take_wants_metadata());
  EXPECT_FALSE(sender->next(at(10))) << "retry.backoff.ms";
  const env::Instant next = sender->next_time(at(10));
  EXPECT_GE(next, at(90));
  EXPECT_LE(next, at(130));
  add(slot, "new", 10);
  for (int sequence = 1; sequence <= 4; ++sequence) {
    EXPECT_EQ(number(sent(130)), std::pair(0, sequence));
  }
  EXPECT_TRUE(ended().empty());
}

TEST_F(SenderTest, back_off_doubles_up_to_its_bound) {
  add(slot, "a");
  int now = 0;
  for (const int expected : {100, 200, 400, 800, 1'000, 1'000}) {
    const ProduceCall call = sent(now);
    answer(call, ErrorCode::leader_not_available, now);
    const auto wait = sender->next_time(at(now)) - at(now);
    EXPECT_GE(wait, milliseconds(expected * 8 / 10));
    EXPECT_LE(wait, milliseconds(expected * 12 / 10));
    now += expected * 12 / 10;
  }
}

TEST_F(SenderTest, a_failed_batch_waits_until_those_behind_it_are_answered) {
  const auto calls = pipeline();
  answer(calls[0], ErrorCode::not_leader_or_follower);
  EXPECT_TRUE(sender->take_wants_metadata());
  EXPECT_FALSE(sender->next(at(500)));
  answer(calls[1], ErrorCode::out_of_order_sequence_number, 500);
  answer(calls[2], ErrorCode::out_of_order_sequence_number, 500);
  sender->set_leader(slot, 2);
  sender->set_connected(2, true);
  for (int sequence = 1; sequence <= 3; ++sequence) {
    const ProduceCall again = sent(500);
    EXPECT_EQ(again.broker, 2);
    EXPECT_EQ(number(again), std::pair(0, sequence));
  }
}

TEST_F(SenderTest, nothing_goes_to_a_new_leader_while_something_is_with_the_old_one) {
  const auto calls = pipeline();
  sender->set_leader(slot, 2);
  sender->set_connected(2, true);
  add(slot, "d");
  EXPECT_FALSE(sender->next(at(0)));
  for (const ProduceCall& call : calls) answer(call, ErrorCode::none);
  EXPECT_EQ(sent().broker, 2);
}

TEST_F(SenderTest, behind_a_refused_batch_the_rest_is_numbered_anew) {
  const auto calls = pipeline();
  answer(calls[0], ErrorCode::invalid_record);
  answer(calls[1], ErrorCode::out_of_order_sequence_number);
  answer(calls[2], ErrorCode::out_of_order_sequence_number);
  const auto batches = ended();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_FALSE(batches[0].failure->may_be_written);
  const ProduceCall next = sent(500);
  EXPECT_EQ(number(next), std::pair(1, 0));
  EXPECT_FALSE(sender->next(at(500))) << "the epoch is not proven";
  answer(next, ErrorCode::none, 500);
  EXPECT_EQ(number(sent(500)), std::pair(1, 1));
}

TEST_F(SenderTest, after_an_unknown_fate_the_next_batch_begins_an_epoch) {
  make({.delivery_timeout = milliseconds(1'000)});
  add(slot, "a");
  const ProduceCall call = sent();
  sender->expire(at(999));
  EXPECT_TRUE(ended().empty());
  sender->expire(at(1'000));
  const auto batches = ended();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_TRUE(batches[0].failure->may_be_written);
  EXPECT_THAT(batches[0].failure->why.message(), HasSubstr("delivery.timeout.ms"));
  add(slot, "b", 1'000);
  EXPECT_FALSE(sender->next(at(1'000))) << "its answer may still come";
  sender->lost(call.id, lost_connection, true, at(1'000));
  EXPECT_EQ(number(sent(1'000)), std::pair(1, 0));
}

TEST_F(SenderTest, a_late_answer_spares_the_epoch) {
  make({.delivery_timeout = milliseconds(1'000)});
  add(slot, "a");
  const ProduceCall call = sent();
  sender->expire(at(1'000));
  answer(call, ErrorCode::none, 1'000);
  EXPECT_EQ(ended().size(), 1u) << "told once";
  add(slot, "b", 1'000);
  EXPECT_EQ(number(sent(1'000)), std::pair(0, 1));
}

TEST_F(SenderTest, a_batch_in_doubt_is_numbered_anew_when_it_was_denied_twice) {
  const auto calls = pipeline();
  for (const ProduceCall& call : calls) sender->lost(call.id, lost_connection, true, at(0));
  ProduceCall again = sent(500);
  answer(again, ErrorCode::out_of_order_sequence_number, 500);
  again = sent(1'500);
  EXPECT_EQ(number(again), std::pair(0, 1)) << "as it was";
  const std::vector<ProduceCall> behind{sent(1'500), sent(1'500)};
  answer(again, ErrorCode::out_of_order_sequence_number, 1'500);
  for (const ProduceCall& call : behind) {
    EXPECT_FALSE(sender->next(at(3'500))) << "those behind it might have been written";
    answer(call, ErrorCode::out_of_order_sequence_number, 1'500);
  }
  again = sent(3'500);
  EXPECT_EQ(number(again), std::pair(0, 1)) << "all are asked for, and it comes first";
  answer(again, ErrorCode::out_of_order_sequence_number, 3'500);
  EXPECT_EQ(number(sent(7'500)), std::pair(1, 0));
  EXPECT_TRUE(ended().empty());
}

// Kafka's snapshots of producers hold the newest batch of each.
TEST_F(SenderTest, who_knows_a_later_batch_has_written_the_ones_before_it) {
  const auto calls = pipeline();
  for (const ProduceCall& call : calls) sender->lost(call.id, lost_connection, true, at(0));
  const std::vector<ProduceCall> again{sent(500), sent(500), sent(500)};
  for (int i = 0; i < 2; ++i) {
    answer(again[static_cast<std::size_t>(i)], ErrorCode::out_of_order_sequence_number, 500);
  }
  answer(again[2], ErrorCode::none, 500, 70);
  for (const std::int32_t expected : {1, 2}) {
    const ProduceCall call = sent(1'500);
    EXPECT_EQ(number(call), std::pair(0, expected)) << "its offset may yet be told";
    answer(call, ErrorCode::out_of_order_sequence_number, 1'500);
  }
  std::vector<Offset> offsets;
  for (const EndedBatch& batch : ended()) {
    EXPECT_FALSE(batch.failure);
    offsets.push_back(batch.base_offset);
  }
  EXPECT_THAT(offsets, ElementsAre(70, no_offset, no_offset));
  add(slot, "d", 1'500);
  EXPECT_EQ(number(sent(1'500)), std::pair(0, 4)) << "the epoch goes on";
}

TEST_F(SenderTest, what_waited_too_long_is_certainly_not_written) {
  make({.delivery_timeout = milliseconds(1'000)});
  sender->set_connected(1, false);
  add(slot, "a");
  EXPECT_FALSE(sender->next(at(0)));
  EXPECT_THAT(sender->take_wanted_connections(), ElementsAre(1));
  EXPECT_EQ(sender->next_time(at(0)), at(1'000));
  sender->expire(at(1'000));
  const auto batches = ended();
  EXPECT_FALSE(batches.at(0).failure->may_be_written);
  EXPECT_THAT(batches[0].failure->why.message(), HasSubstr("no connection to broker 1"));
}

TEST_F(SenderTest, without_a_leader_metadata_is_wanted) {
  sender->set_leader(slot, no_broker);
  add(slot, "a");
  EXPECT_FALSE(sender->next(at(0)));
  EXPECT_TRUE(sender->take_wants_metadata());
  EXPECT_FALSE(sender->take_wants_metadata());
  sender->expire(at(120'000));
  EXPECT_THAT(ended().at(0).failure->why.message(), HasSubstr("no leader"));
}

TEST_F(SenderTest, an_expired_retry_tells_what_kept_it) {
  make({.delivery_timeout = milliseconds(1'000)});
  add(slot, "a");
  answer(sent(), ErrorCode::request_timed_out);
  sender->expire(at(1'000));
  const auto batches = ended();
  EXPECT_TRUE(batches.at(0).failure->may_be_written);
  EXPECT_THAT(batches[0].failure->why.message(), HasSubstr("REQUEST_TIMED_OUT"));
}

TEST_F(SenderTest, an_answer_that_leaves_a_partition_out_is_as_none) {
  add(slot, "a");
  sender->answered(sent().id, {}, at(0));
  EXPECT_TRUE(ended().empty());
  EXPECT_EQ(number(sent(500)), std::pair(0, 0));
}

TEST_F(SenderTest, a_batch_that_is_too_large_goes_in_halves) {
  add(slot, "a", 0, 4);
  answer(sent(), ErrorCode::message_too_large);
  const ProduceCall first = sent();
  EXPECT_EQ(view(first).records_count(), 2);
  EXPECT_EQ(number(first), std::pair(0, 0));
  answer(first, ErrorCode::none);
  const ProduceCall second = sent();
  EXPECT_EQ(number(second), std::pair(0, 2));
  answer(second, ErrorCode::none);
  EXPECT_EQ(ended().size(), 2u);
  add(slot, "b");
  answer(sent(5), ErrorCode::message_too_large);
  EXPECT_EQ(ended().at(0).failure->why.answer, ErrorCode::message_too_large);
}

TEST_F(SenderTest, halves_of_a_batch_in_doubt_are_never_numbered_anew) {
  add(slot, "a", 0, 2);
  sender->lost(sent().id, lost_connection, true, at(0));
  answer(sent(500), ErrorCode::message_too_large, 500);
  const ProduceCall half = sent(500);
  EXPECT_EQ(number(half), std::pair(0, 0));
  answer(half, ErrorCode::out_of_order_sequence_number, 500);
  EXPECT_TRUE(ended().at(0).failure->may_be_written) << "the limit may be new, the whole written";
  const ProduceCall other = sent(500);
  EXPECT_EQ(number(other), std::pair(0, 1));
  answer(other, ErrorCode::none, 500);
  EXPECT_FALSE(ended().at(0).failure);
}

TEST_F(SenderTest, an_unknown_writer_gets_another_id) {
  add(slot, "a");
  answer(sent(), ErrorCode::invalid_producer_epoch);
  EXPECT_FALSE(sender->next(at(500)));
  EXPECT_TRUE(sender->take_wants_producer_id());
  sender->producer_id_is(200, 3);
  const ProduceCall call = sent(500);
  EXPECT_EQ(view(call).producer_id(), 200);
  EXPECT_EQ(number(call), std::pair(3, 0));
}

TEST_F(SenderTest, an_unknown_writer_in_doubt_stays_in_doubt) {
  const auto calls = pipeline();
  sender->lost(calls[0].id, lost_connection, true, at(0));
  answer(calls[1], ErrorCode::invalid_producer_epoch);
  answer(calls[2], ErrorCode::invalid_producer_epoch);
  EXPECT_TRUE(ended().empty()) << "the oldest asks first";
  const ProduceCall again = sent(500);
  EXPECT_EQ(number(again), std::pair(0, 1));
  answer(again, ErrorCode::invalid_producer_epoch, 500);
  const auto batches = ended();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_TRUE(batches[0].failure->may_be_written);
}

TEST_F(SenderTest, after_the_last_epoch_comes_another_id) {
  sender->producer_id_is(100, INT16_MAX);
  add(slot, "a");
  answer(sent(), ErrorCode::invalid_record);
  add(slot, "b", 500);
  EXPECT_FALSE(sender->next(at(500)));
  EXPECT_TRUE(sender->take_wants_producer_id());
  sender->producer_id_is(101, 0);
  EXPECT_EQ(view(sent(500)).producer_id(), 101);
}

TEST_F(SenderTest, without_a_producer_id_what_waits_for_it_ends) {
  sender->producer_id_is(no_producer_id, no_producer_epoch);
  add(slot, "a");
  EXPECT_FALSE(sender->next(at(0)));
  EXPECT_TRUE(sender->take_wants_producer_id());
  sender->producer_id_refused({ErrorCode::cluster_authorization_failed, "InitProducerId"});
  EXPECT_EQ(ended().at(0).failure->why.answer, ErrorCode::cluster_authorization_failed);
}

TEST_F(SenderTest, without_idempotence_batches_have_no_numbers_and_need_no_proof) {
  make({.acks = 1, .idempotent = false});
  add(slot, "a");
  EXPECT_EQ(view(sent()).producer_id(), no_producer_id);
  add(slot, "b");
  EXPECT_EQ(number(sent()), std::pair(-1, -1));
}

TEST_F(SenderTest, with_acks_0_nothing_is_sent_again) {
  make({.acks = 0, .idempotent = false});
  add(slot, "a");
  sender->lost(sent().id, lost_connection, true, at(0));
  EXPECT_TRUE(ended().at(0).failure->may_be_written);
}

TEST_F(SenderTest, a_request_that_cannot_be_said_ends_its_records) {
  add(slot, "a");
  sender->lost(sent().id, Error{Errc::unsupported, "no version"}, false, at(0));
  EXPECT_FALSE(ended().at(0).failure->may_be_written);
}

TEST_F(SenderTest, purge_ends_what_waits_and_on_request_what_is_in_flight) {
  const auto calls = pipeline();
  add(slot, "waits");
  sender->lost(calls[0].id, lost_connection, true, at(0));
  const Failure purged = Error{Errc::closed, "purged"};
  sender->purge(purged, false);
  auto batches = ended();
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_TRUE(batches[0].failure->may_be_written);
  EXPECT_FALSE(batches[1].failure->may_be_written);
  sender->purge(purged, true);
  sender->purge(purged, true);
  batches = ended();
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_TRUE(batches[0].failure->may_be_written);
  answer(calls[1], ErrorCode::none);
  answer(calls[2], ErrorCode::none);
  EXPECT_TRUE(ended().empty());
  EXPECT_FALSE(sender->next(at(0)));
  EXPECT_TRUE(sender->is_idle());
  EXPECT_EQ(accumulator->memory_in_use(), 0u);
}

TEST(Delivery, one_bad_record_fails_its_batch_and_is_named) {
  const EndedBatch batch{.failure = Undelivered{{ErrorCode::invalid_record, "Produce"}, false},
                         .problems = {{2, "key missing"}}};
  EXPECT_EQ(delivery_of(batch, {.index = 2}, 0).error().why.said, "key missing");
  EXPECT_THAT(delivery_of(batch, {.index = 0}, 0).error().why.said, HasSubstr("another record"));
}

TEST(ProduceError, verdicts) {
  using enum ErrorCode;
  const std::pair<ErrorCode, ProduceVerdict> table[] = {
      {none, ProduceVerdict::written},
      {duplicate_sequence_number, ProduceVerdict::written},
      {not_leader_or_follower, ProduceVerdict::again},
      {unknown_topic_or_partition, ProduceVerdict::again},
      {not_enough_replicas, ProduceVerdict::again},
      {not_enough_replicas_after_append, ProduceVerdict::again},
      {kafka_storage_error, ProduceVerdict::again},
      {corrupt_message, ProduceVerdict::again},
      {message_too_large, ProduceVerdict::smaller},
      {record_list_too_large, ProduceVerdict::smaller},
      {out_of_order_sequence_number, ProduceVerdict::out_of_order},
      {unknown_producer_id, ProduceVerdict::out_of_order},
      {invalid_producer_epoch, ProduceVerdict::unknown_writer},
      {topic_authorization_failed, ProduceVerdict::refused},
      {invalid_topic_exception, ProduceVerdict::refused},
      {invalid_record, ProduceVerdict::refused},
      {policy_violation, ProduceVerdict::refused},
      {unknown_server_error, ProduceVerdict::refused}};
  for (const auto& [error, verdict] : table) {
    EXPECT_EQ(verdict_of(error), verdict) << wire::error_info(error).name;
  }
  EXPECT_TRUE(may_be_written_after(not_enough_replicas_after_append));
  EXPECT_FALSE(may_be_written_after(not_enough_replicas));
  EXPECT_TRUE(may_be_written_after(static_cast<ErrorCode>(9'999))) << "a later version's";
}

TEST_F(SenderTest, a_new_leader_is_not_made_to_wait_for_the_back_off) {
  sender->set_connected(2, true);
  add(slot, "a");
  answer(sent(), ErrorCode::not_leader_or_follower, 10);
  EXPECT_FALSE(sender->next(at(10)));
  sender->set_leader(slot, 2);  // told beside the error, or by metadata
  const ProduceCall again = sent(10);
  EXPECT_EQ(again.broker, 2);
  EXPECT_EQ(number(again), std::pair(0, 0));
  answer(again, ErrorCode::not_leader_or_follower, 11);
  sender->set_leader(slot, 2);
  EXPECT_FALSE(sender->next(at(11))) << "the same leader";
  sender->set_leader(slot, no_broker);
  EXPECT_FALSE(sender->next(at(11)));
}

TEST_F(SenderTest, a_leader_that_changed_before_the_refusal_came_is_asked_at_once) {
  sender->set_connected(2, true);
  add(slot, "a");
  const ProduceCall call = sent();
  sender->set_leader(slot, 2);
  answer(call, ErrorCode::not_leader_or_follower, 10);
  EXPECT_EQ(sent(10).broker, 2);
}

TEST_F(SenderTest, a_batch_is_repeated_as_often_as_retries_allows) {
  make({.retries = 2});
  add(slot, "a");
  int now = 0;
  for (int attempt = 0; attempt < 3; ++attempt) {
    SCOPED_TRACE(attempt);
    EXPECT_TRUE(ended().empty());
    answer(sent(now), ErrorCode::not_enough_replicas, now);
    now += 10'000;
  }
  const auto batches = ended();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].failure->why.answer, ErrorCode::not_enough_replicas);
  EXPECT_FALSE(batches[0].failure->may_be_written);
  add(slot, "b", now);
  now += 100;  // linger.ms
  sender->lost(sent(now).id, lost_connection, true, at(now));
  sender->lost(sent(now + 10'000).id, lost_connection, false, at(now + 10'000));
  sender->lost(sent(now + 20'000).id, lost_connection, false, at(now + 20'000));
  EXPECT_TRUE(ended().at(0).failure->may_be_written) << "the first attempt";
}

}  // namespace
}  // namespace weir::client
