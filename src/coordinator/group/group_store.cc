#include "coordinator/group/group_store.h"

#include <algorithm>
#include <utility>

namespace weir::coordinator {

const CommittedOffset* find_offset(const TopicOffsets& offsets, std::string_view topic,
                                   PartitionIndex partition) {
  const auto of_topic = offsets.find(topic);
  if (of_topic == offsets.end()) return nullptr;
  const auto found = of_topic->second.find(partition);
  return found == of_topic->second.end() ? nullptr : &found->second;
}

std::optional<CommittedOffset> put_offset(TopicOffsets& offsets, std::string_view topic,
                                          PartitionIndex partition, CommittedOffset value) {
  auto of_topic = offsets.find(topic);
  if (of_topic == offsets.end()) of_topic = offsets.try_emplace(std::string(topic)).first;
  const auto [at, added] = of_topic->second.try_emplace(partition);
  if (added) {
    at->second = std::move(value);
    return std::nullopt;
  }
  return std::exchange(at->second, std::move(value));
}

std::optional<CommittedOffset> take_offset(TopicOffsets& offsets, std::string_view topic,
                                           PartitionIndex partition) {
  const auto of_topic = offsets.find(topic);
  if (of_topic == offsets.end()) return std::nullopt;
  auto node = of_topic->second.extract(partition);
  if (node.empty()) return std::nullopt;
  if (of_topic->second.empty()) offsets.erase(of_topic);
  return std::move(node.mapped());
}

bool GroupEntry::has_pending(std::string_view topic, PartitionIndex partition) const {
  return pending != nullptr && std::ranges::any_of(*pending, [&](const auto& of_producer) {
           return find_offset(of_producer.second, topic, partition) != nullptr;
         });
}

GroupEntry* GroupStore::find(std::string_view group) {
  const auto found = entries_.find(group);
  return found == entries_.end() ? nullptr : &found->second;
}

const GroupEntry* GroupStore::find(std::string_view group) const {
  const auto found = entries_.find(group);
  return found == entries_.end() ? nullptr : &found->second;
}

GroupEntry& GroupStore::at_or_new(std::string_view group) {
  const auto found = entries_.find(group);
  if (found != entries_.end()) return found->second;
  return entries_.try_emplace(std::string(group)).first->second;
}

void GroupStore::forget_if_nothing_left(std::string_view group) {
  const auto found = entries_.find(group);
  if (found != entries_.end() && found->second.is_forgotten()) entries_.erase(found);
}

ClassicGroup* GroupStore::find_classic(std::string_view group) {
  GroupEntry* entry = find(group);
  return entry == nullptr || entry->foreign != nullptr ? nullptr : entry->classic.get();
}

void GroupStore::put_pending(ProducerId producer, std::string_view group, std::string_view topic,
                             PartitionIndex partition, CommittedOffset value) {
  GroupEntry& entry = at_or_new(group);
  if (entry.pending == nullptr)
    entry.pending = std::make_unique<std::map<ProducerId, TopicOffsets>>();
  put_offset((*entry.pending)[producer], topic, partition, std::move(value));
  open_transactions_[producer].emplace(group);
}

void GroupStore::end_transaction(ProducerId producer, bool committed) {
  const auto open = open_transactions_.extract(producer);
  if (open.empty()) return;
  for (const std::string& group : open.mapped()) {
    GroupEntry* entry = find(group);
    if (entry == nullptr || entry->pending == nullptr) continue;
    auto ended = entry->pending->extract(producer);
    if (entry->pending->empty()) entry->pending.reset();
    if (committed && !ended.empty()) {
      for (auto& [topic, partitions] : ended.mapped()) {
        for (auto& [partition, value] : partitions) {
          // Compaction may have kept a commit from outside that came later than this one.
          const CommittedOffset* current = find_offset(entry->offsets, topic, partition);
          if (current == nullptr || value.record_offset > current->record_offset) {
            put_offset(entry->offsets, topic, partition, std::move(value));
          }
        }
      }
    }
    forget_if_nothing_left(group);
  }
}

}  // namespace weir::coordinator
