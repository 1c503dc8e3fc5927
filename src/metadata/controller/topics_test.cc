// CreateTopics, DeleteTopics, CreatePartitions and the configuration requests, answer by answer.

#include "metadata/controller/controller_test_support.h"
#include "wire/error_code.h"
#include "wire/message/create_partitions_request.h"
#include "wire/message/create_partitions_response.h"
#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"
#include "wire/message/delete_topics_request.h"
#include "wire/message/delete_topics_response.h"
#include "wire/message/incremental_alter_configs_request.h"
#include "wire/message/incremental_alter_configs_response.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;
using Creatable = wire::CreateTopicsRequest::CreatableTopic;

struct Outcome {
  ErrorCode code;
  std::string message;
  bool operator==(const Outcome&) const = default;
};
void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << static_cast<int>(outcome.code) << " \"" << outcome.message << '"';
}

class TopicsTest : public testing::Test {
 protected:
  TopicsTest() {
    harness.add_broker(1);
    harness.add_broker(2);
  }
  Outcome create(Creatable topic, bool validate_only = false) {
    std::vector<Creatable> topics{topic};
    wire::CreateTopicsRequest request;
    request.topics = topics;
    request.validate_only = validate_only;
    const auto answer = harness.call<wire::CreateTopicsResponse>(request);
    const auto& result = answer->response.topics[0];
    return {static_cast<ErrorCode>(result.error_code), result.error_message.str()};
  }
  static Creatable topic(std::string_view name, std::int32_t partitions, std::int16_t factor) {
    Creatable topic;
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = factor;
    return topic;
  }
  ControllerHarness harness;
};

TEST_F(TopicsTest, creation_checks_names_counts_and_factors_in_kafkas_words) {
  EXPECT_EQ(create(topic("a_b", 3, 2)), (Outcome{ErrorCode::none, ""}));
  EXPECT_EQ(harness.image().topic("a_b")->partitions.size(), 3u);
  EXPECT_EQ(harness.partition("a_b").replicas.size(), 2u);
  EXPECT_EQ(harness.partition("a_b").directories[0],
            ControllerHarness::directory_of(harness.partition("a_b").replicas[0]));
  EXPECT_EQ(create(topic("a_b", 3, 2)),
            (Outcome{ErrorCode::topic_already_exists, "Topic 'a_b' already exists."}));
  EXPECT_EQ(create(topic("a.b", 3, 2)), (Outcome{ErrorCode::invalid_topic_exception,
                                                 "Topic 'a.b' collides with existing topic: a_b"}));
  EXPECT_EQ(create(topic("__cluster_metadata", 1, 1)),
            (Outcome{ErrorCode::invalid_request,
                     "Creation of internal topic __cluster_metadata is prohibited."}));
  EXPECT_EQ(create(topic("x", 0, 1)),
            (Outcome{ErrorCode::invalid_partitions,
                     "Number of partitions was set to an invalid non-positive value."}));
  EXPECT_EQ(create(topic("x", 1, 0)),
            (Outcome{ErrorCode::invalid_replication_factor,
                     "Replication factor must be larger than 0, or -1 to use the default value."}));
  EXPECT_EQ(
      create(topic("x", 1, 3)),
      (Outcome{ErrorCode::invalid_replication_factor,
               "Unable to replicate the partition 3 time(s): The target replication factor of "
               "3 cannot be reached because only 2 broker(s) are registered or some brokers "
               "have all their log directories cordoned."}));
  EXPECT_EQ(create(topic("x", 10001, 1)),
            (Outcome{ErrorCode::policy_violation,
                     "Excessively large number of partitions per request."}));
  EXPECT_EQ(harness.image().topics.size(), 1u);
}

TEST_F(TopicsTest, unset_counts_take_the_defaults_and_the_factor_shrinks_to_the_brokers) {
  EXPECT_EQ(create(topic("t", -1, -1)).code, ErrorCode::none);
  EXPECT_EQ(harness.image().topic("t")->partitions.size(), 2u);  // num.partitions
  EXPECT_EQ(harness.partition("t").replicas.size(), 2u);         // three wanted, two there
}

TEST_F(TopicsTest, validate_only_changes_nothing) {
  EXPECT_EQ(create(topic("t", 1, 1), true).code, ErrorCode::none);
  EXPECT_EQ(harness.image().topic("t"), nullptr);
}

TEST_F(TopicsTest, the_answer_tells_id_counts_and_effective_configs) {
  std::vector<wire::CreateTopicsRequest::CreatableTopicConfig> configs(1);
  configs[0].name = "retention.ms";
  configs[0].value = "1000";
  Creatable wanted = topic("t", 2, 1);
  wanted.configs = configs;
  std::vector<Creatable> topics{wanted};
  wire::CreateTopicsRequest request;
  request.topics = topics;
  const auto answer = harness.call<wire::CreateTopicsResponse>(request);
  const auto& result = answer->response.topics[0];
  EXPECT_EQ(result.topic_id, harness.image().topic("t")->id);
  EXPECT_EQ(result.num_partitions, 2);
  EXPECT_EQ(result.replication_factor, 1);
  EXPECT_GT(result.configs.size(), 20u);
  for (const auto& config : result.configs) {
    if (config.name.view() != "retention.ms") continue;
    EXPECT_EQ(config.value.view(), "1000");
    EXPECT_EQ(config.config_source, 1);
  }
  EXPECT_EQ(harness.image().config(ConfigKind::topic, "t"), (ConfigMap{{"retention.ms", "1000"}}));
}

