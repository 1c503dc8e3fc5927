#include "replication/quorum/quorum.h"

#include <gtest/gtest.h>

#include "base/task_scope.h"
#include "replication/quorum/quorum_files.h"
#include "replication/quorum/quorum_test_support.h"
#include "sim/world.h"

namespace weir::replication {
namespace {

constexpr Uuid directory_id{7, 9};
const std::string log_directory = "/data/__cluster_metadata-0";
constexpr auto long_enough = std::chrono::minutes(1);

std::vector<std::byte> record(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

// A member of the quorum in one process of the machine, and all that its listener is shown.
struct Member final : QuorumListener {
  Member(sim::Host& host, QuorumSettings settings)
      : env(host.env(0)), quorum(env, std::move(settings), *this), scope(env.executor) {}

  Result<> load_snapshot_begin(const SnapshotId& id, TimestampMs) override {
    state.clear();
    snapshot = id;
    return {};
  }
  Result<> load_snapshot_batch(const CommittedBatch& batch) override { return take(batch); }
  Result<> load_snapshot_end() override { return {}; }
  Result<> commit(const CommittedBatch& batch) override { return take(batch); }
  void high_watermark_moved(Offset offset) override { high_watermark = offset; }
  void became_leader(LeaderEpoch epoch) override { led.push_back(epoch); }
  void resigned(LeaderEpoch) override {}
  void uncommitted_lost() override { ++losses; }
  void failed(const Error& error) override { failure = error; }

  Result<> take(const CommittedBatch& batch) {
    for (const Bytes value : batch.records) state.emplace_back(as_text(value));
    return {};
  }
  Task<> start() { started = co_await quorum.start(); }
  Task<> stop() {
    co_await quorum.stop();
    stopped = true;
  }
  Task<> snapshot_at(SnapshotId id, std::vector<std::vector<std::byte>> records) {
    written = co_await quorum.write_snapshot(id, 5, std::move(records));
  }

  env::Env& env;
  Quorum quorum;
  TaskScope scope;
  std::vector<std::string> state;
  std::optional<SnapshotId> snapshot;
  Offset high_watermark = no_offset;
  std::vector<LeaderEpoch> led;
  int losses = 0;
  std::optional<Error> failure;
  std::optional<Result<>> started, written;
  bool stopped = false;
};

class QuorumTest : public testing::Test {
 protected:
  QuorumTest() : world({.seed = 3}), host(world.add_host({.name = "node"})) {
    settings.node_id = 1;
    settings.directory = log_directory;
    settings.directory_id = directory_id;
  }

  void format(std::int16_t kraft_version = 1) {
    SnapshotContent content;
    content.kraft_version = kraft_version;
    content.voters = {
        {.id = 1, .directory_id = directory_id, .endpoints = {{"CONTROLLER", "h", 1}}}};
    const std::vector<std::vector<std::byte>> records{record("bootstrap")};
    content.records = records;
    ASSERT_TRUE(host.disk().create_directories(log_directory));
    ASSERT_TRUE(host.disk().sync_directory("/data"));
    ASSERT_TRUE(host.disk().sync_directory("/"));
    ASSERT_TRUE(write_snapshot_file(host.disk(), log_directory, content, 5, 0));
  }
  void put(const std::string& name, std::string_view content) {
    ASSERT_TRUE(env::write_file_atomically(host.disk(), log_directory + "/" + name, content));
  }
  std::string get(const std::string& name) {
    return env::read_file(host.disk(), log_directory + "/" + name, 1 << 20).value_or("(none)");
  }

  // Starts a member; it lives until the next crash or stop.
  Member& start() {
    Member& member = host.hold(std::make_shared<Member>(host, settings));
    member.scope.spawn(member.start());
    EXPECT_TRUE(world.run_until([&] { return member.started.has_value(); }, long_enough));
    return member;
  }
  Member& start_well() {
    Member& member = start();
    EXPECT_TRUE(*member.started) << member.started->error().message();
    return member;
  }
  void append_and_commit(Member& member, std::string_view text) {
    const std::vector<std::vector<std::byte>> records{record(text)};
    const auto offset = member.quorum.append(member.quorum.epoch(), records);
    ASSERT_TRUE(offset) << offset.error().message();
    ASSERT_TRUE(world.run_until([&] { return member.high_watermark > *offset; }, long_enough));
  }
  void stop(Member& member) {
    member.scope.spawn(member.stop());
    ASSERT_TRUE(world.run_until([&] { return member.stopped; }, long_enough));
  }
  void crash(sim::Crash kind) {
    host.crash(kind);
    host.restart();
  }

  sim::World world;
  sim::Host& host;
  QuorumSettings settings;
};

TEST_F(QuorumTest, a_formatted_directory_elects_itself_and_keeps_the_bootstrap_records_apart) {
  format();
  Member& member = start_well();
  EXPECT_EQ(member.led, std::vector<LeaderEpoch>{1});
  EXPECT_TRUE(member.state.empty());
  EXPECT_FALSE(member.snapshot);
  ASSERT_EQ(member.quorum.bootstrap_records().size(), 1u);
  EXPECT_EQ(member.quorum.kraft_version(), 1);
  EXPECT_EQ(member.quorum.log_end_offset(), 3);  // leader change, kraft.version, voters
  EXPECT_EQ(member.high_watermark, 3);
  EXPECT_EQ(get("quorum-state"),
            R"({"leaderId":1,"leaderEpoch":1,"votedId":-1,)"
            R"("votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1})");
  stop(member);
}

TEST_F(QuorumTest, what_was_committed_survives_any_stop_and_each_start_is_a_new_epoch) {
  format();
  std::vector<std::string> committed;
  const auto kinds = {sim::Crash::process, sim::Crash::power_keep_none,
                      sim::Crash::power_keep_some};
  LeaderEpoch epoch = 0;
  for (int round = 0; round < 6; ++round) {
    Member& member = start_well();
    EXPECT_EQ(member.state, committed);
    EXPECT_EQ(member.quorum.epoch(), ++epoch);
    for (int i = 0; i < 3; ++i) {
      committed.push_back(std::to_string(round) + "." + std::to_string(i));
      append_and_commit(member, committed.back());
    }
    EXPECT_EQ(member.state, committed);
    if (round % 2 == 0) {
      stop(member);
    }
    crash(*(kinds.begin() + round % 3));
  }
  EXPECT_EQ(start_well().state, committed);
}

TEST_F(QuorumTest, a_crash_at_any_event_loses_nothing_that_was_committed) {
  format();
  std::vector<std::string> shown;
  for (std::uint64_t point = 1; point < 400; point += 13) {
    Member& member = host.hold(std::make_shared<Member>(host, settings));
    member.scope.spawn(member.start());
    for (std::uint64_t i = 0; i < point && world.step(); ++i) {
      if (member.started && member.quorum.is_leader() && i % 5 == 0) {
        const std::vector<std::vector<std::byte>> records{record(std::to_string(point))};
        ASSERT_TRUE(member.quorum.append(member.quorum.epoch(), records));
      }
    }
    if (member.state.size() > shown.size()) shown = member.state;
    crash(point % 2 == 0 ? sim::Crash::power_keep_some : sim::Crash::power_keep_none);
    Member& after = start_well();
    ASSERT_GE(after.state.size(), shown.size());
    EXPECT_TRUE(std::equal(shown.begin(), shown.end(), after.state.begin()));
    shown = after.state;
    crash(sim::Crash::process);
  }
}

TEST_F(QuorumTest, a_snapshot_stands_for_the_log_below_it) {
  format();
  {
    Member& member = start_well();
    append_and_commit(member, "a");
    append_and_commit(member, "b");
    const SnapshotId id{member.high_watermark, member.quorum.epoch()};
    std::vector<std::vector<std::byte>> records{record("a+b")};
    member.scope.spawn(member.snapshot_at(id, std::move(records)));
    ASSERT_TRUE(world.run_until([&] { return member.written.has_value(); }, long_enough));
    ASSERT_TRUE(*member.written) << member.written->error().message();
    append_and_commit(member, "c");
    EXPECT_EQ(member.quorum.latest_snapshot(), id);
    stop(member);
    crash(sim::Crash::power_keep_none);
  }
  Member& member = start_well();
  EXPECT_EQ(member.state, (std::vector<std::string>{"a+b", "c"}));
  EXPECT_EQ(member.quorum.kraft_version(), 1);
  EXPECT_EQ(member.quorum.log_end_offset(), 3 + 3 + 1);  // the second epoch needs no voters record
  stop(member);
}

TEST_F(QuorumTest, half_written_snapshots_are_removed_at_start) {
  format();
  put("00000000000000000009-0000000001-77.checkpoint.part", "half");
  put("00000000000000000009-0000000001.checkpoint.deleted", "old");
  Member& member = start_well();
  EXPECT_EQ(get("00000000000000000009-0000000001-77.checkpoint.part"), "(none)");
  EXPECT_EQ(get("00000000000000000009-0000000001.checkpoint.deleted"), "(none)");
  stop(member);
}

TEST_F(QuorumTest, a_directory_that_kafka_formatted_and_ran_with_static_voters_opens) {
  ASSERT_TRUE(host.disk().create_directories(log_directory));
  put("00000000000000000000-0000000000.checkpoint", test_file("kafka-static.checkpoint"));
  put("00000000000000000000.log", test_file("kafka-static.log"));
  put("quorum-state",
      R"({"clusterId":"","leaderId":1,"leaderEpoch":1,"votedId":-1,"appliedOffset":0,)"
      R"("currentVoters":[{"voterId":1}],"data_version":0})");
  Member& member = start_well();
  EXPECT_EQ(member.quorum.kraft_version(), 0);
  EXPECT_EQ(member.quorum.epoch(), 2);
  EXPECT_EQ(member.state.size(), 15u - 1u);
  EXPECT_EQ(get("quorum-state"),
            R"({"clusterId":"","leaderId":1,"leaderEpoch":2,"votedId":-1,"appliedOffset":0,)"
            R"("currentVoters":[{"voterId":1}],"data_version":0})");
  stop(member);
}

TEST_F(QuorumTest, a_directory_that_kafka_formatted_as_standalone_and_ran_opens) {
  ASSERT_TRUE(host.disk().create_directories(log_directory));
  put("00000000000000000000-0000000000.checkpoint", test_file("kafka-standalone.checkpoint"));
  put("00000000000000000000.log", test_file("kafka-standalone.log"));
  settings.directory_id = *Uuid::parse("gB9wL7nsQLeudpi4IQUpAQ");
  Member& member = start_well();  // quorum-state was lost: the epoch is the log's
  EXPECT_EQ(member.quorum.kraft_version(), 1);
  EXPECT_EQ(member.quorum.epoch(), 2);
  EXPECT_EQ(member.quorum.log_end_offset(), 17 + 1);
  EXPECT_EQ(member.state.size(), 17u - 3u);
  stop(member);
}

TEST_F(QuorumTest, bootstrap_records_that_kafka_40_to_43_left_beside_the_log_are_read) {
  ASSERT_TRUE(host.disk().create_directories("/data"));
  ASSERT_TRUE(env::write_file_atomically(host.disk(), "/data/bootstrap.checkpoint",
                                         test_file("kafka-static.checkpoint")));
  Member& member = start_well();
  EXPECT_EQ(member.quorum.bootstrap_records().size(), 6u);
  EXPECT_EQ(member.quorum.kraft_version(), 0);
  EXPECT_EQ(member.led, std::vector<LeaderEpoch>{1});
  stop(member);
}

TEST_F(QuorumTest, other_voters_are_refused_by_name) {
  format();
  settings.node_id = 2;
  EXPECT_EQ(start().started->error().code, Errc::unsupported);
}

TEST_F(QuorumTest, other_static_voters_are_refused_by_name) {
  format(0);
  put("quorum-state",
      R"({"clusterId":"","leaderId":1,"leaderEpoch":1,"votedId":-1,"appliedOffset":0,)"
      R"("currentVoters":[{"voterId":1},{"voterId":3}],"data_version":0})");
  EXPECT_NE(start().started->error().what.find("node 3"), std::string::npos);
}

TEST_F(QuorumTest, a_directory_without_format_is_invalid_and_damage_is_named) {
  EXPECT_EQ(start().started->error().code, Errc::invalid);
  format();
  put("quorum-state", "{");
  const Error bad_state = start().started->error();
  EXPECT_EQ(bad_state.code, Errc::corrupt);
  EXPECT_NE(bad_state.what.find("quorum-state"), std::string::npos);
  put("00000000000000000000-0000000000.checkpoint", "damaged");
  const Error bad_checkpoint = start().started->error();
  EXPECT_EQ(bad_checkpoint.code, Errc::corrupt);
  EXPECT_NE(bad_checkpoint.what.find(".checkpoint"), std::string::npos);
}

TEST_F(QuorumTest, only_the_leader_of_the_epoch_appends) {
  format();
  Member& member = start_well();
  const std::vector<std::vector<std::byte>> records{record("x")};
  EXPECT_EQ(member.quorum.append(member.quorum.epoch() - 1, records).error().code, Errc::closed);
  stop(member);
  EXPECT_EQ(member.quorum.append(member.quorum.epoch(), records).error().code, Errc::closed);
}

TEST(ExpiredSnapshots, the_oldest_go_by_size_or_age_and_the_latest_stays) {
  QuorumFiles files;
  files.snapshots[{10, 1}] = {100, 1000};
  files.snapshots[{20, 1}] = {100, 2000};
  files.snapshots[{30, 2}] = {100, 3000};
  QuorumSettings settings;
  settings.retention_bytes = -1;
  settings.retention_ms = -1;
  const auto expired = [&](std::uint64_t log_bytes, TimestampMs now) {
    return expired_snapshots(files, log_bytes, settings, now).size();
  };
  EXPECT_EQ(expired(1 << 30, INT64_MAX), 0u);
  settings.retention_bytes = 350;
  EXPECT_EQ(expired(50, 0), 0u);
  EXPECT_EQ(expired(51, 0), 1u);
  EXPECT_EQ(expired(151, 0), 2u);
  EXPECT_EQ(expired(999, 0), 2u);
  settings.retention_bytes = -1;
  settings.retention_ms = 500;
  EXPECT_EQ(expired(0, 1500), 0u);
  EXPECT_EQ(expired(0, 1501), 1u);
  EXPECT_EQ(expired(0, 9999), 2u);
}

}  // namespace
}  // namespace weir::replication
