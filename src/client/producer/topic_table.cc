#include "client/producer/topic_table.h"

#include <fmt/format.h>

#include "base/check.h"

namespace weir::client {

TopicTable::Topic& TopicTable::get(std::string_view name) {
  if (last_ && last_->name == name) return *last_;
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    found =
        topics_.try_emplace(std::string(name), std::string(name), accumulator_.options().batch_size)
            .first;
  }
  return *(last_ = &found->second);
}

Outcome<std::optional<PartitionIndex>> TopicTable::choose(Topic& topic,
                                                          const ProducerRecord& record) {
  const auto count = static_cast<PartitionIndex>(topic.slots.size());
  if (count == 0) {
    const Failure failure(topic.error, fmt::format("topic '{}'", topic.name));
    if (!failure.is_answer() || failure.is_retriable()) return std::optional<PartitionIndex>();
    return std::unexpected(failure);
  }
  if (record.partition) {
    if (*record.partition >= 0 && *record.partition < count) return record.partition;
    if (*record.partition >= 0) return std::optional<PartitionIndex>();
    return weir::fail(Errc::invalid, fmt::format("there is no partition {}", *record.partition));
  }
  const auto chosen =
      options_.own ? options_.own(record, count) : partition_of_key(options_.by, record.key, count);
  if (!chosen) return choose_sticky(topic);
  if (*chosen >= 0 && *chosen < count) return chosen;
  return weir::fail(Errc::invalid, fmt::format("the partitioner chose partition {} of {} of '{}'",
                                               *chosen, count, topic.name));
}

PartitionIndex TopicTable::choose_sticky(Topic& topic) {
  if (!topic.sticky.is_chosen()) {
    std::vector<PartitionLoad> loads;
    for (std::size_t i = 0; i < topic.slots.size(); ++i) {
      if (topic.leaders[i] == no_broker) continue;
      loads.push_back({.partition = static_cast<PartitionIndex>(i),
                       .queued = options_.adapts ? accumulator_.queued(topic.slots[i]) : 0});
    }
    topic.sticky.set_loads(loads);
  }
  return topic.sticky.current(static_cast<PartitionIndex>(topic.slots.size()), random_);
}

void TopicTable::appended(Topic& topic, const ProducerRecord& record, PartitionIndex partition) {
  if (record.partition || !topic.sticky.is_chosen()) return;
  if (topic.sticky.current(static_cast<PartitionIndex>(topic.slots.size()), random_) != partition) {
    return;
  }
  constexpr std::size_t overhead = 8;  // about; headers are rare
  const PartitionSlot slot = topic.slots[static_cast<std::size_t>(partition)];
  topic.sticky.appended(record.key.size() + record.value.size() + overhead,
                        accumulator_.last_is_complete(slot));
}

void TopicTable::apply(const ClusterView& view) {
  for (auto& [name, topic] : topics_) {
    const TopicInfo* known = view.find_topic(name);
    if (!known) continue;
    topic.error = known->error;
    if (known->error != wire::ErrorCode::none) continue;
    topic.id = known->id;
    for (std::size_t i = 0; i < known->partitions.size(); ++i) {
      if (i == topic.slots.size()) {
        const PartitionSlot slot = sender_.add_partition();
        CHECK(slot == places_.size(), "slots are counted alike");
        topic.slots.push_back(slot);
        topic.leaders.push_back(no_broker);
        places_.push_back({&topic, static_cast<PartitionIndex>(i)});
      }
      topic.leaders[i] = known->partitions[i].leader;
      sender_.set_leader(topic.slots[i], topic.leaders[i]);
    }
  }
}

std::vector<std::string> TopicTable::names(env::Instant since) const {
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_) {
    if (topic.used >= since) names.push_back(name);
  }
  return names;
}

}  // namespace weir::client