TEST_F(TopicsTest, a_bad_config_refuses_the_topic) {
  std::vector<wire::CreateTopicsRequest::CreatableTopicConfig> configs(1);
  configs[0].name = "no.such.config";
  configs[0].value = "1";
  Creatable wanted = topic("t", 1, 1);
  wanted.configs = configs;
  EXPECT_EQ(create(wanted).code, ErrorCode::invalid_config);
  configs[0].name = "retention.ms";
  configs[0].value = wire::Str::null();
  EXPECT_EQ(create(wanted), (Outcome{ErrorCode::invalid_config,
                                     "Null value not supported for topic configs: retention.ms"}));
  EXPECT_EQ(harness.image().topics.size(), 0u);
}

TEST_F(TopicsTest, manual_assignments_are_checked) {
  std::vector<wire::CreateTopicsRequest::CreatableReplicaAssignment> assignments(2);
  std::vector<BrokerId> first{1, 2}, second{2, 1};
  assignments[0].broker_ids = first;
  assignments[1].partition_index = 1;
  assignments[1].broker_ids = second;
  Creatable wanted = topic("t", -1, -1);
  const auto outcome = [&] {
    wanted.assignments = assignments;
    return create(wanted, true);
  };
  EXPECT_EQ(outcome().code, ErrorCode::none);
  assignments[1].partition_index = 0;
  EXPECT_EQ(outcome(), (Outcome{ErrorCode::invalid_replica_assignment,
                                "Found multiple manual partition assignments for partition 0"}));
  assignments[1].partition_index = 2;
  EXPECT_EQ(outcome(), (Outcome{ErrorCode::invalid_replica_assignment,
                                "partitions should be a consecutive 0-based integer sequence"}));
  assignments[1].partition_index = 1;
  second = {2};
  assignments[1].broker_ids = second;
  EXPECT_EQ(outcome().code, ErrorCode::invalid_replica_assignment);
  second = {2, 9};
  assignments[1].broker_ids = second;
  EXPECT_EQ(outcome(), (Outcome{ErrorCode::invalid_replica_assignment,
                                "The manual partition assignment includes broker 9, but no such "
                                "broker is registered."}));
  second = {2, 2};
  EXPECT_EQ(outcome(), (Outcome{ErrorCode::invalid_replica_assignment,
                                "The manual partition assignment includes the broker 2 more than "
                                "once."}));
  wanted.num_partitions = 2;
  EXPECT_EQ(outcome(),
            (Outcome{ErrorCode::invalid_request,
                     "A manual partition assignment was specified, but numPartitions was "
                     "not set to -1."}));
}

TEST_F(TopicsTest, a_name_asked_twice_is_refused_once) {
  std::vector<Creatable> topics{topic("t", 1, 1), topic("u", 1, 1), topic("t", 2, 1)};
  wire::CreateTopicsRequest request;
  request.topics = topics;
  const auto answer = harness.call<wire::CreateTopicsResponse>(request);
  ASSERT_EQ(answer->response.topics.size(), 2u);
  EXPECT_EQ(answer->response.topics[0].name.view(), "u");
  EXPECT_EQ(answer->response.topics[1].error_message.view(), "Duplicate topic name.");
}

TEST_F(TopicsTest, deletion_by_name_and_by_id) {
  ASSERT_EQ(create(topic("a", 1, 1)).code, ErrorCode::none);
  ASSERT_EQ(create(topic("b", 1, 1)).code, ErrorCode::none);
  ASSERT_EQ(create(topic("c", 1, 1)).code, ErrorCode::none);
  using State = wire::DeleteTopicsRequest::DeleteTopicState;
  std::vector<State> states(7);
  states[0].name = "a";
  states[1].topic_id = harness.image().topic("b")->id;
  states[2].topic_id = {9, 9};
  states[3].name = "unknown";
  states[4].name = "c";
  states[5].name = "c";
  wire::DeleteTopicsRequest request;
  request.topics = states;
  const auto answer = harness.call<wire::DeleteTopicsResponse>(request);
  std::map<std::string, int> codes;
  for (const auto& result : answer->response.responses) {
    const std::string key = result.name.is_null() ? result.topic_id.text() : result.name.str();
    codes[key] = result.error_code;
  }
  EXPECT_EQ(codes,
            (std::map<std::string, int>{{"a", 0},
                                        {"b", 0},
                                        {"c", code_of(ErrorCode::invalid_request)},
                                        {"unknown", code_of(ErrorCode::unknown_topic_or_partition)},
                                        {Uuid{9, 9}.text(), code_of(ErrorCode::unknown_topic_id)},
                                        {zero_uuid.text(), code_of(ErrorCode::invalid_request)}}));
  EXPECT_EQ(harness.image().topics.size(), 1u);
}

