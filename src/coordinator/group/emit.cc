// Emitting records, applying them, and taking them back when they did not reach the log.

#include <algorithm>
#include <limits>
#include <utility>

#include "base/canary.h"
#include "base/check.h"
#include "coordinator/group/group_shard.h"

namespace weir::coordinator {

Write GroupShard::current_write(Output& out) {
  if (out.write == 0) out.write = ++last_write_;
  return out.write;
}

void GroupShard::emit(GroupRecord record, Output& out) {
  const Write write = current_write(out);
  apply(record, write);
  out.records.push_back({write, std::move(record)});
}

void GroupShard::apply(const GroupRecord& record, Write write) {
  if (const auto* committed = std::get_if<OffsetCommitted>(&record)) {
    apply_offset(*committed, write);
  } else if (const auto* removed = std::get_if<OffsetRemoved>(&record)) {
    apply_removal(*removed, write);
  } else if (const auto* gone = std::get_if<GroupRemoved>(&record)) {
    GroupEntry* entry = store_.find(gone->group);
    CHECK(entry != nullptr && entry->classic != nullptr, "only a group that exists is removed");
    undo_.push_back({write, GroupTaken{gone->group, std::move(entry->classic)}});
    store_.forget_if_nothing_left(gone->group);
  } else {
    // A stored group is the soft state itself: nothing more is to be remembered.
    CHECK(std::holds_alternative<GroupStored>(record));
  }
}

void GroupShard::apply_offset(const OffsetCommitted& record, Write write) {
  GroupEntry& entry = store_.at_or_new(record.group);
  undo_.push_back(
      {write, OffsetChanged{record.group,
                            record.topic,
                            record.partition,
                            put_offset(entry.offsets, record.topic, record.partition, record.value),
                            {}}});
}

// A tombstone ends what open transactions have committed for the partition, too.
void GroupShard::apply_removal(const OffsetRemoved& record, Write write) {
  GroupEntry* entry = store_.find(record.group);
  if (entry == nullptr) return;
  OffsetChanged change{record.group, record.topic, record.partition, std::nullopt, {}};
  change.before = take_offset(entry->offsets, record.topic, record.partition);
  if (entry->pending != nullptr) {
    for (auto& [producer, offsets] : *entry->pending) {
      if (auto taken = take_offset(offsets, record.topic, record.partition)) {
        change.pending_before.emplace_back(producer, std::move(*taken));
      }
    }
  }
  undo_.push_back({write, std::move(change)});
  store_.forget_if_nothing_left(record.group);
}

ClassicGroup& GroupShard::create_group(std::string_view group, TimestampMs now, Write write) {
  GroupEntry& entry = store_.at_or_new(group);
  CHECK(!entry.exists());
  entry.classic = std::make_unique<ClassicGroup>(std::string(group), ++last_serial_, now);
  undo_.push_back({write, GroupAdded{std::string(group), entry.classic->serial()}});
  return *entry.classic;
}

void GroupShard::take_back(Undo& undo, wire::ErrorCode error, Output& out) {
  if (auto* change = std::get_if<OffsetChanged>(&undo)) {
    GroupEntry& entry = store_.at_or_new(change->group);
    if (change->before && !sings(Canary::refused_commit_erases)) {
      put_offset(entry.offsets, change->topic, change->partition, std::move(*change->before));
    } else {
      take_offset(entry.offsets, change->topic, change->partition);
    }
    for (auto& [producer, value] : change->pending_before) {
      store_.put_pending(producer, change->group, change->topic, change->partition,
                         std::move(value));
    }
    store_.forget_if_nothing_left(change->group);
  } else if (auto* added = std::get_if<GroupAdded>(&undo)) {
    GroupEntry* entry = store_.find(added->group);
    CHECK(entry != nullptr && entry->classic != nullptr &&
          entry->classic->serial() == added->serial);
    end_waiting(*entry->classic, error, out);
    entry->classic.reset();
    store_.forget_if_nothing_left(added->group);
  } else if (auto* taken = std::get_if<GroupTaken>(&undo)) {
    GroupEntry& entry = store_.at_or_new(taken->group);
    CHECK(entry.classic == nullptr);
    entry.classic = std::move(taken->before);
  }
}

void GroupShard::committed(Write up_to, Now now, Output& out) {
  while (!undo_.empty() && undo_.front().write <= up_to) undo_.pop_front();
  while (!continuations_.empty() && continuations_.front().write <= up_to) {
    Continuation next = std::move(continuations_.front().what);
    continuations_.pop_front();
    next_piece(out);
    if (auto* assignment = std::get_if<AssignmentStored>(&next)) {
      assignment_stored(*assignment, wire::ErrorCode::none, now, out);
    } else {
      static_member_stored(std::get<StaticMemberStored>(next), wire::ErrorCode::none, now, out);
    }
  }
}

void GroupShard::failed(Write from, wire::ErrorCode error, Now now, Output& out) {
  while (!undo_.empty() && undo_.back().write >= from) {
    take_back(undo_.back().what, error, out);
    undo_.pop_back();
  }
  std::deque<Pending<Continuation>> lost;
  while (!continuations_.empty() && continuations_.back().write >= from) {
    lost.push_front(std::move(continuations_.back()));
    continuations_.pop_back();
  }
  for (auto& [write, what] : lost) {
    next_piece(out);
    if (auto* assignment = std::get_if<AssignmentStored>(&what)) {
      assignment_stored(*assignment, error, now, out);
    } else {
      static_member_stored(std::get<StaticMemberStored>(what), error, now, out);
    }
  }
}

}  // namespace weir::coordinator
