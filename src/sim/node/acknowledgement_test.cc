// What is acknowledged, and what is not: repeated batches, disks that are full or fail, and ends
// that a new leader does not know yet.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "broker/node.h"
#include "broker/shard.h"
#include "sim/node/one_node_test_support.h"
#include "wire/error_code.h"
#include "wire/message/create_partitions_request.h"
#include "wire/message/create_partitions_response.h"
#include "wire/message/delete_topics_request.h"
#include "wire/message/delete_topics_response.h"
#include "wire/message/incremental_alter_configs_request.h"
#include "wire/message/incremental_alter_configs_response.h"

namespace weir::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using wire::code_of;
using wire::ErrorCode;

// One request of a connection of its own.
struct Call {
  std::vector<std::byte> batch;
  std::optional<Appended> answer;
  bool ended = false;
};

Task<Result<>> send(OneNode& one, Call& call) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto producing = produce(client, {"t", 0}, call.batch);
  CO_TRY_ASSIGN(call.answer, co_await std::move(producing));
  co_return Result<>{};
}

Task<> play(OneNode& one, Call& call) {
  auto sending = send(one, call);
  const Result<> ignored = co_await std::move(sending);  // no answer: the connection was lost
  static_cast<void>(ignored);
  call.ended = true;
}

std::vector<std::byte> batch_of_producer(OneNode& one, Sequence sequence) {
  const std::vector<std::string> values{"value " + std::to_string(sequence)};
  return batch_of(values, one.env().clock.wall_ms(), {.id = 77, .epoch = 0}, sequence);
}

// --- repeated batches ---

// Holds back what it is told to.
struct HoldingVerifier final : broker::AppendVerifier {
  std::optional<ErrorCode> verify(const broker::PartitionAppend&, std::uint64_t ticket) override {
    if (!holds) return ErrorCode::none;
    held = ticket;
    return std::nullopt;
  }
  bool holds = false;
  std::uint64_t held = 0;
};

// The original is written and not synced; its repetition arrives in the log at that moment.
struct Repeated {
  explicit Repeated(OneNode& one_node, bool syncs_fail) : one(one_node) {
    broker::Partition& partition = partition_of(one);
    partition.verification().set_verifier(&verifier);
    original.batch = repetition.batch = batch_of_producer(one, 0);
    verifier.holds = true;
    one.scope.spawn(play(one, original));
    EXPECT_TRUE(one.world.run_until([&] { return verifier.held == 1; }, minutes(1)));
    one.scope.spawn(play(one, repetition));
    EXPECT_TRUE(one.world.run_until([&] { return verifier.held == 2; }, minutes(1)));
    one.node.host().disk().set_faults({.sync_fails_one_in = syncs_fail ? 1U : 0U});
    partition.verification().settle(1, ErrorCode::none);
    const auto is_written = [&] { return partition.log().log_end_offset() == 1; };
    EXPECT_TRUE(one.world.run_until(is_written, minutes(1)));
    EXPECT_EQ(partition.log().durable_end_offset(), 0);
    partition.verification().settle(2, ErrorCode::none);
  }
  ~Repeated() { partition_of(one).verification().set_verifier(nullptr); }

  OneNode& one;
  HoldingVerifier verifier;
  Call original, repetition;
};

TEST(Acknowledgement, a_repeated_batch_waits_until_its_original_is_durable) {
  OneNode one;
  Repeated repeated(one, false);
  ASSERT_TRUE(one.world.run_until(
      [&] {
        const bool answered = repeated.original.answer || repeated.repetition.answer;
        EXPECT_TRUE(!answered || partition_of(one).log().durable_end_offset() == 1);
        return repeated.original.ended && repeated.repetition.ended;
      },
      minutes(1)));
  ASSERT_TRUE(repeated.original.answer && repeated.repetition.answer);
  for (const Call* call : {&repeated.original, &repeated.repetition}) {
    EXPECT_EQ(call->answer->error_code, 0);
    EXPECT_EQ(call->answer->base_offset, 0);
  }
  EXPECT_EQ(partition_of(one).log().log_end_offset(), 1);
}

