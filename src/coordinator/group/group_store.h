#pragma once
// GroupStore: what the log of one partition of __consumer_offsets says, by group. Only
// GroupShard::apply (the leader's own records) and GroupShard::replay (loading) change it.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "coordinator/group/classic_group.h"
#include "coordinator/group/group_record.h"

namespace weir::coordinator {

using PartitionOffsets = std::map<PartitionIndex, CommittedOffset>;
using TopicOffsets = std::map<std::string, PartitionOffsets, std::less<>>;

const CommittedOffset* find_offset(const TopicOffsets& offsets, std::string_view topic,
                                   PartitionIndex partition);
// Returns what was there before.
std::optional<CommittedOffset> put_offset(TopicOffsets& offsets, std::string_view topic,
                                          PartitionIndex partition, CommittedOffset value);
std::optional<CommittedOffset> take_offset(TopicOffsets& offsets, std::string_view topic,
                                           PartitionIndex partition);

// A group of a kind that is not served: known to exist, kept, never touched.
struct ForeignGroup {
  ForeignKind kind = ForeignKind::consumer;
  std::set<std::string, std::less<>> members;
};

struct GroupEntry {
  std::unique_ptr<ClassicGroup> classic;
  std::unique_ptr<ForeignGroup> foreign;  // wins over classic, which then is at most a simple one
  TopicOffsets offsets;
  // Offsets committed in transactions that have not ended, by producer.
  std::unique_ptr<std::map<ProducerId, TopicOffsets>> pending;

  bool exists() const { return classic != nullptr || foreign != nullptr; }
  bool is_forgotten() const { return !exists() && offsets.empty() && pending == nullptr; }
  bool has_pending(std::string_view topic, PartitionIndex partition) const;
};

class GroupStore {
 public:
  using Entries = std::map<std::string, GroupEntry, std::less<>>;

  const Entries& entries() const { return entries_; }
  GroupEntry* find(std::string_view group);
  const GroupEntry* find(std::string_view group) const;
  GroupEntry& at_or_new(std::string_view group);
  void forget_if_nothing_left(std::string_view group);
  // The classic group that requests speak to; null when there is none or the id belongs to another
  // kind.
  ClassicGroup* find_classic(std::string_view group);

  // --- transactions that are open in the log ---
  void put_pending(ProducerId producer, std::string_view group, std::string_view topic,
                   PartitionIndex partition, CommittedOffset value);
  // Offsets that the end of the transaction made the group's, or dropped.
  void end_transaction(ProducerId producer, bool committed);

 private:
  Entries entries_;
  std::map<ProducerId, std::set<std::string>> open_transactions_;  // groups with pending offsets
};

}  // namespace weir::coordinator
