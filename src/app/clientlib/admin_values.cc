#include "app/clientlib/admin_values.h"

namespace weir::clientlib {
namespace {

std::string text_of(const Uuid& id) { return id.is_zero() ? std::string() : id.text(); }

std::string text_of(wire::ErrorCode error) {
  return error == wire::ErrorCode::none ? std::string() : std::string(wire::error_info(error).name);
}

std::optional<Timestamp> time_of(TimestampMs time) {
  if (time < 0) return std::nullopt;
  return Timestamp(std::chrono::milliseconds(time));
}

PartitionDescription public_of(const client::PartitionDescription& partition) {
  return {.index = partition.index,
          .error = text_of(partition.error),
          .leader = partition.leader,
          .leader_epoch = partition.leader_epoch,
          .replicas = partition.replicas,
          .in_sync = partition.in_sync,
          .offline = partition.offline,
          .eligible_leader_replicas =
              partition.eligible_leader_replicas.value_or(std::vector<BrokerId>()),
          .last_known_eligible = partition.last_known_eligible.value_or(std::vector<BrokerId>())};
}

MemberDescription public_of(const client::MemberDescription& member) {
  return {.id = member.id,
          .instance_id = member.instance_id,
          .client_id = member.client_id,
          .host = member.host,
          .subscription = member.subscription,
          .assignment = clientlib::public_of(member.assignment)};
}

std::vector<QuorumReplica> public_of(const std::vector<client::QuorumReplica>& replicas) {
  std::vector<QuorumReplica> converted;
  for (const client::QuorumReplica& each : replicas) {
    converted.push_back({.id = each.id,
                         .log_end_offset = each.log_end,
                         .last_fetch = time_of(each.last_fetch),
                         .last_caught_up = time_of(each.last_caught_up)});
  }
  return converted;
}

}  // namespace

ConfigEntry public_of(const client::ConfigEntry& entry) {
  return {.name = entry.name,
          .value = entry.value,
          .source = std::string(client::name_of(entry.source)),
          .type = std::string(client::name_of(entry.type)),
          .is_default = entry.is_default(),
          .is_read_only = entry.read_only,
          .is_sensitive = entry.sensitive,
          .documentation = entry.documentation};
}

ConfigResource public_of(const client::ConfigResource& resource) {
  return {static_cast<ConfigResourceType>(resource.type), resource.name};
}

CreatedTopic public_of(const client::CreatedTopic& topic) {
  return {.id = text_of(topic.id),
          .partitions = topic.partitions,
          .replication_factor = topic.replication_factor,
          .configs = public_of(topic.configs)};
}

TopicListing public_of(const client::TopicListing& topic) {
  return {.id = text_of(topic.id), .is_internal = topic.internal, .partitions = topic.partitions};
}

TopicDescription public_of(const client::TopicDescription& topic) {
  TopicDescription converted{
      .name = topic.name, .id = text_of(topic.id), .is_internal = topic.internal};
  for (const auto& each : topic.partitions) converted.partitions.push_back(public_of(each));
  return converted;
}

ListedOffset public_of(const client::ListedOffset& offset) {
  return {.offset = offset.offset,
          .timestamp = time_of(offset.timestamp),
          .leader_epoch = offset.leader_epoch};
}

CommittedOffset public_of(const client::CommittedOffset& offset) {
  return {offset.offset, offset.leader_epoch, offset.metadata};
}

GroupListing public_of(const client::GroupListing& group) {
  return {group.protocol_type, group.state, group.type, group.coordinator};
}

GroupDescription public_of(const client::GroupDescription& group) {
  GroupDescription converted{.type = group.type,
                             .protocol_type = group.protocol_type,
                             .protocol = group.protocol,
                             .state = group.state,
                             .coordinator = group.coordinator};
  for (const auto& each : group.members) converted.members.push_back(public_of(each));
  return converted;
}

ClusterDescription public_of(const client::ClusterDescription& cluster) {
  ClusterDescription converted{.id = cluster.id, .controller = cluster.controller};
  for (const client::BrokerDescription& each : cluster.brokers) {
    converted.brokers.push_back({.id = each.id,
                                 .host = each.address.host,
                                 .port = each.address.port,
                                 .rack = each.rack,
                                 .is_fenced = each.fenced});
  }
  return converted;
}

QuorumDescription public_of(const client::QuorumDescription& quorum) {
  return {.leader = quorum.leader,
          .leader_epoch = quorum.leader_epoch,
          .high_watermark = quorum.high_watermark,
          .voters = public_of(quorum.voters),
          .observers = public_of(quorum.observers)};
}

LogDirDescription public_of(const client::LogDirDescription& directory) {
  LogDirDescription converted{.error = text_of(directory.error),
                              .total_bytes = directory.total_bytes,
                              .usable_bytes = directory.usable_bytes};
  for (const client::LogDirReplica& each : directory.replicas) {
    converted.replicas.push_back({.of = public_of(each.of),
                                  .bytes = each.bytes,
                                  .offset_lag = each.offset_lag,
                                  .is_future = each.is_future});
  }
  return converted;
}

client::ConfigResource inner_of(const ConfigResource& resource) {
  return {static_cast<client::ConfigResourceType>(resource.type), resource.name};
}

client::NewTopic inner_of(NewTopic topic) {
  return {.name = std::move(topic.name),
          .partitions = topic.partitions.value_or(client::default_partitions),
          .replication_factor = topic.replication_factor.value_or(client::default_replication),
          .assignment = std::move(topic.assignment),
          .configs = std::move(topic.configs)};
}

client::NewPartitions inner_of(NewPartitions partitions) {
  return {.total = partitions.total, .assignment = std::move(partitions.assignment)};
}

client::CommittedOffset inner_of(const CommittedOffset& offset) {
  return {offset.offset, offset.leader_epoch, offset.metadata};
}

}  // namespace weir::clientlib
