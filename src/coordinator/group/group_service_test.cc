#include "coordinator/group/group_service.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/offload.h"
#include "base/one_shot.h"
#include "base/task_scope.h"
#include "base/timer_queue.h"
#include "base/turn_queue.h"
#include "coordinator/group/group_record.h"
#include "coordinator/group/kafka_log_test_support.h"
#include "coordinator/group/partition_for.h"
#include "wire/error_code.h"
#include "wire/message/delete_groups_request.h"
#include "wire/message/delete_groups_response.h"
#include "wire/message/describe_groups_request.h"
#include "wire/message/describe_groups_response.h"
#include "wire/message/heartbeat_request.h"
#include "wire/message/heartbeat_response.h"
#include "wire/message/join_group_request.h"
#include "wire/message/join_group_response.h"
#include "wire/message/leave_group_request.h"
#include "wire/message/leave_group_response.h"
#include "wire/message/list_groups_request.h"
#include "wire/message/list_groups_response.h"
#include "wire/message/offset_commit_request.h"
#include "wire/message/offset_commit_response.h"
#include "wire/message/offset_delete_request.h"
#include "wire/message/offset_delete_response.h"
#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"
#include "wire/message/sync_group_request.h"
#include "wire/message/sync_group_response.h"
#include "wire/record/batch_builder.h"

namespace weir::coordinator {
namespace {

using namespace std::chrono_literals;
using wire::code_of;
using wire::ErrorCode;

// --- a world of one shard, without disk and network ---

class NoDisk final : public env::Disk {
  template <class T>
  static Result<T> no() {
    return fail(Errc::unsupported, "no disk");
  }
  Result<std::shared_ptr<env::File>> open(const std::string&, env::OpenMode) override {
    return no<std::shared_ptr<env::File>>();
  }
  Result<> rename(const std::string&, const std::string&) override { return no<void>(); }
  Result<> remove(const std::string&) override { return no<void>(); }
  Result<> remove_tree(const std::string&) override { return no<void>(); }
  Result<> create_directories(const std::string&) override { return no<void>(); }
  Result<std::vector<env::DirectoryEntry>> list(const std::string&) override {
    return no<std::vector<env::DirectoryEntry>>();
  }
  Result<bool> exists(const std::string&) override { return no<bool>(); }
  Result<> sync_directory(const std::string&) override { return no<void>(); }
  Result<std::uint64_t> free_bytes(const std::string&) override { return no<std::uint64_t>(); }
  Result<std::uint64_t> total_bytes(const std::string&) override { return no<std::uint64_t>(); }
  Result<std::unique_ptr<env::DirectoryLock>> lock(const std::string&) override {
    return no<std::unique_ptr<env::DirectoryLock>>();
  }
};

class NoNetwork final : public env::Network {
  Result<std::unique_ptr<env::Listener>> listen(const env::Address&, int,
                                                const env::SocketBuffers&) override {
    return fail(Errc::unsupported, "no network");
  }
  std::unique_ptr<env::Connection> adopt(std::unique_ptr<env::Socket>) override { return nullptr; }
  Task<Result<std::unique_ptr<env::Connection>>> connect(env::Address, Cancellation) override {
    co_return fail(Errc::unsupported, "no network");
  }
};

class NoLines final : public env::LogSink {
  bool enabled(env::Level) const override { return true; }
  void write(env::Level, std::string_view, std::string_view) override {}
};

class Shard final : public env::Clock,
                    public env::Timers,
                    public env::Executor,
                    public env::Shards {
 public:
  env::Instant now() const override { return now_; }
  TimestampMs wall_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count();
  }
  env::TimerId start(env::Instant when, env::Callback callback) override {
    return timers_.start(when, std::move(callback));
  }
  void cancel(env::TimerId timer) override { timers_.cancel(timer); }
  void post(env::Callback callback) override { turns_.post(std::move(callback)); }
  void post(std::coroutine_handle<> waiter) override { turns_.post(waiter); }
  void at_end_of_turn(env::Callback callback) override {
    turns_.at_end_of_turn(std::move(callback));
  }
  void offload(env::Callback work, env::Callback done) override {
    work();
    post(std::move(done));
  }
  env::ShardId self() const override { return 0; }
  std::size_t count() const override { return 1; }
  void post(env::ShardId, env::Callback message) override { turns_.post(std::move(message)); }

