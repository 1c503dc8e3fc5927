#include "metadata/node/node_test_support.h"

#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"

namespace weir::metadata {

NodeTest::NodeTest() : world({.seed = 11}), host(world.add_host({.name = "node"})) {
  settings.node_id = 1;
  settings.cluster_id = "WeirTestCluster0000001";
  settings.directory_id = test_directory_id;
  settings.directory = "/data";
  broker.broker_id = 1;
  broker.cluster_id = settings.cluster_id;
  broker.listeners = {{"PLAINTEXT", "localhost", 9092, 0}};
  broker.log_dirs = {test_directory_id};
}

void NodeTest::format() {
  ASSERT_TRUE(host.disk().create_directories("/data"));
  ASSERT_TRUE(host.disk().sync_directory("/"));
  const auto formatted = format_metadata_directory(host.disk(), settings, host.wall_ms());
  ASSERT_TRUE(formatted) << formatted.error().message();
}

TestProcess& NodeTest::new_process() {
  return host.hold(std::make_shared<TestProcess>(host, settings, broker));
}

TestProcess& NodeTest::start() {
  TestProcess& process = new_process();
  const auto started = run(process, process.node.start());
  EXPECT_TRUE(started) << started.error().message();
  return process;
}

TestProcess& NodeTest::start_with_broker() {
  TestProcess& process = start();
  const auto registered = run(process, process.lifecycle.start());
  EXPECT_TRUE(registered) << registered.error().message();
  const auto ready = run(process, process.lifecycle.become_ready());
  EXPECT_TRUE(ready) << ready.error().message();
  return process;
}

void NodeTest::stop_cleanly(TestProcess& process) {
  const auto let_go = run(process, process.lifecycle.controlled_shutdown(std::chrono::seconds(30)));
  EXPECT_TRUE(let_go) << let_go.error().message();
  run(process, process.lifecycle.stop());
  run(process, process.node.stop());
}

std::int16_t NodeTest::create_topic(TestProcess& process, std::string_view name,
                                    std::int32_t partitions) {
  std::vector<wire::CreateTopicsRequest::CreatableTopic> topics(1);
  topics[0].name = name;
  topics[0].num_partitions = partitions;
  topics[0].replication_factor = 1;
  wire::CreateTopicsRequest request;
  request.topics = topics;
  return call<wire::CreateTopicsResponse>(process, 7, request)->response.topics[0].error_code;
}

}  // namespace weir::metadata
