#include "client/cluster/cluster_view.h"

#include <algorithm>
#include <utility>

#include "client/cluster/leader_hints.h"
#include "wire/message/metadata_response.h"

namespace weir::client {
namespace {

using wire::MetadataResponse;
using AnsweredTopic = MetadataResponse::MetadataResponseTopic;
using AnsweredPartition = MetadataResponse::MetadataResponsePartition;

std::vector<BrokerId> ids(wire::Array<std::int32_t> of) { return {of.begin(), of.end()}; }

PartitionInfo partition_of(const AnsweredPartition& answer) {
  return {.leader = answer.leader_id,
          .leader_epoch = answer.leader_epoch,
          .replicas = ids(answer.replica_nodes),
          .in_sync = ids(answer.isr_nodes),
          .offline = ids(answer.offline_replicas)};
}

// An answer without epochs (before version 7) always counts.
bool is_older(const PartitionInfo& answered, const PartitionInfo& known) {
  return answered.leader_epoch != no_epoch && answered.leader_epoch < known.leader_epoch;
}

bool is_created_anew(const AnsweredTopic& answer, const TopicInfo& known) {
  return !answer.topic_id.is_zero() && !known.id.is_zero() && answer.topic_id != known.id;
}

TopicInfo topic_of(const AnsweredTopic& answer, const TopicInfo* known) {
  TopicInfo topic;
  topic.id = answer.topic_id;
  topic.internal = answer.is_internal;
  topic.error = wire::error_info(answer.error_code).code;
  if (known && is_created_anew(answer, *known)) known = nullptr;
  // Indexes are those of the answer, which names each partition once; a gap would be an index that
  // no broker gives, so that the size is bounded by the answer.
  for (const AnsweredPartition& partition : answer.partitions) {
    const auto index = static_cast<std::size_t>(partition.partition_index);
    if (partition.partition_index < 0 || index >= answer.partitions.size()) continue;
    topic.partitions.resize(std::max(topic.partitions.size(), index + 1));
    PartitionInfo info = partition_of(partition);
    const bool is_known = known && index < known->partitions.size();
    if (is_known && is_older(info, known->partitions[index])) info = known->partitions[index];
    topic.partitions[index] = std::move(info);
  }
  return topic;
}

}  // namespace

const TopicInfo* ClusterView::find_topic(std::string_view name) const {
  const auto topic = topics.find(name);
  return topic == topics.end() ? nullptr : &topic->second;
}

const PartitionInfo* ClusterView::find(const TopicPartition& of) const {
  const TopicInfo* topic = find_topic(of.topic);
  const auto index = static_cast<std::size_t>(of.partition);
  if (!topic || of.partition < 0 || index >= topic->partitions.size()) return nullptr;
  return &topic->partitions[index];
}

const std::string* ClusterView::name_of(const Uuid& topic_id) const {
  const auto topic =
      std::ranges::find_if(topics, [&](const auto& named) { return named.second.id == topic_id; });
  return topic == topics.end() ? nullptr : &topic->first;
}

ClusterView ClusterView::updated(const MetadataResponse& answer, bool complete) const {
  ClusterView view;
  view.cluster_id = answer.cluster_id.is_null() ? cluster_id : answer.cluster_id.str();
  view.controller = answer.controller_id;
  for (const auto& broker : answer.brokers) {
    if (broker.port < 0 || broker.port > UINT16_MAX) continue;
    BrokerInfo& info = view.brokers[broker.node_id];
    info.id = broker.node_id;
    info.address = {broker.host.str(), static_cast<std::uint16_t>(broker.port)};
    if (!broker.rack.is_null()) info.rack = broker.rack.str();
  }
  if (!complete) view.topics = topics;
  for (const AnsweredTopic& topic : answer.topics) {
    if (topic.name.is_null()) continue;  // asked for by an id that nobody has
    const std::string name = topic.name.str();
    const TopicInfo* known = find_topic(name);
    if (topic.error_code != 0 && topic.partitions.empty() && known &&
        wire::error_info(topic.error_code).retriable) {
      // A broker that does not know yet what another one told: what is known stays known.
      TopicInfo kept = *known;
      kept.error = wire::error_info(topic.error_code).code;
      view.topics[name] = std::move(kept);
      continue;
    }
    view.topics[name] = topic_of(topic, known);
  }
  return view;
}

std::optional<ClusterView> ClusterView::with(const LeaderHints& hints) const {
  std::optional<ClusterView> next;
  for (const LeaderHint& hint : hints.leaders) {
    const PartitionInfo* known = find(hint.partition);
    if (!known || hint.leader == no_broker || hint.epoch <= known->leader_epoch) continue;
    const auto told = std::ranges::find(hints.brokers, hint.leader, &BrokerInfo::id);
    if (told == hints.brokers.end() && !brokers.contains(hint.leader)) continue;
    if (!next) next = *this;
    if (told != hints.brokers.end()) next->brokers[hint.leader] = *told;
    PartitionInfo& changed =
        next->topics.find(hint.partition.topic)
            ->second.partitions[static_cast<std::size_t>(hint.partition.partition)];
    changed.leader = hint.leader;
    changed.leader_epoch = hint.epoch;
  }
  return next;
}

}  // namespace weir::client