  void run() {
    while (!turns_.idle()) turns_.run_turn();
  }
  void advance(std::chrono::milliseconds by) {
    const env::Instant end = now_ + by;
    run();
    for (auto due = timers_.next_due(); due && *due <= end; due = timers_.next_due()) {
      now_ = std::max(now_, *due);
      while (const auto timer = timers_.pop_due(now_)) {
        timers_.fire(*timer);
        run();
      }
    }
    now_ = end;
  }

 private:
  env::Instant now_ = env::Instant{} + std::chrono::hours(1000);
  weir::TimerQueue timers_;
  TurnQueue turns_;
};

// Holds appends and commits back until the test lets them go.
class FakeLog final : public CoordinatorLog {
 public:
  explicit FakeLog(env::Executor& executor) : executor_(executor) {}

  Task<std::expected<Offset, ErrorCode>> append(
      std::span<const CoordinatorRecord> records) override {
    wire::BatchBuilder builder({.base_offset = end});
    for (const CoordinatorRecord& record : records) {
      builder.add({.timestamp = record.timestamp,
                   .key = record.key,
                   .value = record.is_tombstone ? wire::Blob::null() : wire::Blob(record.value)});
    }
    const auto batch = builder.build();
    ++appends;
    if (hold_appends) {
      OneShot<Unit> go(executor_);
      held_append = &go;
      co_await go;
    }
    if (refuse != ErrorCode::none) co_return std::unexpected(refuse);
    bytes.insert(bytes.end(), batch.begin(), batch.end());
    end += static_cast<Offset>(records.size());
    co_return end;
  }
  Task<std::expected<Offset, ErrorCode>> wait_committed(Offset offset) override {
    while (committed() < offset && lost == ErrorCode::none) {
      OneShot<Unit> go(executor_);
      held_commits.push_back(&go);
      co_await go;
    }
    if (lost != ErrorCode::none) co_return std::unexpected(lost);
    co_return offset;
  }
  Offset log_start_offset() const override { return 0; }
  Offset log_end_offset() const override { return end; }
  Task<Result<LogChunk>> read(Offset from) override {
    if (hold_reads) {
      OneShot<Unit> go(executor_);
      held_read = &go;
      co_await go;
    }
    if (is_unreadable) co_return fail(Errc::io, "read");
    // One batch at a time.
    Bytes rest = bytes;
    while (!rest.empty()) {
      const auto batch = wire::read_batch(rest.first(*wire::batch_size_at(rest)));
      if (batch->next_offset() > from) {
        co_return LogChunk{{batch->bytes().begin(), batch->bytes().end()}, batch->next_offset()};
      }
      rest = rest.subspan(batch->size());
    }
    co_return LogChunk{{}, from};
  }
  std::size_t batch_bytes_max() const override { return bytes_max; }

  Offset committed() const { return hold_commits ? committed_before : end; }
  void hold() {
    committed_before = end;
    hold_commits = true;
  }
  void let_go() {
    hold_commits = false;
    wake();
  }
  void lose() {
    lost = ErrorCode::not_leader_or_follower;
    wake();
  }
  void wake() {
    for (auto* held : std::exchange(held_commits, {})) held->set({});
  }

  std::vector<std::byte> bytes;
  Offset end = 0;
  int appends = 0;
  std::size_t bytes_max = 1'000'000;
  ErrorCode refuse = ErrorCode::none;
  ErrorCode lost = ErrorCode::none;
  bool hold_appends = false;
  bool hold_commits = false;
  bool hold_reads = false;
  bool is_unreadable = false;
  Offset committed_before = 0;
  OneShot<Unit>* held_append = nullptr;
  OneShot<Unit>* held_read = nullptr;
  std::vector<OneShot<Unit>*> held_commits;

