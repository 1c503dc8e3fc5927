#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "metadata/controller/handlers.h"
#include "metadata/controller/new_partitions.h"
#include "metadata/controller/placement.h"
#include "wire/message/create_partitions_request.h"
#include "wire/message/create_partitions_response.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;
using Wanted = wire::CreatePartitionsRequest::CreatePartitionsTopic;
using Assignments = std::vector<std::vector<BrokerId>>;

bool too_many_partitions(const wire::CreatePartitionsRequest& request, const Image& image) {
  std::int64_t total = 0;
  for (const auto& wanted : request.topics) {
    const Topic* topic = image.topic(wanted.name.view());
    if (topic == nullptr || wanted.count < 0) continue;
    const auto present = static_cast<std::int64_t>(topic->partitions.size());
    total += std::max<std::int64_t>(0, wanted.count - present);
  }
  return total > partitions_per_request_max;
}

ApiError check_count(const Wanted& wanted, const Topic& topic) {
  const auto present = static_cast<std::int32_t>(topic.partitions.size());
  if (wanted.count == present) {
    return {ErrorCode::invalid_partitions,
            fmt::format("Topic already has {} partition(s).", present)};
  }
  if (wanted.count < present) {
    return {ErrorCode::invalid_partitions,
            fmt::format("The topic {} currently has {} partition(s); {} would not be an increase.",
                        topic.name, present, wanted.count)};
  }
  const std::int32_t additional = wanted.count - present;
  if (!wanted.assignments.is_null() &&
      wanted.assignments.size() != static_cast<std::size_t>(additional)) {
    return {
        ErrorCode::invalid_replica_assignment,
        fmt::format("Attempted to add {} additional partition(s), but only {} assignment(s) were "
                    "specified.",
                    additional, wanted.assignments.size())};
  }
  return {};
}

ApiError check_assignments(const Wanted& wanted, const Topic& topic, std::size_t replication_factor,
                           const ControllerContext& context, Assignments& assignments) {
  const std::size_t first = topic.partitions.size();
  for (const auto& assignment : wanted.assignments) {
    const std::vector<BrokerId> replicas(assignment.broker_ids.begin(),
                                         assignment.broker_ids.end());
    auto error = check_manual_assignment(context.image, replicas, replication_factor);
    if (!error.ok()) return error;
    if (!new_partition(context, replicas)) {
      return {
          ErrorCode::invalid_replica_assignment,
          fmt::format("All brokers specified in the manual partition assignment for partition {} "
                      "are fenced or in controlled shutdown.",
                      first + assignments.size())};
    }
    assignments.push_back(replicas);
  }
  return {};
}

ApiError create_partitions(const Wanted& wanted, ControllerContext& context) {
  const Topic* topic = context.image.topic(wanted.name.view());
  if (topic == nullptr) return plain_error(ErrorCode::unknown_topic_or_partition);
  if (auto error = check_count(wanted, *topic); !error.ok()) return error;
  const std::size_t replication_factor = topic->partitions.begin()->second->replicas.size();
  const auto first = static_cast<PartitionIndex>(topic->partitions.size());
  Assignments assignments;
  if (wanted.assignments.is_null()) {
    const auto placed =
        place_replicas({wanted.count - first, static_cast<std::int16_t>(replication_factor)},
                       usable_brokers(context.image, context.sessions), context.random);
    if (!placed) return {ErrorCode::invalid_replication_factor, placed.error()};
    assignments = *placed;
  } else {
    auto error = check_assignments(wanted, *topic, replication_factor, context, assignments);
    if (!error.ok()) return error;
  }
  std::vector<Partition> partitions;
  for (const auto& replicas : assignments) {
    auto partition = new_partition(context, replicas);
    if (!partition) {
      return {ErrorCode::invalid_replication_factor,
              fmt::format("Unable to replicate the partition {} time(s): All brokers are currently "
                          "fenced or in controlled shutdown.",
                          replication_factor)};
    }
    partitions.push_back(*std::move(partition));
  }
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    add_partition(context, topic->id, first + static_cast<PartitionIndex>(i), partitions[i]);
  }
  return {};
}

}  // namespace

void handle(const wire::CreatePartitionsRequest& request, wire::CreatePartitionsResponse& response,
            ControllerContext& context) {
  std::vector<wire::CreatePartitionsResponse::CreatePartitionsTopicResult> results;
  const auto answer = [&](std::string_view name, const ApiError& error) {
    wire::CreatePartitionsResponse::CreatePartitionsTopicResult result;
    result.name = context.text(name);
    result.error_code = code_of(error.code);
    result.error_message = context.message_of(error);
    results.push_back(result);
  };
  std::set<std::string_view> seen, duplicates;
  for (const auto& topic : request.topics) {
    if (!seen.insert(topic.name.view()).second) duplicates.insert(topic.name.view());
  }
  for (const auto name : duplicates) {
    answer(name, {ErrorCode::invalid_request, "Duplicate topic name."});
  }
  const bool too_many = too_many_partitions(request, context.image);
  for (const auto& topic : request.topics) {
    if (duplicates.contains(topic.name.view())) continue;
    answer(topic.name.view(),
           too_many ? ApiError{ErrorCode::policy_violation,
                               "Excessively large number of additional partitions per request."}
                    : create_partitions(topic, context));
  }
  response.results = context.array(results);
  if (request.validate_only) context.records.truncate(0);
}

}  // namespace weir::metadata