TEST(Acknowledgement, a_repeated_batch_fails_with_its_original) {
  OneNode one;
  Repeated repeated(one, true);
  ASSERT_TRUE(one.world.run_until(
      [&] { return repeated.original.ended && repeated.repetition.ended; }, minutes(1)));
  for (const Call* call : {&repeated.original, &repeated.repetition}) {
    ASSERT_TRUE(call->answer.has_value());
    EXPECT_EQ(call->answer->error_code, code_of(ErrorCode::kafka_storage_error));
  }
  ASSERT_TRUE(one.world.run_until([&] { return one.node.error().has_value(); }, minutes(1)));
}

// --- full disks ---

void run_call(OneNode& one, Call& call) {
  one.scope.spawn(play(one, call));
  EXPECT_TRUE(one.world.run_until([&] { return call.ended; }, minutes(1)));
}

std::int16_t answer_to(OneNode& one, Sequence sequence) {
  Call call{.batch = batch_of_producer(one, sequence)};
  run_call(one, call);
  return call.answer ? call.answer->error_code : std::int16_t{-1};
}

Task<Result<>> read_everything(OneNode& one, std::vector<FetchedRecord>& records) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto reading = read_all(client, {"t", 0});
  CO_TRY_ASSIGN(records, co_await std::move(reading));
  co_return Result<>{};
}

Task<> play_reading(OneNode& one, std::vector<FetchedRecord>& records, bool& ended) {
  auto reading = read_everything(one, records);
  const auto result = co_await std::move(reading);
  EXPECT_TRUE(result.has_value());
  ended = true;
}

std::vector<std::string> values_read(OneNode& one) {
  std::vector<FetchedRecord> records;
  bool ended = false;
  one.scope.spawn(play_reading(one, records, ended));
  EXPECT_TRUE(one.world.run_until([&] { return ended; }, minutes(1)));
  std::vector<std::string> values;
  for (const FetchedRecord& record : records) values.push_back(record.value);
  return values;
}

Task<Result<>> read_empty(OneNode& one, TopicPartition at) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto reading = read_all(client, std::move(at));
  CO_TRY(co_await std::move(reading));
  co_return Result<>{};
}

Task<> play_reading_of(OneNode& one, TopicPartition at, bool& is_read, bool& ended) {
  auto reading = read_empty(one, std::move(at));
  const Result<> read = co_await std::move(reading);
  is_read = read.has_value();
  ended = true;
}

TEST(FullDisk, refuses_appends_with_a_storage_error_and_takes_them_when_there_is_room) {
  OneNode one;
  EXPECT_EQ(answer_to(one, 0), 0);
  for (const std::uint64_t room : {0, 10, 70}) {
    one.node.host().disk().limit_room(room);
    EXPECT_EQ(answer_to(one, 1), code_of(ErrorCode::kafka_storage_error)) << room;
    EXPECT_EQ(answer_to(one, 0), 0) << "a repetition of what is durable needs no room";
    EXPECT_EQ(values_read(one), std::vector<std::string>{"value 0"});
  }
  one.node.host().disk().limit_room(std::nullopt);
  EXPECT_EQ(answer_to(one, 1), 0);
  EXPECT_EQ(values_read(one), (std::vector<std::string>{"value 0", "value 1"}));
  EXPECT_FALSE(one.node.error().has_value());
}