 private:
  env::Executor& executor_;
};

class OneTopic final : public TopicLookup {
  std::int32_t partition_count(std::string_view topic) const override {
    return topic == "orders" ? 8 : 0;
  }
  std::optional<Uuid> topic_id(std::string_view topic) const override {
    return topic == "orders" ? std::optional(Uuid{7, 1}) : std::nullopt;
  }
  std::optional<std::string_view> topic_name(const Uuid& id) const override {
    return id == Uuid{7, 1} ? std::optional<std::string_view>("orders") : std::nullopt;
  }
};

template <class Response>
struct Asked {
  wire::Arena arena;
  Response response;
  bool is_done = false;
};

class GroupServiceTest : public testing::Test {
 protected:
  GroupServiceTest()
      : env{shard, shard, shard, shard, disk, network, random, lines},
        tasks(shard),
        service(std::make_unique<GroupService>(env, topics, GroupConfig{}, 1)),
        log(std::make_shared<FakeLog>(shard)) {}
  ~GroupServiceTest() override {
    log->let_go();
    bool stopped = false;
    tasks.spawn(stop(*service, stopped));
    shard.run();
    EXPECT_TRUE(stopped) << "nothing of the service runs on";
    EXPECT_EQ(tasks.running(), 0U) << "no request waits for ever";
  }
  static Task<> stop(GroupService& service, bool& stopped) {
    auto stopping = service.stop();
    co_await std::move(stopping);
    stopped = true;
  }

  void start() {
    service->start_loading(0, 1, log);
    shard.run();
  }

  template <class Request, class Response>
  using Method = Task<> (GroupService::*)(const RequestContext&, const Request&, wire::Arena&,
                                          Response&);

  template <class Request, class Response>
  static Task<> serve(GroupService& service, Method<Request, Response> method,
                      RequestContext context, const Request& request, Asked<Response>& asked) {
    auto task = (service.*method)(context, request, asked.arena, asked.response);
    co_await std::move(task);
    asked.is_done = true;
  }
  // The request must live until the answer is there.
  template <class Request, class Response>
  void ask(Method<Request, Response> method, std::int16_t version, const Request& request,
           Asked<Response>& asked) {
    const RequestContext context{version, "app", "/127.0.0.1"};
    tasks.spawn(serve(*service, method, context, request, asked));
  }

  struct CommitCall {
    wire::OffsetCommitRequest::OffsetCommitRequestPartition partition;
    wire::OffsetCommitRequest::OffsetCommitRequestTopic topic;
    wire::OffsetCommitRequest request;
    Asked<wire::OffsetCommitResponse> asked;
    int error() const {
      return asked.is_done ? asked.response.topics[0].partitions[0].error_code : -99;
    }
  };
  std::unique_ptr<CommitCall> commit(std::string_view group, Offset offset,
                                     std::string_view metadata = "") {
    auto call = std::make_unique<CommitCall>();
    call->partition.committed_offset = offset;
    call->partition.committed_metadata = metadata;
    call->topic.name = "orders";
    call->topic.partitions = {&call->partition, 1};
    call->request.group_id = group;
    call->request.topics = {&call->topic, 1};
    ask(&GroupService::commit_offsets, 9, call->request, call->asked);
    return call;
  }
  struct FetchCall {
    PartitionIndex partition = 0;
    wire::OffsetFetchRequest::OffsetFetchRequestTopic topic;
    wire::OffsetFetchRequest request;
    Asked<wire::OffsetFetchResponse> asked;
    Offset offset() const {
      return asked.is_done && !asked.response.topics.empty()
                 ? asked.response.topics[0].partitions[0].committed_offset
                 : -99;
    }
  };
  std::unique_ptr<FetchCall> fetch(std::string_view group, std::int16_t version = 5) {
    auto call = std::make_unique<FetchCall>();
    call->topic.name = "orders";
    call->topic.partition_indexes = {&call->partition, 1};
    call->request.group_id = group;
    call->request.topics = {&call->topic, 1};
    ask(&GroupService::fetch_offsets, version, call->request, call->asked);
    return call;
  }
  int heartbeat() {
    wire::HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = "m";
    Asked<wire::HeartbeatResponse> asked;
    ask(&GroupService::heartbeat, 4, request, asked);
    shard.run();
    EXPECT_TRUE(asked.is_done);
    return asked.response.error_code;
  }

