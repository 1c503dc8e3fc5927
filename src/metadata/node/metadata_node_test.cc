#include "metadata/node/metadata_node.h"

#include "metadata/image/delta.h"
#include "metadata/image/image_test_support.h"
#include "metadata/node/node_test_support.h"
#include "wire/error_code.h"
#include "wire/message/allocate_producer_ids_request.h"
#include "wire/message/allocate_producer_ids_response.h"
#include "wire/message/delete_topics_request.h"
#include "wire/message/delete_topics_response.h"
#include "wire/message/describe_quorum_request.h"
#include "wire/message/describe_quorum_response.h"
#include "wire/metadata_record.h"
#include "wire/record/batch.h"

namespace weir::metadata {
namespace {

constexpr std::string_view log_file = "/data/__cluster_metadata-0/00000000000000000000.log";

TEST_F(NodeTest, a_fresh_directory_becomes_a_cluster_of_one_as_kafkas_does) {
  format();
  TestProcess& process = start_with_broker();
  const Image& image = *process.node.image();
  EXPECT_EQ(image.features.metadata_version, 33);
  EXPECT_EQ(image.features.levels, (std::map<std::string, std::int16_t, std::less<>>{
                                       {"eligible.leader.replicas.version", 1},
                                       {"group.version", 1},
                                       {"share.version", 2},
                                       {"streams.version", 1},
                                       {"transaction.version", 2}}));
  EXPECT_EQ(image.config(ConfigKind::broker, ""), (ConfigMap{{"min.insync.replicas", "1"}}));
  ASSERT_NE(image.broker(1), nullptr);
  EXPECT_FALSE(image.broker(1)->fenced);
  EXPECT_EQ(image.broker(1)->epoch, process.lifecycle.broker_epoch());
  EXPECT_EQ(process.lifecycle.state(), BrokerState::running);
  EXPECT_EQ((*image.controllers.find(1))->endpoints,
            (std::vector<Endpoint>{{"CONTROLLER", "127.0.0.1", 9093, 0}}));
  EXPECT_EQ(process.node.active_controller(), 1);
  stop_cleanly(process);
}

// Types of the log's records, the first ones, as Apache Kafka 4.4.0 wrote its own (NoOp records
// aside).
std::vector<std::int16_t> record_types(std::string_view log, std::size_t count) {
  std::vector<std::int16_t> types;
  for (const auto& record : records_of_log(log)) {
    const auto type = wire::read_metadata_record(Bytes(record.value))->api_key;
    if (type != 20 && types.size() < count) types.push_back(type);
  }
  return types;
}

TEST_F(NodeTest, the_log_begins_record_for_record_as_kafkas_does) {
  format();
  TestProcess& process = start_with_broker();
  EXPECT_EQ(create_topic(process, "t1", 2), 0);
  const auto ours = env::read_file(host.disk(), std::string(log_file), 1 << 20);
  ASSERT_TRUE(ours);
  const std::string kafka = test_file("kafka-standalone-life.log");
  // Begin, six levels, min.insync.replicas, End, controller, broker, then both kinds of
  // registration change in either order, topic; Kafka's topic has a config record before its
  // partitions.
  auto expected = record_types(kafka, 14);
  EXPECT_EQ(record_types(*ours, 14), expected);
  // The bootstrap transaction is one batch and the same bytes, times aside.
  const auto bootstrap = [](const std::string& log) {
    std::vector<std::vector<std::byte>> values;
    for (const auto& record : records_of_log(log)) values.push_back(record.value);
    values.resize(9);
    return values;
  };
  EXPECT_EQ(bootstrap(*ours), bootstrap(kafka));
  stop_cleanly(process);
}

TEST_F(NodeTest, topics_survive_clean_stops_and_kills_and_the_broker_takes_over_at_once) {
  format();
  {
    TestProcess& process = start_with_broker();
    EXPECT_EQ(create_topic(process, "orders", 3), 0);
    EXPECT_EQ(create_topic(process, "orders", 3), code_of(wire::ErrorCode::topic_already_exists));
    EXPECT_EQ(process.node.image()->partition("orders", 2)->leader, 1);
    broker.previous_broker_epoch = process.lifecycle.broker_epoch();
    stop_cleanly(process);
    const Partition& stopped = *process.node.image()->partition("orders", 0);
    EXPECT_EQ(stopped.leader, no_broker);
    EXPECT_EQ(stopped.elr, std::vector<BrokerId>{1});
    crash(sim::Crash::power_keep_none);
  }
  {
    TestProcess& process = start_with_broker();
    const Partition& back = *process.node.image()->partition("orders", 0);
    EXPECT_EQ(back.leader, 1);
    EXPECT_EQ(back.isr, std::vector<BrokerId>{1});
    EXPECT_TRUE(back.elr.empty() && back.last_known_elr.empty());
    EXPECT_EQ(back.leader_recovery, LeaderRecovery::recovered);
    crash(sim::Crash::power_keep_some);
  }
  broker.previous_broker_epoch = -1;  // killed: no clean-shutdown marker
  const env::Instant began = world.now();
  TestProcess& process = start_with_broker();
  EXPECT_LT(world.now() - began, std::chrono::seconds(2));  // Kafka waits for the old session: nine
  const Partition& back = *process.node.image()->partition("orders", 0);
  EXPECT_EQ(back.leader, 1);
  EXPECT_EQ(back.leader_recovery, LeaderRecovery::recovering);  // the last known leader, uncleanly
  stop_cleanly(process);
}

TEST_F(NodeTest, kafkas_own_directory_opens_and_serves) {
  for (const std::string& kind : {std::string("standalone"), std::string("static")}) {
    sim::World other({.seed = 5});
    sim::Host& machine = other.add_host({.name = "node"});
    auto& disk = machine.disk();
    const std::string directory = "/data/__cluster_metadata-0";
    ASSERT_TRUE(disk.create_directories(directory));
    const std::string life = test_file("kafka-" + kind + "-life.log");
    ASSERT_TRUE(env::write_file_atomically(disk, directory + "/00000000000000000000.log", life));
    const std::string state =
        kind == "static"
            ? R"({"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,)"
              R"("currentVoters":[{"voterId":1}],"data_version":0})"
            : R"({"leaderId":1,"leaderEpoch":3,"votedId":-1,)"
              R"("votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1})";
    ASSERT_TRUE(env::write_file_atomically(disk, directory + "/quorum-state", state));
    const Image before = image_of(records_of_log(life));
    settings.directory_id = broker.log_dirs[0] = before.broker(1)->log_dirs[0];
    broker.previous_broker_epoch = before.broker(1)->epoch;
    auto& process = machine.hold(std::make_shared<TestProcess>(machine, settings, broker));
    const auto finish = [&](Task<Result<>> task) {
      std::optional<Result<>> result;
      process.scope.spawn(process.keep(std::move(task), result));
      EXPECT_TRUE(other.run_until([&] { return result.has_value(); }, std::chrono::minutes(1)));
      EXPECT_TRUE(*result) << result->error().message();
    };
    finish(process.node.start());
    EXPECT_EQ(process.node.controller_epoch(), 4);
    finish(process.lifecycle.start());
    finish(process.lifecycle.become_ready());
    const Image& image = *process.node.image();
    EXPECT_EQ(image.topic("__consumer_offsets")->partitions.size(), 50u);
    EXPECT_EQ(image.partition("t1", 0)->leader, 1);
    EXPECT_EQ(image.partition("t1", 0)->leader_recovery, LeaderRecovery::recovering);
    finish([](TestProcess& p) -> Task<Result<>> {
      co_await p.lifecycle.stop();
      co_await p.node.stop();
      co_return Result<>();
    }(process));
  }
}

