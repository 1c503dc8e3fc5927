// Topics and partitions.

#include "base/canary.h"
#include "base/steps.h"
#include "metadata/image/partition_merge.h"
#include "metadata/image/replay_record.h"

namespace weir::metadata {
namespace {

Result<LeaderRecovery> leader_recovery(std::int8_t value) {
  if (value != 0 && value != 1) return fail(Errc::corrupt, "an unknown leader recovery state");
  return static_cast<LeaderRecovery>(value);
}

// Before directories were known (metadata.version below 17) there are none: MIGRATING stands for
// that.
Result<> complete_directories(Partition& partition) {
  if (partition.directories.empty()) {
    partition.directories.assign(partition.replicas.size(), directory_migrating);
  }
  if (partition.directories.size() != partition.replicas.size()) {
    return fail(Errc::corrupt, "a partition has " + std::to_string(partition.replicas.size()) +
                                   " replicas and " + std::to_string(partition.directories.size()) +
                                   " directories");
  }
  return {};
}

}  // namespace

Result<Partition> merged(const Partition& before, const wire::PartitionChangeRecord& change) {
  using replay_record::to_vector;
  Partition after = before;
  if (!change.replicas.is_null()) after.replicas = to_vector(change.replicas);
  if (!change.directories.is_null()) {
    after.directories = to_vector(change.directories);
  } else if (after.replicas.size() != before.replicas.size()) {
    after.directories.clear();
  }
  TRY(complete_directories(after));
  if (!change.isr.is_null()) after.isr = to_vector(change.isr);
  if (!change.removing_replicas.is_null()) {
    after.removing_replicas = to_vector(change.removing_replicas);
  }
  if (!change.adding_replicas.is_null()) after.adding_replicas = to_vector(change.adding_replicas);
  if (change.leader != no_leader_change) {
    after.leader = change.leader;
    ++after.leader_epoch;
  }
  if (change.leader_recovery_state != -1) {
    TRY_ASSIGN(after.leader_recovery, leader_recovery(change.leader_recovery_state));
  }
  if (!change.eligible_leader_replicas.is_null()) {
    after.elr = to_vector(change.eligible_leader_replicas);
  }
  if (!change.last_known_elr.is_null()) after.last_known_elr = to_vector(change.last_known_elr);
  ++after.partition_epoch;
  return after;
}

namespace replay_record {
namespace {

Result<std::shared_ptr<const Topic>> topic_of(const Image& image, const Uuid& id) {
  const auto* topic = image.topics.find(id);
  if (topic == nullptr) {
    return fail(Errc::corrupt, "a record names topic id " + id.text() + ", which there is not");
  }
  return *topic;
}

void set_partition(Image& image, const Topic& topic, PartitionIndex index, Partition partition) {
  Topic after = topic;
  after.partitions.set(index, std::make_shared<const Partition>(std::move(partition)));
  const Uuid id = after.id;
  image.topics.set(id, std::make_shared<const Topic>(std::move(after)));
}

Topic without_elr(const Topic& topic) {
  Topic after = topic;
  count_steps(1 + topic.partitions.size());
  for (const auto& [index, partition] : topic.partitions) {
    if (partition->elr.empty() && partition->last_known_elr.empty()) continue;
    Partition changed = *partition;
    changed.elr.clear();
    changed.last_known_elr.clear();
    ++changed.partition_epoch;
    after.partitions.set(index, std::make_shared<const Partition>(std::move(changed)));
  }
  return after;
}

}  // namespace

Result<> apply(Image& image, const wire::TopicRecord& record, Offset) {
  if (image.topic_ids.contains(record.name.view()) || image.topics.contains(record.topic_id)) {
    return fail(Errc::corrupt, "topic " + record.name.str() + " is created again");
  }
  Topic topic;
  topic.name = record.name.str();
  topic.id = record.topic_id;
  image.topic_ids.set(topic.name, topic.id);
  image.topics.set(record.topic_id, std::make_shared<const Topic>(std::move(topic)));
  return {};
}

Result<> apply(Image& image, const wire::PartitionRecord& record, Offset) {
  TRY_ASSIGN(const auto topic, topic_of(image, record.topic_id));
  Partition partition;
  partition.replicas = to_vector(record.replicas);
  partition.directories = to_vector(record.directories);
  TRY(complete_directories(partition));
  partition.isr = to_vector(record.isr);
  partition.removing_replicas = to_vector(record.removing_replicas);
  partition.adding_replicas = to_vector(record.adding_replicas);
  partition.elr = to_vector(record.eligible_leader_replicas);
  partition.last_known_elr = to_vector(record.last_known_elr);
  partition.leader = record.leader;
  TRY_ASSIGN(partition.leader_recovery, leader_recovery(record.leader_recovery_state));
  partition.leader_epoch = record.leader_epoch;
  partition.partition_epoch = record.partition_epoch;
  set_partition(image, *topic, record.partition_id, std::move(partition));
  return {};
}

Result<> apply(Image& image, const wire::PartitionChangeRecord& record, Offset) {
  TRY_ASSIGN(const auto topic, topic_of(image, record.topic_id));
  const Partition* before = topic->partition(record.partition_id);
  if (before == nullptr) {
    return fail(Errc::corrupt, "a record changes partition " + topic->name + "-" +
                                   std::to_string(record.partition_id) + ", which there is not");
  }
  TRY_ASSIGN(Partition after, merged(*before, record));
  set_partition(image, *topic, record.partition_id, std::move(after));
  return {};
}

Result<> apply(Image& image, const wire::RemoveTopicRecord& record, Offset) {
  TRY_ASSIGN(const auto topic, topic_of(image, record.topic_id));
  image.topics.erase(topic->id);
  image.topic_ids.erase(topic->name);
  if (!sings(Canary::configs_outlive_topic)) {
    image.configs.erase({ConfigKind::topic, topic->name});
  }
  return {};
}

Result<> apply(Image& image, const wire::ClearElrRecord& record, Offset) {
  if (!record.topic_name.empty()) {
    const Topic* topic = image.topic(record.topic_name.view());
    if (topic == nullptr) {
      return fail(Errc::corrupt, "a record clears the ELR of topic " + record.topic_name.str() +
                                     ", which there is not");
    }
    const Uuid id = topic->id;
    image.topics.set(id, std::make_shared<const Topic>(without_elr(*topic)));
    return {};
  }
  const auto before = image.topics;
  for (const auto& [id, topic] : before) {
    Topic after = without_elr(*topic);
    if (!after.partitions.same_as(topic->partitions)) {
      image.topics.set(id, std::make_shared<const Topic>(std::move(after)));
    }
  }
  return {};
}

}  // namespace replay_record
}  // namespace weir::metadata