  Shard shard;
  NoDisk disk;
  NoNetwork network;
  NoLines lines;
  SeededRandom random{1};
  env::Env env;
  OneTopic topics;
  TaskScope tasks;
  std::unique_ptr<GroupService> service;
  std::shared_ptr<FakeLog> log;
};

TEST_F(GroupServiceTest, is_no_coordinator_of_what_it_does_not_lead) {
  const auto call = commit("g", 1);
  EXPECT_EQ(call->error(), code_of(ErrorCode::not_coordinator));
  EXPECT_EQ(heartbeat(), code_of(ErrorCode::not_coordinator));
  EXPECT_FALSE(service->is_active(0));
}

TEST_F(GroupServiceTest, says_that_it_loads_and_believes_heartbeats_meanwhile) {
  log->bytes = kafka_log();
  log->end = 5;
  log->hold_reads = true;
  start();
  EXPECT_EQ(commit("g1", 1)->error(), code_of(ErrorCode::coordinator_load_in_progress));
  EXPECT_EQ(fetch("g1")->asked.response.error_code,
            code_of(ErrorCode::coordinator_load_in_progress));
  EXPECT_EQ(fetch("g1", 1)->asked.response.topics[0].partitions[0].error_code,
            code_of(ErrorCode::coordinator_load_in_progress));
  EXPECT_EQ(heartbeat(), 0);
  const wire::ListGroupsRequest list;
  Asked<wire::ListGroupsResponse> listed;
  ask(&GroupService::list_groups, 5, list, listed);
  EXPECT_EQ(listed.response.error_code, code_of(ErrorCode::coordinator_load_in_progress));
  log->hold_reads = false;
  log->held_read->set({});
  shard.run();
  EXPECT_TRUE(service->is_active(0));
  Asked<wire::ListGroupsResponse> again;
  ask(&GroupService::list_groups, 5, list, again);
  shard.run();
  ASSERT_EQ(again.response.groups.size(), 1U);
  EXPECT_EQ(again.response.groups[0].group_id.view(), "g1");
}

TEST_F(GroupServiceTest, log_that_cannot_be_read_is_not_served_as_an_empty_one) {
  log->bytes = kafka_log();
  log->end = 5;
  log->is_unreadable = true;
  start();
  EXPECT_FALSE(service->is_active(0));
  EXPECT_EQ(fetch("g1")->asked.response.error_code, code_of(ErrorCode::not_coordinator));
}

TEST_F(GroupServiceTest, log_that_could_not_be_read_is_loaded_when_it_can_be) {
  log->bytes = kafka_log();
  log->end = 5;
  log->is_unreadable = true;
  start();
  shard.advance(1500ms);
  EXPECT_FALSE(service->is_active(0));
  log->is_unreadable = false;
  shard.advance(1500ms);
  EXPECT_TRUE(service->is_active(0));
  const auto read = fetch("g1");
  shard.run();
  EXPECT_EQ(read->asked.response.error_code, 0);
}

TEST_F(GroupServiceTest, load_that_failed_is_not_repeated_for_a_leadership_that_ended) {
  log->bytes = kafka_log();
  log->end = 5;
  log->is_unreadable = true;
  start();
  service->resign(0);
  log->is_unreadable = false;
  shard.advance(5s);
  EXPECT_FALSE(service->is_active(0));
  log->is_unreadable = true;
  service->start_loading(0, 2, log);
  shard.run();
  const auto newer = std::make_shared<FakeLog>(shard);
  service->start_loading(0, 3, newer);
  shard.advance(5s);
  EXPECT_TRUE(service->is_active(0));
}

TEST_F(GroupServiceTest, commit_is_answered_when_it_is_committed) {
  start();
  log->hold();
  const auto call = commit("g", 7);
  shard.run();
  EXPECT_EQ(log->appends, 1);
  EXPECT_FALSE(call->asked.is_done);
  const auto read = fetch("g");
  shard.run();
  EXPECT_FALSE(read->asked.is_done) << "it has seen what is not committed";
  log->let_go();
  shard.run();
  EXPECT_EQ(call->error(), 0);
  EXPECT_EQ(read->offset(), 7);
}

TEST_F(GroupServiceTest, commits_of_one_turn_are_one_batch) {
  start();
  std::vector<std::unique_ptr<CommitCall>> calls;
  shard.post(env::Callback([&] {
    for (int i = 0; i < 50; ++i) calls.push_back(commit("g" + std::to_string(i), i));
  }));
  shard.run();
  EXPECT_EQ(log->appends, 1);
  EXPECT_EQ(log->end, 50);
  for (const auto& call : calls) EXPECT_EQ(call->error(), 0);
}

TEST_F(GroupServiceTest, batch_grows_while_the_one_before_it_is_on_its_way) {
  start();
  log->hold_appends = true;
  const auto first = commit("g", 1);
  shard.run();
  std::vector<std::unique_ptr<CommitCall>> calls;
  for (int i = 0; i < 10; ++i) {
    calls.push_back(commit("h", i));
    shard.run();
  }
  EXPECT_EQ(log->appends, 1);
  log->hold_appends = false;
  log->held_append->set({});
  shard.run();
  EXPECT_EQ(log->appends, 2);
  EXPECT_EQ(first->error(), 0);
  for (const auto& call : calls) EXPECT_EQ(call->error(), 0);
}

TEST_F(GroupServiceTest, refused_append_takes_back_what_came_after_it) {
  start();
  const auto before = commit("g", 1);
  shard.run();
  log->hold_appends = true;
  const auto first = commit("g", 2);
  shard.run();
  const auto second = commit("g", 3);
  shard.run();
  log->refuse = ErrorCode::not_enough_replicas;
  log->hold_appends = false;
  log->held_append->set({});
  shard.run();
  EXPECT_EQ(first->error(), code_of(ErrorCode::coordinator_not_available));
  EXPECT_EQ(second->error(), code_of(ErrorCode::coordinator_not_available));
  log->refuse = ErrorCode::none;
  const auto read = fetch("g");
  shard.run();
  EXPECT_EQ(read->offset(), 1);
  const auto third = commit("g", 4);
  shard.run();
  EXPECT_EQ(third->error(), 0);
  EXPECT_EQ(before->error(), 0);
}

TEST_F(GroupServiceTest, append_refused_behind_an_uncommitted_one_leaves_that_alone) {
  start();
  log->hold();
  const auto first = commit("g", 1);
  shard.run();
  log->refuse = ErrorCode::kafka_storage_error;
  const auto second = commit("g", 2);
  shard.run();
  EXPECT_EQ(second->error(), code_of(ErrorCode::not_coordinator));
  const auto read = fetch("g");
  shard.run();
  EXPECT_FALSE(read->asked.is_done);
  log->let_go();
  shard.run();
  EXPECT_EQ(first->error(), 0);
  EXPECT_EQ(read->offset(), 1);
}

TEST_F(GroupServiceTest, record_too_large_for_the_log_hurts_nobody_else) {
  start();
  log->bytes_max = 300;
  service->start_loading(0, 2, log);
  shard.run();
  std::unique_ptr<CommitCall> good;
  std::unique_ptr<CommitCall> bad;
  std::unique_ptr<CommitCall> other;
  shard.post(env::Callback([&] {
    good = commit("g", 1);
    bad = commit("h", 2, std::string(400, 'x'));
    other = commit("i", 3);
  }));
  shard.run();
  EXPECT_EQ(good->error(), 0);
  EXPECT_EQ(bad->error(), code_of(ErrorCode::unknown_server_error));
  EXPECT_EQ(other->error(), 0);
  const auto read = fetch("h");
  shard.run();
  EXPECT_EQ(read->offset(), -1);
}

TEST_F(GroupServiceTest, client_gives_up_on_a_commit_that_takes_too_long) {
  start();
  log->hold();
  const auto call = commit("g", 1);
  const auto read = fetch("g");
  shard.advance(4999ms);
  EXPECT_FALSE(call->asked.is_done);
  shard.advance(1ms);
  EXPECT_EQ(call->error(), code_of(ErrorCode::coordinator_not_available));
  EXPECT_EQ(read->asked.response.error_code, code_of(ErrorCode::not_coordinator));
  log->let_go();
  shard.run();
  const auto later = fetch("g");
  shard.run();
  EXPECT_EQ(later->offset(), 1) << "the record was in the log";
}

TEST_F(GroupServiceTest, lost_leadership_answers_everybody) {
  start();
  log->hold();
  const auto call = commit("g", 1);
  shard.run();
  log->lose();
  shard.run();
  EXPECT_EQ(call->error(), code_of(ErrorCode::not_coordinator));
  EXPECT_FALSE(service->is_active(0));
}

TEST_F(GroupServiceTest, new_leadership_knows_what_was_committed_and_no_more) {
  start();
  const auto first = commit("g", 1);
  shard.run();
  log->hold_appends = true;
  const auto second = commit("g", 2);
  shard.run();
  service->resign(0);
  shard.run();
  EXPECT_EQ(second->error(), code_of(ErrorCode::not_coordinator));
  log->hold_appends = false;
  log->refuse = ErrorCode::not_leader_or_follower;
  log->held_append->set({});
  shard.run();
  log->refuse = ErrorCode::none;
  service->start_loading(0, 2, log);
  shard.run();
  const auto read = fetch("g");
  shard.run();
  EXPECT_EQ(read->offset(), 1);
  EXPECT_EQ(first->error(), 0);
}

TEST_F(GroupServiceTest, life_of_a_member_from_join_to_leave) {
  start();
  wire::JoinGroupRequest::JoinGroupRequestProtocol protocol;
  protocol.name = "range";
  wire::JoinGroupRequest join;
  join.group_id = "g";
  join.protocol_type = "consumer";
  join.session_timeout_ms = 10'000;
  join.rebalance_timeout_ms = 10'000;
  join.protocols = {&protocol, 1};
  Asked<wire::JoinGroupResponse> first;
  ask(&GroupService::join_group, 5, join, first);
  shard.run();
  ASSERT_TRUE(first.is_done);
  EXPECT_EQ(first.response.error_code, code_of(ErrorCode::member_id_required));
  EXPECT_FALSE(first.response.protocol_name.is_null()) << "null is known from version 7 on";
  join.member_id = first.response.member_id;
  Asked<wire::JoinGroupResponse> second;
  ask(&GroupService::join_group, 5, join, second);
  shard.advance(2999ms);
  EXPECT_FALSE(second.is_done);
  shard.advance(1ms);
  ASSERT_TRUE(second.is_done);
  EXPECT_EQ(second.response.error_code, 0);
  EXPECT_EQ(second.response.members.size(), 1U);

  log->hold();
  wire::SyncGroupRequest::SyncGroupRequestAssignment share;
  share.member_id = join.member_id;
  share.assignment = wire::Blob(as_bytes("mine"));
  wire::SyncGroupRequest sync;
  sync.group_id = "g";
  sync.member_id = join.member_id;
  sync.generation_id = 1;
  sync.assignments = {&share, 1};
  Asked<wire::SyncGroupResponse> synced;
  ask(&GroupService::sync_group, 5, sync, synced);
  shard.run();
  EXPECT_FALSE(synced.is_done);
  log->let_go();
  shard.run();
  ASSERT_TRUE(synced.is_done);
  EXPECT_EQ(as_text(synced.response.assignment.view()), "mine");

  const wire::Str group = "g";
  wire::DescribeGroupsRequest describe;
  wire::Str groups[] = {group};
  describe.groups = {groups, 1};
  Asked<wire::DescribeGroupsResponse> described;
  ask(&GroupService::describe_groups, 5, describe, described);
  shard.run();
  EXPECT_EQ(described.response.groups[0].group_state.view(), "Stable");

  wire::DeleteGroupsRequest remove;
  remove.groups_names = {groups, 1};
  Asked<wire::DeleteGroupsResponse> refused;
  ask(&GroupService::delete_groups, 2, remove, refused);
  shard.run();
  EXPECT_EQ(refused.response.results[0].error_code, code_of(ErrorCode::non_empty_group));

  wire::LeaveGroupRequest leave;
  leave.group_id = "g";
  leave.member_id = join.member_id;
  Asked<wire::LeaveGroupResponse> left;
  ask(&GroupService::leave_group, 1, leave, left);
  shard.run();
  ASSERT_TRUE(left.is_done);
  EXPECT_EQ(left.response.error_code, 0);

  Asked<wire::DeleteGroupsResponse> removed;
  ask(&GroupService::delete_groups, 2, remove, removed);
  shard.run();
  EXPECT_EQ(removed.response.results[0].error_code, 0);
  Asked<wire::DescribeGroupsResponse> gone;
  ask(&GroupService::describe_groups, 5, describe, gone);
  shard.run();
  EXPECT_EQ(gone.response.groups[0].group_state.view(), "Dead");
}

TEST_F(GroupServiceTest, join_that_waits_is_answered_when_the_leadership_ends) {
  start();
  wire::JoinGroupRequest::JoinGroupRequestProtocol protocol;
  protocol.name = "range";
  wire::JoinGroupRequest join;
  join.group_id = "g";
  join.protocol_type = "consumer";
  join.session_timeout_ms = 10'000;
  join.protocols = {&protocol, 1};
  Asked<wire::JoinGroupResponse> asked;
  ask(&GroupService::join_group, 3, join, asked);
  shard.run();
  EXPECT_FALSE(asked.is_done);
  service->resign(0);
  shard.run();
  ASSERT_TRUE(asked.is_done);
  EXPECT_EQ(asked.response.error_code, code_of(ErrorCode::not_coordinator));
}

TEST_F(GroupServiceTest, group_ids_have_bounds) {
  start();
  const std::string huge(1 << 20, 'g');
  EXPECT_EQ(commit(huge, 1)->error(), code_of(ErrorCode::invalid_group_id));
  wire::HeartbeatRequest request;
  Asked<wire::HeartbeatResponse> asked;
  ask(&GroupService::heartbeat, 4, request, asked);
  EXPECT_EQ(asked.response.error_code, code_of(ErrorCode::invalid_group_id));
  const auto empty = commit("", 1);
  shard.run();
  EXPECT_EQ(empty->error(), 0) << "simple consumers of old had no group id";
}

TEST_F(GroupServiceTest, offsets_of_a_deleted_topic_are_removed) {
  start();
  const auto call = commit("g", 1);
  shard.run();
  const DeletedTopic gone{"orders", {7, 1}};
  service->topics_deleted({&gone, 1});
  shard.run();
  const auto read = fetch("g");
  shard.run();
  EXPECT_EQ(read->offset(), -1);
  EXPECT_EQ(log->end, 2);
}

TEST_F(GroupServiceTest, older_epoch_does_not_take_the_place_of_a_newer_one) {
  service->start_loading(0, 5, log);
  shard.run();
  const auto call = commit("g", 1);
  shard.run();
  service->start_loading(0, 4, std::make_shared<FakeLog>(shard));
  shard.run();
  const auto read = fetch("g");
  shard.run();
  EXPECT_EQ(read->offset(), 1);
}

}  // namespace
}  // namespace weir::coordinator
