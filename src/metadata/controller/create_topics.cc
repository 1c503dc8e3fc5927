// CreateTopics: names, assignments, placement, configurations; all good ones in one atomic batch
// (ControllerApis, ReplicationControlManager.createTopics).

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "metadata/controller/config_rules.h"
#include "metadata/controller/handlers.h"
#include "metadata/controller/new_partitions.h"
#include "metadata/controller/placement.h"
#include "metadata/controller/topic_name.h"
#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"
#include "wire/message/topic_record.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;
using Creatable = wire::CreateTopicsRequest::CreatableTopic;
using TopicResult = wire::CreateTopicsResponse::CreatableTopicResult;
using NewPartitions = std::map<PartitionIndex, Partition>;

TopicResult failed_result(ControllerContext& context, wire::Str name, const ApiError& error) {
  TopicResult result;
  result.name = context.text(name.view());
  result.error_code = code_of(error.code);
  result.error_message = context.message_of(error);
  return result;
}

bool too_many_partitions(const wire::CreateTopicsRequest& request,
                         std::int32_t default_partitions) {
  std::int64_t total = 0;
  for (const auto& topic : request.topics) {
    if (!topic.assignments.empty()) {
      total += static_cast<std::int64_t>(topic.assignments.size());
    } else if (topic.num_partitions == -1) {
      total += default_partitions;
    } else if (topic.num_partitions > 0) {
      total += topic.num_partitions;
    }
  }
  return total > partitions_per_request_max;
}

ApiError check_name(const Image& image, std::string_view name) {
  if (auto problem = topic_name_problem(name)) {
    return {ErrorCode::invalid_topic_exception, *std::move(problem)};
  }
  if (image.topic_ids.contains(name)) {
    return {ErrorCode::topic_already_exists, fmt::format("Topic '{}' already exists.", name)};
  }
  if (const Topic* other = colliding_topic(image, name)) {
    return {ErrorCode::invalid_topic_exception,
            fmt::format("Topic '{}' collides with existing topic: {}", name, other->name)};
  }
  return {};
}

ApiError assign_manually(const Creatable& topic, const ControllerContext& context,
                         NewPartitions& partitions) {
  if (topic.replication_factor != -1) {
    return {
        ErrorCode::invalid_request,
        "A manual partition assignment was specified, but replication factor was not set to -1."};
  }
  if (topic.num_partitions != -1) {
    return {ErrorCode::invalid_request,
            "A manual partition assignment was specified, but numPartitions was not set to -1."};
  }
  const auto refuse = [](std::string words) {
    return ApiError{ErrorCode::invalid_replica_assignment, std::move(words)};
  };
  std::size_t replication_factor = 0;
  for (const auto& assignment : topic.assignments) {
    const PartitionIndex index = assignment.partition_index;
    if (partitions.contains(index)) {
      return refuse(
          fmt::format("Found multiple manual partition assignments for partition {}", index));
    }
    const std::vector<BrokerId> replicas(assignment.broker_ids.begin(),
                                         assignment.broker_ids.end());
    if (auto e = check_manual_assignment(context.image, replicas, replication_factor); !e.ok()) {
      return e;
    }
    replication_factor = replicas.size();
    auto partition = new_partition(context, replicas);
    if (!partition) {
      return refuse(
          fmt::format("All brokers specified in the manual partition assignment for "
                      "partition {} are fenced or in controlled shutdown.",
                      index));
    }
    partitions.emplace(index, *std::move(partition));
  }
  const auto count = static_cast<PartitionIndex>(partitions.size());
  if (partitions.begin()->first != 0 || partitions.rbegin()->first != count - 1) {
    return refuse("partitions should be a consecutive 0-based integer sequence");
  }
  return {};
}

// Nobody chose the factor: then it need not be more than there are brokers to hold replicas.
std::int16_t default_replication_factor(const ControllerContext& context, std::size_t brokers) {
  const std::int16_t wanted = context.settings.default_replication_factor;
  if (!context.settings.default_replication_factor_shrinks || brokers == 0) return wanted;
  return static_cast<std::int16_t>(
      std::min<std::size_t>(static_cast<std::size_t>(wanted), brokers));
}

ApiError assign_automatically(const Creatable& topic, ControllerContext& context,
                              NewPartitions& partitions) {
  if (topic.replication_factor < -1 || topic.replication_factor == 0) {
    return {ErrorCode::invalid_replication_factor,
            "Replication factor must be larger than 0, or -1 to use the default value."};
  }
  if (topic.num_partitions < -1 || topic.num_partitions == 0) {
    return {ErrorCode::invalid_partitions,
            "Number of partitions was set to an invalid non-positive value."};
  }
  const auto brokers = usable_brokers(context.image, context.sessions);
  PlacementSpec spec;
  spec.partitions =
      topic.num_partitions == -1 ? context.settings.num_partitions : topic.num_partitions;
  spec.replicas = topic.replication_factor == -1
                      ? default_replication_factor(context, brokers.size())
                      : topic.replication_factor;
  const auto refuse = [&](std::string_view why) {
    return ApiError{
        ErrorCode::invalid_replication_factor,
        fmt::format("Unable to replicate the partition {} time(s): {}", spec.replicas, why)};
  };
  const auto placed = place_replicas(spec, brokers, context.random);
  if (!placed) return refuse(placed.error());
  for (const auto& replicas : *placed) {
    auto partition = new_partition(context, replicas);
    if (!partition) return refuse("All brokers are currently fenced or in controlled shutdown.");
    partitions.emplace(static_cast<PartitionIndex>(partitions.size()), *std::move(partition));
  }
  return {};
}