struct Recorder final : ImageListener {
  void image_committed(const ImagePtr& before, const ImagePtr& after) override {
    EXPECT_EQ(before, last);
    EXPECT_GT(after->offset, before->offset);
    last = after;
    for (const auto& topic : delta_between(*before, *after).topics) {
      if (topic.before == nullptr) created.push_back(topic.after->name);
    }
  }
  ImagePtr last;
  std::vector<std::string> created;
};

TEST_F(NodeTest, listeners_see_each_committed_step_in_order) {
  format();
  TestProcess& process = start_with_broker();
  Recorder recorder;
  recorder.last = process.node.image();
  process.node.subscribe(recorder);
  EXPECT_EQ(create_topic(process, "a", 1), 0);
  EXPECT_EQ(recorder.created, std::vector<std::string>{"a"});
  EXPECT_EQ(recorder.last, process.node.image());
  process.node.unsubscribe(recorder);
  EXPECT_EQ(create_topic(process, "b", 1), 0);
  EXPECT_EQ(recorder.created, std::vector<std::string>{"a"});
  stop_cleanly(process);
}

TEST_F(NodeTest, no_op_records_come_every_half_second_and_none_when_told_so) {
  format();
  TestProcess& process = start_with_broker();
  const Offset before = process.node.image()->offset;
  world.run_for(std::chrono::seconds(10));
  EXPECT_GE(process.node.image()->offset - before, 19);
  EXPECT_LE(process.node.image()->offset - before, 21);
  EXPECT_FALSE(process.node.image()->broker(1)->fenced);  // heartbeats go on
  stop_cleanly(process);
  crash(sim::Crash::process);
  settings.metadata_max_idle_interval_ms = 0;
  TestProcess& quiet = start_with_broker();
  const Offset quiet_before = quiet.node.image()->offset;
  world.run_for(std::chrono::seconds(10));
  EXPECT_EQ(quiet.node.image()->offset, quiet_before);
  stop_cleanly(quiet);
}