TEST(FullDisk, loses_nothing_acknowledged_by_any_restart) {
  for (const Crash crash : {Crash::process, Crash::power_keep_none, Crash::power_keep_some}) {
    OneNode one;
    EXPECT_EQ(answer_to(one, 0), 0);
    one.node.host().disk().limit_room(20);
    EXPECT_EQ(answer_to(one, 1), code_of(ErrorCode::kafka_storage_error));
    one.node.crash(crash);
    const auto full = one.node.start_and_wait();
    if (!full) {
      EXPECT_EQ(full.error().code, Errc::no_space) << full.error().message();
      one.node.crash(crash);
    }
    one.node.host().disk().limit_room(std::nullopt);
    if (!full) ASSERT_TRUE(one.node.start_and_wait().has_value());
    EXPECT_EQ(values_read(one), std::vector<std::string>{"value 0"});
    EXPECT_EQ(answer_to(one, 1), 0);
    EXPECT_EQ(values_read(one), (std::vector<std::string>{"value 0", "value 1"}));
  }
}

struct Creation {
  std::string topic;
  std::optional<std::int16_t> code;  // nothing: the connection was lost
  bool ended = false;
};

Task<Result<>> create_it(OneNode& one, Creation& creation) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto creating = create_topic(client, creation.topic, 1);
  CO_TRY_ASSIGN(creation.code, co_await std::move(creating));
  co_return Result<>{};
}

Task<> play_creation(OneNode& one, Creation& creation) {
  auto creating = create_it(one, creation);
  const Result<> ignored = co_await std::move(creating);
  static_cast<void>(ignored);
  creation.ended = true;
}

std::optional<std::int16_t> code_of_creating(OneNode& one, std::string topic) {
  Creation creation{.topic = std::move(topic)};
  one.scope.spawn(play_creation(one, creation));
  EXPECT_TRUE(one.world.run_until([&] { return creation.ended; }, minutes(5)));
  return creation.code;
}

TEST(FullDisk, refuses_a_change_of_metadata_and_makes_it_when_there_is_room) {
  OneNode one;
  EXPECT_EQ(answer_to(one, 0), 0);
  one.node.host().disk().limit_room(0);
  EXPECT_EQ(code_of_creating(one, "u"), code_of(ErrorCode::kafka_storage_error));
  EXPECT_FALSE(one.node.error().has_value());
  one.node.host().disk().limit_room(std::nullopt);
  std::optional<std::int16_t> created;
  for (int i = 0; i < 50 && created != 0; ++i) created = code_of_creating(one, "u");
  EXPECT_EQ(created, 0);
  one.node.crash(Crash::power_keep_none);
  ASSERT_TRUE(one.node.start_and_wait().has_value());
  EXPECT_EQ(code_of_creating(one, "u"), code_of(ErrorCode::topic_already_exists));
  EXPECT_EQ(values_read(one), std::vector<std::string>{"value 0"});
}

// Every change that the controller makes, and what it says of "t".
Task<Result<>> change_everything(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const std::int16_t refused = code_of(ErrorCode::kafka_storage_error);
  wire::DeleteTopicsRequest::DeleteTopicState state;
  state.name = "t";
  wire::DeleteTopicsRequest deletion;
  deletion.topics = {&state, 1};
  auto deleting = client.call<wire::DeleteTopicsResponse>(deletion, std::int16_t{6});
  CO_TRY_ASSIGN(const auto deleted, co_await std::move(deleting));
  EXPECT_EQ(deleted->responses[0].error_code, refused);
  wire::Str name = "t";
  wire::DeleteTopicsRequest old_deletion;
  old_deletion.topic_names = {&name, 1};
  auto deleting_old = client.call<wire::DeleteTopicsResponse>(old_deletion, std::int16_t{3});
  CO_TRY_ASSIGN(const auto deleted_old, co_await std::move(deleting_old));
  EXPECT_EQ(deleted_old->responses[0].error_code, refused);
  wire::CreatePartitionsRequest::CreatePartitionsTopic topic;
  topic.name = "t";
  topic.count = 3;
  topic.assignments =
      wire::Array<wire::CreatePartitionsRequest::CreatePartitionsAssignment>::null();
  wire::CreatePartitionsRequest growth;
  growth.topics = {&topic, 1};
  auto growing = client.call<wire::CreatePartitionsResponse>(growth, std::int16_t{3});
  CO_TRY_ASSIGN(const auto grown, co_await std::move(growing));
  EXPECT_EQ(grown->results[0].error_code, refused);
  wire::IncrementalAlterConfigsRequest::AlterableConfig config;
  config.name = "retention.ms";
  config.value = "1000";
  wire::IncrementalAlterConfigsRequest::AlterConfigsResource resource;
  resource.resource_type = 2;
  resource.resource_name = "t";
  resource.configs = {&config, 1};
  wire::IncrementalAlterConfigsRequest alteration;
  alteration.resources = {&resource, 1};
  auto altering = client.call<wire::IncrementalAlterConfigsResponse>(alteration, std::int16_t{1});
  CO_TRY_ASSIGN(const auto altered, co_await std::move(altering));
  EXPECT_EQ(altered->responses[0].error_code, refused);
  EXPECT_EQ(altered->responses[0].resource_name.view(), "t");
  co_return Result<>{};
}