ApiError read_configs(const Creatable& topic, ConfigMap& configs,
                      std::vector<ConfigAlteration>& changes) {
  std::string nulls;
  for (const auto& config : topic.configs) {
    if (config.value.is_null()) {
      nulls += (nulls.empty() ? "" : ",") + config.name.str();
    } else {
      configs.insert_or_assign(config.name.str(), config.value.str());
    }
  }
  if (!nulls.empty()) {
    return {ErrorCode::invalid_config,
            fmt::format("Null value not supported for topic configs: {}", nulls)};
  }
  for (const auto& [name, value] : configs) changes.emplace_back(name, value);
  return {};
}

void describe(ControllerContext& context, const ConfigMap& configs, const NewPartitions& partitions,
              TopicResult& result) {
  std::vector<wire::CreateTopicsResponse::CreatableTopicConfigs> described;
  for (const auto& entry : describe_configs(ConfigKind::topic, configs, context.layers())) {
    wire::CreateTopicsResponse::CreatableTopicConfigs config;
    config.name = context.text(entry.name);
    config.value =
        entry.value && !entry.is_sensitive ? context.text(*entry.value) : wire::Str::null();
    config.read_only = entry.is_read_only;
    config.config_source = static_cast<std::int8_t>(entry.source);
    config.is_sensitive = entry.is_sensitive;
    described.push_back(config);
  }
  result.configs = context.array(described);
  result.num_partitions = static_cast<std::int32_t>(partitions.size());
  result.replication_factor = static_cast<std::int16_t>(partitions.begin()->second.replicas.size());
}

// Adds the topic's records and fills `result`, or says why not and adds none.
ApiError create_topic(const Creatable& topic, ControllerContext& context, TopicResult& result) {
  const std::string name = topic.name.str();
  if (auto error = check_name(context.image, name); !error.ok()) return error;
  ConfigMap configs;
  std::vector<ConfigAlteration> changes;
  if (auto error = read_configs(topic, configs, changes); !error.ok()) return error;

  const std::size_t records_before = context.records.size();
  Uuid id = Uuid::random(context.random);
  while (context.image.topics.contains(id)) id = Uuid::random(context.random);
  wire::TopicRecord record;
  record.name = topic.name;
  record.topic_id = id;
  context.records.add(record, 0);
  ApiError error;
  if (!changes.empty()) {
    error = alter_config(context, {ConfigKind::topic, name}, configs, changes, true);
  }
  NewPartitions partitions;
  if (error.ok()) {
    error = topic.assignments.empty() ? assign_automatically(topic, context, partitions)
                                      : assign_manually(topic, context, partitions);
  }
  if (!error.ok()) {
    context.records.truncate(records_before);
    return error;
  }
  for (const auto& [index, partition] : partitions) add_partition(context, id, index, partition);
  result.name = context.text(name);
  result.topic_id = id;
  result.error_message = wire::Str::null();
  describe(context, configs, partitions, result);
  return {};
}

std::set<std::string_view> duplicate_names(const wire::CreateTopicsRequest& request) {
  std::set<std::string_view> seen, duplicates;
  for (const auto& topic : request.topics) {
    if (!seen.insert(topic.name.view()).second) duplicates.insert(topic.name.view());
  }
  return duplicates;
}

}  // namespace

void handle(const wire::CreateTopicsRequest& request, wire::CreateTopicsResponse& response,
            ControllerContext& context) {
  std::vector<TopicResult> results;
  const auto duplicates = duplicate_names(request);
  const bool too_many = too_many_partitions(request, context.settings.num_partitions);
  for (const auto& topic : request.topics) {
    if (duplicates.contains(topic.name.view()) || topic.name.view() == cluster_metadata_topic)
      continue;
    TopicResult result;
    const ApiError error = too_many
                               ? ApiError{ErrorCode::policy_violation,
                                          "Excessively large number of partitions per request."}
                               : create_topic(topic, context, result);
    results.push_back(error.ok() ? result : failed_result(context, topic.name, error));
  }
  for (const auto name : duplicates) {
    results.push_back(
        failed_result(context, name, {ErrorCode::invalid_request, "Duplicate topic name."}));
  }
  for (const auto& topic : request.topics) {
    if (topic.name.view() != cluster_metadata_topic || duplicates.contains(topic.name.view()))
      continue;
    results.push_back(failed_result(
        context, topic.name,
        {ErrorCode::invalid_request,
         fmt::format("Creation of internal topic {} is prohibited.", cluster_metadata_topic)}));
  }
  response.topics = context.array(results);
  if (request.validate_only) context.records.truncate(0);
}

}  // namespace weir::metadata