// Found by the swarm: between the failed sync and the end of the node the clocks of the controller
// went on, and one that is not active any more was asked to decide.
TEST_F(NodeTest, a_controller_that_has_failed_decides_nothing_any_more) {
  format();
  TestProcess& process = start_with_broker();
  host.disk().set_faults({.sync_fails_one_in = 1});
  world.run_for(std::chrono::minutes(1));
  EXPECT_TRUE(process.node.failed());
  const Offset last = process.node.image()->offset;
  host.disk().set_faults({});
  world.run_for(std::chrono::minutes(1));
  EXPECT_EQ(process.node.image()->offset, last);
}

TEST_F(NodeTest, a_broker_that_falls_silent_is_fenced_after_its_session) {
  format();
  TestProcess& process = start_with_broker();
  EXPECT_EQ(create_topic(process, "t", 1), 0);
  run(process, process.lifecycle.stop());
  world.run_for(std::chrono::seconds(8));
  EXPECT_FALSE(process.node.image()->broker(1)->fenced);
  world.run_for(std::chrono::seconds(5));
  EXPECT_TRUE(process.node.image()->broker(1)->fenced);
  EXPECT_EQ(process.node.image()->partition("t", 0)->leader, no_broker);
  run(process, process.node.stop());
}

TEST_F(NodeTest, a_snapshot_is_written_after_enough_bytes_and_read_at_the_next_start) {
  settings.metadata_log_max_record_bytes_between_snapshots = 4000;
  format();
  TestProcess& process = start_with_broker();
  for (int i = 0; i < 30; ++i) EXPECT_EQ(create_topic(process, "t" + std::to_string(i), 3), 0);
  world.run_for(std::chrono::seconds(1));
  std::size_t snapshots = 0;
  const auto entries = host.disk().list("/data/__cluster_metadata-0");
  for (const auto& entry : *entries) snapshots += entry.name.ends_with(".checkpoint") ? 1 : 0;
  EXPECT_GE(snapshots, 2u);
  broker.previous_broker_epoch = process.lifecycle.broker_epoch();
  stop_cleanly(process);
  const Image before = *process.node.image();
  crash(sim::Crash::power_keep_none);
  TestProcess& again = start();
  Image after = *again.node.image();
  after.controllers = before.controllers;  // another incarnation
  EXPECT_TRUE(same_content(before, after));
  run(again, again.node.stop());
}

