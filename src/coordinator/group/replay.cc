// The log becomes state: loading, and the end of a leadership.

#include <utility>

#include "coordinator/group/group_shard.h"

#include "base/canary.h"
#include "base/mark.h"

namespace weir::coordinator {

Result<> GroupShard::replay(Bytes key, std::optional<Bytes> value, Offset offset,
                            ProducerId transactional_producer, Now now) {
  TRY_ASSIGN(std::optional<GroupRecord> record, decode_record(key, value));
  if (!record) return {};  // of a kind that nobody knows
  if (auto* committed = std::get_if<OffsetCommitted>(&*record)) {
    committed->value.record_offset = offset;
    replay_offset(std::move(*committed), transactional_producer, now);
  } else if (const auto* removed = std::get_if<OffsetRemoved>(&*record)) {
    apply_removal(*removed, 0);
  } else if (const auto* stored = std::get_if<GroupStored>(&*record)) {
    TRY_ASSIGN(auto group, ClassicGroup::load(stored->group, ++last_serial_, stored->value));
    reached(Mark::group_loaded);
    store_.at_or_new(stored->group).classic = std::move(group);
    if (sings(Canary::offsets_reset_at_reload)) store_.at_or_new(stored->group).offsets.clear();
  } else if (const auto* gone = std::get_if<GroupRemoved>(&*record)) {
    if (GroupEntry* entry = store_.find(gone->group)) {
      entry->classic.reset();
      store_.forget_if_nothing_left(gone->group);
    }
  } else {
    replay_foreign(std::get<ForeignRecord>(*record));
  }
  undo_.clear();  // what is loaded is not taken back
  return {};
}

void GroupShard::replay_offset(OffsetCommitted record, ProducerId transactional_producer, Now now) {
  GroupEntry& entry = store_.at_or_new(record.group);
  if (!entry.exists()) {
    entry.classic = std::make_unique<ClassicGroup>(record.group, ++last_serial_, now.wall);
  }
  if (transactional_producer == no_producer_id) {
    put_offset(entry.offsets, record.topic, record.partition, std::move(record.value));
  } else {
    store_.put_pending(transactional_producer, record.group, record.topic, record.partition,
                       std::move(record.value));
  }
}

void GroupShard::replay_foreign(const ForeignRecord& record) {
  if (record.is_tombstone) {
    GroupEntry* entry = store_.find(record.group);
    if (entry == nullptr || entry->foreign == nullptr || entry->foreign->kind != record.kind)
      return;
    if (record.is_group_itself) {
      entry->foreign.reset();
      store_.forget_if_nothing_left(record.group);
    } else if (!record.member.empty()) {
      entry->foreign->members.erase(record.member);
    }
    return;
  }
  GroupEntry& entry = store_.at_or_new(record.group);
  if (entry.foreign == nullptr || entry.foreign->kind != record.kind) {
    entry.foreign = std::make_unique<ForeignGroup>();
    entry.foreign->kind = record.kind;
  }
  // Offsets that came before this record had made it look like a simple group.
  if (entry.classic != nullptr && entry.classic->is_simple()) entry.classic.reset();
  if (!record.member.empty()) entry.foreign->members.insert(record.member);
}

void GroupShard::replay_transaction_end(ProducerId producer, bool committed) {
  store_.end_transaction(producer, committed);
}

void GroupShard::loaded(Now now, Output& out) {
  std::vector<std::string> groups;
  for (const auto& [id, entry] : store_.entries()) groups.push_back(id);
  for (const std::string& id : groups) {
    GroupEntry& entry = *store_.find(id);
    if (!entry.exists()) {  // a transaction that ended after its group was removed
      entry.classic = std::make_unique<ClassicGroup>(id, ++last_serial_, now.wall);
    }
    ClassicGroup* group = store_.find_classic(id);
    if (group == nullptr) continue;
    for (auto& [member_id, member] : group->members()) restart_session(*group, member, now);
    // The limit may have been lowered: a rebalance lets the members commit before some are turned
    // away.
    if (group->members().size() > static_cast<std::size_t>(config_.group_max_size)) {
      next_piece(out);
      prepare_rebalance(*group, now, out);
    }
  }
  schedule_expiry(now);
}

void GroupShard::resign(wire::ErrorCode error, Output& out) {
  std::vector<std::string> groups;
  for (const auto& [id, entry] : store_.entries()) groups.push_back(id);
  for (const std::string& id : groups) {
    if (ClassicGroup* group = store_.find_classic(id)) end_waiting(*group, error, out);
  }
}

}  // namespace weir::coordinator