// Creates "late" while the disk has `room` bytes left, then gives it all. True: it was created.
bool create_late(OneNode& one, std::uint64_t room) {
  one.node.host().disk().limit_room(room);
  const auto created = code_of_creating(one, "late");
  one.world.run_for(seconds(3));
  one.node.host().disk().limit_room(std::nullopt);
  return created == 0;
}

bool was_put_off(const OneNode& one) { return one.log_lines_with("late-0 is offline") > 0; }

bool late_is_read(OneNode& one) {
  one.world.run_for(seconds(3));
  EXPECT_FALSE(one.node.error().has_value());
  bool is_read = false;
  bool ended = false;
  one.scope.spawn(play_reading_of(one, {"late", 0}, is_read, ended));
  EXPECT_TRUE(one.world.run_until([&] { return ended; }, minutes(1)));
  return is_read;
}

// Where a partition finds too little room is a matter of bytes: every twentieth up to here is
// tried.
constexpr std::uint64_t room_for_all = 1'500;
constexpr std::uint64_t room_step = 20;

// Found by the swarm: a topic whose folder found no room answered with a storage error for ever.
TEST(FullDisk, a_partition_that_found_no_room_is_opened_when_there_is_some) {
  int put_off = 0;
  for (std::uint64_t room = 0; room < room_for_all; room += room_step) {
    SCOPED_TRACE(room);
    OneNode one;
    EXPECT_EQ(answer_to(one, 0), 0);
    if (!create_late(one, room)) continue;
    put_off += was_put_off(one) ? 1 : 0;
    EXPECT_TRUE(late_is_read(one));
  }
  EXPECT_GT(put_off, 0);
}

Task<Result<>> create_late_and_write(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto creating = create_topic(client, "late", 1);
  CO_TRY_ASSIGN(const auto created, co_await std::move(creating));
  EXPECT_EQ(created, 0);
  std::int16_t code = code_of(ErrorCode::unknown_topic_or_partition);
  while (code == code_of(ErrorCode::unknown_topic_or_partition) ||
         code == code_of(ErrorCode::not_leader_or_follower)) {
    const std::vector<std::string> values{"of the first life"};
    auto sending = produce(client, {"late", 0}, batch_of(values, 1));
    CO_TRY_ASSIGN(const auto produced, co_await std::move(sending));
    code = produced.error_code;
  }
  EXPECT_EQ(code, 0);
  co_return Result<>{};
}

Task<Result<>> delete_late(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto deleting = delete_topic(client, "late");
  CO_TRY_ASSIGN(const auto deleted, co_await std::move(deleting));
  EXPECT_EQ(deleted, 0);
  co_return Result<>{};
}

const metadata::ConfigMap eager_checkpoints{{"log.initial.task.delay.ms", "1"},
                                            {"log.flush.offset.checkpoint.interval.ms", "10"}};