TEST_F(TopicsTest, partitions_are_added_and_never_taken) {
  ASSERT_EQ(create(topic("t", 2, 2)).code, ErrorCode::none);
  const auto add = [&](std::string_view name, std::int32_t count) {
    std::vector<wire::CreatePartitionsRequest::CreatePartitionsTopic> topics(1);
    topics[0].name = name;
    topics[0].count = count;
    topics[0].assignments =
        wire::Array<wire::CreatePartitionsRequest::CreatePartitionsAssignment>::null();
    wire::CreatePartitionsRequest request;
    request.topics = topics;
    const auto answer = harness.call<wire::CreatePartitionsResponse>(request);
    const auto& result = answer->response.results[0];
    return Outcome{static_cast<ErrorCode>(result.error_code), result.error_message.str()};
  };
  EXPECT_EQ(add("t", 2),
            (Outcome{ErrorCode::invalid_partitions, "Topic already has 2 partition(s)."}));
  EXPECT_EQ(add("t", 1), (Outcome{ErrorCode::invalid_partitions,
                                  "The topic t currently has 2 partition(s); 1 would not be an "
                                  "increase."}));
  EXPECT_EQ(add("u", 1).code, ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(add("t", 20000).code, ErrorCode::policy_violation);
  EXPECT_EQ(add("t", 5).code, ErrorCode::none);
  EXPECT_EQ(harness.image().topic("t")->partitions.size(), 5u);
  EXPECT_EQ(harness.partition("t", 4).replicas.size(), 2u);
}

TEST_F(TopicsTest, configs_are_set_appended_and_deleted) {
  ASSERT_EQ(create(topic("t", 1, 1)).code, ErrorCode::none);
  const auto alter = [&](ConfigKind kind, std::string_view resource, std::string_view name,
                         std::int8_t op, wire::Str value) {
    std::vector<wire::IncrementalAlterConfigsRequest::AlterableConfig> configs(1);
    configs[0].name = name;
    configs[0].config_operation = op;
    configs[0].value = value;
    std::vector<wire::IncrementalAlterConfigsRequest::AlterConfigsResource> resources(1);
    resources[0].resource_type = static_cast<std::int8_t>(kind);
    resources[0].resource_name = resource;
    resources[0].configs = configs;
    wire::IncrementalAlterConfigsRequest request;
    request.resources = resources;
    const auto answer = harness.call<wire::IncrementalAlterConfigsResponse>(request);
    const auto& result = answer->response.responses[0];
    return Outcome{static_cast<ErrorCode>(result.error_code), result.error_message.str()};
  };
  constexpr std::int8_t set = 0, erase = 1, append = 2;
  EXPECT_EQ(alter(ConfigKind::topic, "t", "retention.ms", set, "5").code, ErrorCode::none);
  EXPECT_EQ(alter(ConfigKind::topic, "t", "cleanup.policy", append, "compact").code,
            ErrorCode::none);
  EXPECT_EQ(harness.image().config(ConfigKind::topic, "t"),
            (ConfigMap{{"cleanup.policy", "delete,compact"}, {"retention.ms", "5"}}));
  EXPECT_EQ(alter(ConfigKind::topic, "t", "retention.ms", erase, wire::Str::null()).code,
            ErrorCode::none);
  EXPECT_EQ(harness.image().config(ConfigKind::topic, "t").count("retention.ms"), 0u);
  EXPECT_EQ(alter(ConfigKind::topic, "u", "retention.ms", set, "5"),
            (Outcome{ErrorCode::unknown_topic_or_partition, "The topic 'u' does not exist."}));
  EXPECT_EQ(alter(ConfigKind::topic, "", "retention.ms", set, "5"),
            (Outcome{ErrorCode::invalid_request, "Default topic resources are not allowed."}));
  EXPECT_EQ(alter(ConfigKind::broker, "9", "log.retention.ms", set, "5"),
            (Outcome{ErrorCode::broker_id_not_registered, "No node with id 9 found."}));
  EXPECT_EQ(alter(ConfigKind::broker, "1", "min.insync.replicas", set, "2"),
            (Outcome{ErrorCode::invalid_config,
                     "Broker-level min.insync.replicas cannot be altered while ELR is enabled."}));
  EXPECT_EQ(alter(ConfigKind::broker, "", "min.insync.replicas", erase, wire::Str::null()),
            (Outcome{ErrorCode::invalid_config,
                     "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."}));
  EXPECT_EQ(alter(static_cast<ConfigKind>(77), "x", "a", set, "b"),
            (Outcome{ErrorCode::unsupported_version, "Unknown resource type 77."}));
  EXPECT_EQ(alter(ConfigKind::topic, "t", "retention.ms", set, "soon").code,
            ErrorCode::invalid_config);
}

}  // namespace
}  // namespace weir::metadata
