// What time does: timers, offsets past their retention (KIP-211), and groups that nobody needs any
// more.

#include <algorithm>
#include <utility>
#include <vector>

#include "coordinator/group/group_shard.h"

namespace weir::coordinator {
namespace {

// How much one wake() emits or looks at before it lets others run.
constexpr std::size_t records_per_wake = 1'000;
constexpr std::size_t groups_per_wake = 10'000;

// Timestamps come from the log and may be anything: the difference wraps, as in Java.
std::int64_t difference(TimestampMs a, TimestampMs b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

bool is_expired(const CommittedOffset& offset, TimestampMs base, TimestampMs now,
                std::int64_t retention_ms) {
  // Commits of old clients brought a retention of their own.
  if (offset.expire_timestamp != no_timestamp) return now >= offset.expire_timestamp;
  return difference(now, base) >= retention_ms;
}

}  // namespace

void GroupShard::wake(Now now, Output& out) {
  while (auto fired = timers_.take_due(now.instant)) {
    const auto& [ref, timer] = *fired;
    next_piece(out);
    if (timer.kind == TimerKind::expiry) {
      expire(now, out);
      if (expiry_cursor_) return;  // there is more
      continue;
    }
    ClassicGroup* group = store_.find_classic(timer.group);
    if (group == nullptr || group->serial() != timer.group_serial) continue;
    switch (timer.kind) {
      case TimerKind::session:
        session_timer_fired(*group, timer, ref, now, out);
        break;
      case TimerKind::join:
        if (group->join_timer.id == ref.id) join_timer_fired(*group, now, out);
        break;
      case TimerKind::sync:
        if (group->sync_timer.id == ref.id) expire_syncs(*group, now, out);
        break;
      case TimerKind::expiry:
        break;
    }
    if (out.records.size() >= records_per_wake) return;  // the rest is still due
  }
}

void GroupShard::schedule_expiry(Now now) {
  constexpr std::int64_t longest = 1'000'000'000'000;  // beyond every life, and no overflow
  const auto interval = std::min(config_.offsets_retention_check_interval_ms, longest);
  timers_.schedule(now.instant + std::chrono::milliseconds(interval),
                   {TimerKind::expiry, {}, 0, {}});
}

void GroupShard::limit_piece(Output& out) {
  // Tombstones need not fall together: keep the pieces small.
  constexpr std::size_t records_per_piece = 100;
  if (out.records.size() % records_per_piece == 0) next_piece(out);
}

void GroupShard::expire(Now now, Output& out) {
  auto at =
      expiry_cursor_ ? store_.entries().lower_bound(*expiry_cursor_) : store_.entries().begin();
  expiry_cursor_.reset();
  std::size_t seen = 0;
  while (at != store_.entries().end()) {
    if (++seen > groups_per_wake || out.records.size() >= records_per_wake) {
      expiry_cursor_ = at->first;
      timers_.schedule(now.instant, {TimerKind::expiry, {}, 0, {}});
      return;
    }
    const std::string group = at->first;
    const bool has_nothing_left = expire_offsets(group, at->second, now.wall, out);
    const ClassicGroup* classic = store_.find_classic(group);
    if (has_nothing_left && classic != nullptr && classic->is(GroupState::empty)) {
      emit(GroupRemoved{group}, out);
    }
    next_piece(out);
    at = store_.entries().upper_bound(group);
  }
  schedule_expiry(now);
}

// True when the group has no offset left, committed or pending.
bool GroupShard::expire_offsets(const std::string& group, const GroupEntry& entry, TimestampMs now,
                                Output& out) {
  if (entry.foreign != nullptr || entry.classic == nullptr) return false;
  if (entry.offsets.empty()) return entry.pending == nullptr;
  const ClassicGroup& classic = *entry.classic;
  // With a protocol, retention starts when the group becomes empty; of a live group only consumers'
  // subscriptions are known, and only while it is stable. A simple group's offsets age one by one.
  const bool is_empty = classic.is(GroupState::empty);
  const bool from_state =
      classic.protocol_type() && is_empty && classic.state_timestamp() != no_timestamp;
  const bool is_live_consumer = classic.uses_consumer_protocol() && classic.subscribed_topics() &&
                                classic.is(GroupState::stable);
  if (classic.protocol_type() && !is_empty && !is_live_consumer) return false;
  bool is_all_expired = true;
  std::vector<OffsetRemoved> expired;
  for (const auto& [topic, partitions] : entry.offsets) {
    if (classic.is_subscribed_to(topic)) {
      is_all_expired = false;
      continue;
    }
    for (const auto& [partition, offset] : partitions) {
      const TimestampMs base = from_state ? classic.state_timestamp() : offset.commit_timestamp;
      if (is_expired(offset, base, now, config_.offsets_retention_ms) &&
          !entry.has_pending(topic, partition)) {
        expired.push_back({group, topic, partition});
      } else {
        is_all_expired = false;
      }
    }
  }
  const bool has_pending = entry.pending != nullptr;
  for (OffsetRemoved& record : expired) emit(std::move(record), out);
  return is_all_expired && !has_pending;
}

}  // namespace weir::coordinator