// A node whose checkpoints name "late", which is gone.
struct LateIsGone : OneNode {
  LateIsGone() : OneNode(1, eager_checkpoints) {
    run(create_late_and_write);
    EXPECT_TRUE(world.run_until([&] { return is_checkpointed(); }, minutes(1)));
    run(delete_late);
  }
  bool is_checkpointed() {
    const auto content =
        node.host().disk().durable_content("/data/recovery-point-offset-checkpoint");
    return content && content->find("late 0 ") != std::string::npos;
  }
};

TEST(FullDisk, a_partition_of_a_name_that_was_used_is_opened_when_there_is_room) {
  int put_off = 0;
  for (std::uint64_t room = 0; room < room_for_all; room += room_step) {
    SCOPED_TRACE(room);
    LateIsGone one;
    if (!create_late(one, room)) continue;
    put_off += was_put_off(one) ? 1 : 0;
    EXPECT_TRUE(late_is_read(one));
  }
  EXPECT_GT(put_off, 0);
}

// Found by the swarm: a partition that waited for room made a stop unclean, although there was
// room.
TEST(FullDisk, a_stop_is_clean_as_soon_as_there_is_room) {
  int put_off = 0;
  for (std::uint64_t room = 0; room < room_for_all; room += room_step) {
    SCOPED_TRACE(room);
    LateIsGone one;
    create_late(one, room);
    put_off += was_put_off(one) ? 1 : 0;
    ASSERT_TRUE(one.node.stop_and_wait().has_value());
    const auto started = one.node.start_and_wait();
    ASSERT_TRUE(started.has_value());
    EXPECT_TRUE(started->after_clean_stop);
    EXPECT_EQ(started->bytes_checked, 0u);
  }
  EXPECT_GT(put_off, 0);
}

TEST(FullDisk, refuses_every_change_of_metadata_by_its_error) {
  OneNode one;
  one.run(be_served);  // its partition's files are there
  one.node.host().disk().limit_room(0);
  one.run(change_everything);
  one.node.host().disk().limit_room(std::nullopt);
  one.run(be_served);
}

// --- what a new leader does not know ---

Task<Result<>> list_offsets_of_a_lagging_leader(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (const TimestampMs asked : {latest_timestamp, TimestampMs{0}}) {
    auto listing = list_offset(client, {"t", 0}, asked);
    CO_TRY_ASSIGN(const ListedOffset listed, co_await std::move(listing));
    EXPECT_EQ(listed.error_code, code_of(ErrorCode::offset_not_available)) << asked;
  }
  auto listing = list_offset(client, {"t", 0}, earliest_timestamp);
  CO_TRY_ASSIGN(const ListedOffset first, co_await std::move(listing));
  EXPECT_EQ(first.error_code, 0);
  EXPECT_EQ(first.offset, 0);
  co_return Result<>{};
}

Task<Result<>> append_what_is_not_committed(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const std::vector<std::string> values{"value"};
  auto producing = produce(client, {"t", 0}, batch_of(values, one.env().clock.wall_ms()), 1);
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  auto listing = list_offset(client, {"t", 0}, latest_timestamp);
  CO_TRY_ASSIGN(const ListedOffset end, co_await std::move(listing));
  EXPECT_EQ(end.error_code, 0);
  EXPECT_EQ(end.offset, 0);
  co_return Result<>{};
}

// The other replica of the in-sync set never comes: the high watermark stays where it was.
void lead(OneNode& one, LeaderEpoch epoch) {
  partition_of(one).become_leader({.self = 1,
                                   .leader_epoch = epoch,
                                   .partition_epoch = epoch,
                                   .replicas = {1, 2},
                                   .isr = {1, 2},
                                   .min_insync_replicas = 1});
}

TEST(ListOffsets, of_a_new_leader_behind_its_log_are_not_available) {
  OneNode one;
  lead(one, 1);
  one.run(append_what_is_not_committed);
  lead(one, 2);
  one.run(list_offsets_of_a_lagging_leader);
  partition_of(one).isr_changed(3, {1});
  one.run(be_served);
}

}  // namespace
}  // namespace weir::sim
