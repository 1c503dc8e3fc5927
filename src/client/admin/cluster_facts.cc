#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/admin/config_entry.h"
#include "client/admin/routing.h"
#include "wire/api_key.h"
#include "wire/message/api_versions_request.h"
#include "wire/message/api_versions_response.h"
#include "wire/message/describe_cluster_request.h"
#include "wire/message/describe_cluster_response.h"
#include "wire/message/describe_quorum_request.h"
#include "wire/message/describe_quorum_response.h"

namespace weir::client {
namespace {

using wire::ApiVersionsRequest;
using wire::ApiVersionsResponse;
using wire::DescribeClusterRequest;
using wire::DescribeClusterResponse;
using wire::DescribeQuorumRequest;
using wire::DescribeQuorumResponse;
using wire::ErrorCode;

constexpr std::int16_t fenced_version = 2;  // of DescribeCluster (KIP-1073)
constexpr std::string_view metadata_log = "__cluster_metadata";

struct DescribingCluster {
  AdminRouter& router;
  env::Instant deadline;
  bool fenced_too;

  Task<Outcome<ClusterDescription>> ask(Cluster::Connection connection) {
    DescribeClusterRequest request;
    const auto version = connection->versions().pick(DescribeClusterRequest::api_key);
    request.include_fenced_brokers = fenced_too && version && *version >= fenced_version;
    auto calling =
        connection->call<DescribeClusterResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    const ErrorCode error = wire::error_info(answer->error_code).code;
    if (error != ErrorCode::none) co_return fail(error, "the cluster", answer->error_message.str());
    ClusterDescription cluster{
        .id = answer->cluster_id.str(), .controller = answer->controller_id, .brokers = {}};
    for (const auto& broker : answer->brokers) {
      if (broker.port < 0 || broker.port > UINT16_MAX) continue;
      cluster.brokers.push_back(
          {.id = broker.broker_id,
           .address = {broker.host.str(), static_cast<std::uint16_t>(broker.port)},
           .rack = text_or_none(broker.rack),
           .fenced = broker.is_fenced});
    }
    std::ranges::sort(cluster.brokers, {}, &BrokerDescription::id);
    co_return cluster;
  }
};

std::vector<QuorumReplica> replicas_of(wire::Array<DescribeQuorumResponse::ReplicaState> answer) {
  std::vector<QuorumReplica> replicas;
  for (const auto& replica : answer) {
    replicas.push_back({.id = replica.replica_id,
                        .directory = replica.replica_directory_id,
                        .log_end = replica.log_end_offset,
                        .last_fetch = replica.last_fetch_timestamp,
                        .last_caught_up = replica.last_caught_up_timestamp});
  }
  std::ranges::sort(replicas, {}, &QuorumReplica::id);
  return replicas;
}

struct DescribingQuorum {
  AdminRouter& router;
  env::Instant deadline;

  Task<Outcome<QuorumDescription>> ask(Cluster::Connection connection) {
    DescribeQuorumRequest::PartitionData partition;
    DescribeQuorumRequest::TopicData topic;
    topic.topic_name = metadata_log;
    topic.partitions = {&partition, 1};
    DescribeQuorumRequest request;
    request.topics = {&topic, 1};
    auto calling = connection->call<DescribeQuorumResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    ErrorCode error = wire::error_info(answer->error_code).code;
    if (error != ErrorCode::none) co_return fail(error, "the quorum", answer->error_message.str());
    if (answer->topics.size() != 1 || answer->topics[0].partitions.size() != 1) {
      co_return weir::fail(Errc::corrupt, "an answer of another shape than its question");
    }
    const auto& log = answer->topics[0].partitions[0];
    error = wire::error_info(log.error_code).code;
    if (error != ErrorCode::none) co_return fail(error, "the quorum", log.error_message.str());
    QuorumDescription quorum{.leader = log.leader_id,
                             .leader_epoch = log.leader_epoch,
                             .high_watermark = log.high_watermark,
                             .voters = replicas_of(log.current_voters),
                             .observers = replicas_of(log.observers),
                             .nodes = {}};
    for (const auto& node : answer->nodes) {
      auto& listeners = quorum.nodes[node.node_id];
      for (const auto& listener : node.listeners) {
        listeners.push_back({listener.name.str(), {listener.host.str(), listener.port}});
      }
    }
    co_return quorum;
  }
};

BrokerVersions versions_of(const ApiVersionsResponse& answer, const rpc::VersionTable& table) {
  BrokerVersions versions;
  for (const auto& api : answer.api_keys) {
    const wire::ApiInfo* const info = wire::find_api(api.api_key);
    ApiRange range{.key = api.api_key,
                   .name = info ? std::string(info->name) : std::string(),
                   .min = api.min_version,
                   .max = api.max_version,
                   .used = {}};
    if (const auto used = table.pick(api.api_key)) range.used = *used;
    versions.apis.push_back(std::move(range));
  }
  std::ranges::sort(versions.apis, {}, &ApiRange::key);
  for (const auto& feature : answer.supported_features) {
    versions.supported[feature.name.str()] = {feature.min_version, feature.max_version};
  }
  for (const auto& feature : answer.finalized_features) {
    versions.finalized[feature.name.str()] = {feature.min_version_level, feature.max_version_level};
  }
  versions.finalized_epoch = answer.finalized_features_epoch;
  return versions;
}

struct AskingVersions {
  AdminRouter& router;
  env::Instant deadline;
  Batch<BrokerId, BrokerVersions> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId broker, std::vector<BrokerId>) {
    ApiVersionsRequest request;
    const std::string version = router.cluster().options().connection.software_version;
    request.client_software_name = "weir";
    request.client_software_version = wire::Str(version);
    auto calling = connection->call<ApiVersionsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    const ErrorCode error = wire::error_info(answer->error_code).code;
    if (error != ErrorCode::none) {
      co_return fail(error, fmt::format("broker {}", broker));
    }
    batch.settle(broker, versions_of(*answer, connection->versions()));
    co_return Outcome<>{};
  }
};

}  // namespace

Task<Outcome<ClusterDescription>> Admin::describe_cluster(bool fenced_too, env::Instant deadline) {
  DescribingCluster describing{*router_, deadline, fenced_too};
  auto asking = router_->ask_one_of<ClusterDescription>(any_broker, describing);
  co_return co_await std::move(asking);
}

Task<Outcome<QuorumDescription>> Admin::describe_quorum(env::Instant deadline) {
  DescribingQuorum describing{*router_, deadline};
  auto asking = router_->ask_one_of<QuorumDescription>(any_broker, describing);
  co_return co_await std::move(asking);
}

Task<Outcome<PerItem<BrokerId, BrokerVersions>>> Admin::api_versions(
    std::optional<std::vector<BrokerId>> brokers, env::Instant deadline) {
  if (!brokers) {
    auto listing = router_->broker_ids(deadline);
    CO_TRY_ASSIGN(brokers, co_await std::move(listing));
  }
  AskingVersions asking{*router_, deadline, Batch<BrokerId, BrokerVersions>(*brokers)};
  auto running = router_->run(asking, router_->brokers(deadline));
  co_await std::move(running);
  co_return asking.batch.take();
}

}  // namespace weir::client
