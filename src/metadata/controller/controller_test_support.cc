#include "metadata/controller/controller_test_support.h"

#include "metadata/image/record_list.h"
#include "wire/message/broker_heartbeat_request.h"
#include "wire/message/broker_registration_request.h"
#include "wire/message/broker_registration_response.h"
#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"
#include "wire/message/feature_level_record.h"

namespace weir::metadata {
namespace {

ControllerSettings harness_settings() {
  ControllerSettings settings;
  settings.node_id = 1;
  settings.cluster_id = "cluster";
  settings.num_partitions = 2;
  settings.default_replication_factor = 3;
  return settings;
}

}  // namespace

ControllerHarness::ControllerHarness(std::int16_t metadata_version, bool elr)
    : kernel(harness_settings(), random) {
  RecordList bootstrap;
  wire::FeatureLevelRecord level;
  level.name = metadata_version_feature;
  level.feature_level = metadata_version;
  bootstrap.add(level, 0);
  if (elr) {
    level.name = elr_feature;
    level.feature_level = 1;
    bootstrap.add(level, 0);
  }
  apply(kernel.activate({}, bootstrap.values(), now()));
}

void ControllerHarness::apply(const ControllerKernel::Decision& decision) {
  const auto applied = kernel.appended(decision.records, next_offset);
  EXPECT_TRUE(applied) << applied.error().message();
  next_offset += static_cast<Offset>(decision.records.size());
}

BrokerEpoch ControllerHarness::register_broker(BrokerId id, const Uuid& incarnation,
                                               BrokerEpoch previous, bool own_process) {
  wire::BrokerRegistrationRequest request;
  request.broker_id = id;
  request.cluster_id = "cluster";
  request.incarnation_id = incarnation;
  std::vector<wire::BrokerRegistrationRequest::Feature> features;
  for (const auto& feature : supported_features()) {
    features.push_back({.name = feature.name,
                        .min_supported_version = feature.range.min,
                        .max_supported_version = feature.range.max});
  }
  request.features = features;
  request.rack = wire::Str::null();
  std::vector<Uuid> directories{directory_of(id)};
  request.log_dirs = directories;
  request.previous_broker_epoch = previous;
  const auto answer = call<wire::BrokerRegistrationResponse>(request, 4, own_process);
  if (answer->response.error_code != 0) return -answer->response.error_code;
  return answer->response.broker_epoch;
}

wire::BrokerHeartbeatResponse ControllerHarness::beat(BrokerId id, bool fence, bool shut_down) {
  wire::BrokerHeartbeatRequest request;
  request.broker_id = id;
  request.broker_epoch = image().broker(id)->epoch;
  request.current_metadata_offset = next_offset - 1;
  request.want_fence = fence;
  request.want_shut_down = shut_down;
  return call<wire::BrokerHeartbeatResponse>(request)->response;
}

void ControllerHarness::add_broker(BrokerId id) {
  EXPECT_GE(register_broker(id, {1, static_cast<std::uint64_t>(id)}), 0);
  EXPECT_FALSE(beat(id, false).is_fenced);
}

void ControllerHarness::create_topic(const std::string& name,
                                     std::vector<std::vector<BrokerId>> assignments) {
  std::vector<wire::CreateTopicsRequest::CreatableReplicaAssignment> wanted(assignments.size());
  for (std::size_t i = 0; i < assignments.size(); ++i) {
    wanted[i].partition_index = static_cast<PartitionIndex>(i);
    wanted[i].broker_ids = assignments[i];
  }
  std::vector<wire::CreateTopicsRequest::CreatableTopic> topics(1);
  topics[0].name = name;
  topics[0].num_partitions = -1;
  topics[0].replication_factor = -1;
  topics[0].assignments = wanted;
  wire::CreateTopicsRequest request;
  request.topics = topics;
  const auto answer = call<wire::CreateTopicsResponse>(request);
  EXPECT_EQ(answer->response.topics[0].error_code, 0)
      << answer->response.topics[0].error_message.view();
}

}  // namespace weir::metadata