TEST_F(NodeTest, producer_ids_are_never_given_twice) {
  format();
  ProducerId next = 0;
  for (int round = 0; round < 3; ++round) {
    TestProcess& process = start_with_broker();
    wire::AllocateProducerIdsRequest request;
    request.broker_id = 1;
    request.broker_epoch = process.lifecycle.broker_epoch();
    const auto answer = call<wire::AllocateProducerIdsResponse>(process, 0, request);
    EXPECT_EQ(answer->response.error_code, 0);
    EXPECT_EQ(answer->response.producer_id_start, next);
    next += answer->response.producer_id_len;
    crash(sim::Crash::power_keep_none);
  }
}

TEST_F(NodeTest, describe_quorum_tells_leader_voter_and_endpoints) {
  format();
  TestProcess& process = start_with_broker();
  std::vector<wire::DescribeQuorumRequest::PartitionData> partitions(1);
  std::vector<wire::DescribeQuorumRequest::TopicData> topics(1);
  topics[0].topic_name = "__cluster_metadata";
  topics[0].partitions = partitions;
  wire::DescribeQuorumRequest request;
  request.topics = topics;
  const auto answer = call<wire::DescribeQuorumResponse>(process, 2, request);
  const auto& partition = answer->response.topics[0].partitions[0];
  EXPECT_EQ(partition.error_code, 0);
  EXPECT_EQ(partition.leader_id, 1);
  EXPECT_EQ(partition.leader_epoch, 1);
  EXPECT_GT(partition.high_watermark, process.node.image()->offset);
  ASSERT_EQ(partition.current_voters.size(), 1u);
  EXPECT_EQ(partition.current_voters[0].replica_directory_id, test_directory_id);
  ASSERT_EQ(answer->response.nodes.size(), 1u);
  EXPECT_EQ(answer->response.nodes[0].listeners[0].port, 9093);
  topics[0].topic_name = "other";
  EXPECT_EQ(call<wire::DescribeQuorumResponse>(process, 2, request)
                ->response.topics[0]
                .partitions[0]
                .error_code,
            code_of(wire::ErrorCode::unknown_topic_or_partition));
  stop_cleanly(process);
}

TEST_F(NodeTest, bad_bytes_and_unknown_apis_are_errors_and_harm_nothing) {
  format();
  TestProcess& process = start_with_broker();
  auto& port = process.node.controller();
  const auto call_bytes = [&](wire::ApiKey api, std::int16_t version, std::string_view body) {
    return run(process, port.call(api, version, as_bytes(body), context));
  };
  EXPECT_EQ(call_bytes(wire::ApiKey::create_topics, 7, "\x05").error().code, Errc::corrupt);
  EXPECT_EQ(call_bytes(wire::ApiKey::create_topics, 99, "").error().code, Errc::unsupported);
  EXPECT_EQ(call_bytes(wire::ApiKey::produce, 3, "").error().code, Errc::unsupported);
  EXPECT_EQ(create_topic(process, "still.works", 1), 0);
  stop_cleanly(process);
  EXPECT_EQ(call_bytes(wire::ApiKey::create_topics, 7, "").error().code, Errc::closed);
}

TEST_F(NodeTest, a_directory_without_format_is_refused) {
  TestProcess& process = new_process();
  const auto started = run(process, process.node.start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::invalid);
}

TEST_F(NodeTest, two_runs_of_one_seed_are_one) {
  const auto trace = [] {
    struct Run : NodeTest {
      void TestBody() override {
        format();
        TestProcess& process = start_with_broker();
        EXPECT_EQ(create_topic(process, "t", 5), 0);
        stop_cleanly(process);
      }
      std::uint64_t hash() { return world.trace_hash(); }
    } one_run;
    one_run.TestBody();
    return one_run.hash();
  };
  EXPECT_EQ(trace(), trace());
}

}  // namespace
}  // namespace weir::metadata
