// What must be there when somebody reads a whole log: everything acknowledged that nothing may have
// removed, and of a compacted log the newest record of each key.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/checker/facts.h"

namespace weir::sim::checker {
namespace {

// What a compacted log owes for one key.
struct KeyState {
  NameId key = null_name;
  std::int64_t offset = -1;  // the highest that was acknowledged
  bool is_tombstone = false;
  EventIndex acked = no_index;
  // Writes under way may have replaced it already.
  std::uint64_t open = 0;
  EventIndex ended = 0;                      // the last time one was
  EventIndex doubtful_tombstone = no_index;  // may be in the log until a later write is told of
};

class KeyStates {
 public:
  KeyState& of(NameId key) {
    const auto [at, is_new] = index_.try_emplace(key, states_.size());
    if (is_new) states_.emplace_back().key = key;
    return states_[at->second];
  }
  const std::vector<KeyState>& all() const { return states_; }

 private:
  std::unordered_map<NameId, std::size_t> index_;
  std::vector<KeyState> states_;  // in the order of their first writes
};

struct Audit {
  EventIndex begin = no_index;
  std::int64_t distinct = 0;  // offsets read
  std::vector<KeyState> owed;
  std::unordered_map<NameId, std::pair<std::int64_t, EventIndex>> newest;  // read, by key
};

class AuditCheck {
 public:
  explicit AuditCheck(Facts& facts)
      : f_(facts),
        keys_(facts.logs.size()),
        checked_(facts.logs.size(), 0),
        nowhere_(facts.logs.size()) {
    for (const Sent& sent : f_.sends) {
      const bool is_nowhere =
          sent.is_acked && sent.counts && sent.offset() < 0 && !sent.is_ambiguous;
      if (is_nowhere && f_.history.events[sent.begin].value != null_name) {
        nowhere_[sent.log].push_back(&sent);
      }
    }
  }

  void run() {
    for (EventIndex i = 0; i < f_.history.events.size(); ++i) follow(f_.history.events[i], i);
  }

 private:
  static std::uint64_t of(const Event& event) {
    return static_cast<std::uint64_t>(event.process) << 32 | event.log;
  }
  // Which is what a record's age is counted from: the broker may be gone for a while before it
  // tells of it.
  std::int64_t time_of_send(EventIndex acked) const {
    return f_.history.events[f_.history.events[acked].partner].time;
  }
  bool is_compacted(LogIndex log) const { return f_.topic_of(log).is_compacted; }

  void follow(const Event& event, EventIndex index) {
    if (event.verb == Verb::send) {
      if (is_compacted(event.log)) ++keys_[event.log].of(event.key).open;
    } else if (event.verb == Verb::audit) {
      Audit& audit = open_[of(event)];
      audit = {};
      audit.begin = index;
      if (is_compacted(event.log)) audit.owed = keys_[event.log].all();
    } else if (event.verb == Verb::read) {
      follow_read(event, index);
    } else if (completes(event.verb)) {
      const Verb begun = f_.history.events[event.partner].verb;
      if (begun == Verb::send && is_compacted(event.log)) follow_write(event, index);
      if (begun == Verb::audit) {
        const auto at = open_.find(of(event));
        if (at == open_.end() || at->second.begin != event.partner) return;
        const Audit audit = std::move(at->second);
        open_.erase(at);
        if (event.verb == Verb::audited && !f_.is_removed(event.log, index))
          judge(audit, event, index);
      }
    }
  }

  void follow_write(const Event& event, EventIndex index) {
    const Event& begin = f_.history.events[event.partner];
    if (begin.partner != index) return;
    const Sent& sent = f_.sent_by(event, index);
    KeyState& state = keys_[event.log].of(begin.key);
    --state.open;
    state.ended = index;
    if (event.verb == Verb::unknown && begin.value == null_name) state.doubtful_tombstone = index;
    if (event.verb != Verb::acked || sent.offset() < 0 || !sent.counts) return;
    if (state.doubtful_tombstone < event.partner) state.doubtful_tombstone = no_index;
    if (sent.offset() <= state.offset) return;
    state.offset = sent.offset();
    state.is_tombstone = begin.value == null_name;
    state.acked = index;
  }

  void follow_read(const Event& event, EventIndex index) {
    const auto at = open_.find(of(event));
    if (at == open_.end()) return;
    Audit& audit = at->second;
    Slot* const slot = f_.logs[event.log].slots.find(event.offset);
    if (slot == nullptr) return;  // a finding already
    audit.distinct += slot->audit != audit.begin;
    slot->audit = audit.begin;
    if (slot->missing != no_index && slot->missing < audit.begin) {
      f_.found(Anomaly::reappeared,
               fmt::format("offset {} of {} was gone and is read again", event.offset,
                           f_.history.describe(event.log)),
               {slot->missing, audit.begin, index});
      slot->missing = no_index;
    }
    if (!is_compacted(event.log)) return;
    auto& newest = audit.newest.try_emplace(event.key, -1, no_index).first->second;
    if (event.offset > newest.first) newest = {event.offset, index};
  }

  void judge(const Audit& audit, const Event& event, EventIndex index) {
    judge_deleted(event, index);
    judge_records(audit, event, index);
    if (is_compacted(event.log)) judge_keys(audit, event, index);
  }

  void judge_deleted(const Event& event, EventIndex index) {
    const std::int64_t kept = f_.topic_of(event.log).retention_ns;
    f_.logs[event.log].slots.visit(
        checked_[event.log], event.offset, [&](std::int64_t offset, Slot& slot) {
          if (kept < 0 || slot.acked == no_index) return;
          const std::int64_t age = event.time - time_of_send(slot.acked);
          if (age >= kept || slot.acked > event.partner) return;
          f_.found(Anomaly::deleted_early,
                   fmt::format("offset {} of {} is deleted after {} ms", offset,
                               f_.history.describe(event.log), age / 1'000'000),
                   {slot.acked, index});
        });
    checked_[event.log] = std::max(checked_[event.log], event.offset);
  }

  void judge_records(const Audit& audit, const Event& event, EventIndex index) {
    LogFacts& log = f_.logs[event.log];
    const bool keeps_all = !is_compacted(event.log);
    std::int64_t missing = event.end - event.offset - audit.distinct;
    bool is_explained = false;
    log.slots.visit(
        std::max<std::int64_t>(event.offset, 0), log.slots.end(),
        [&](std::int64_t offset, Slot& slot) {
          if (!slot.is_taken || slot.audit == audit.begin) return;
          const bool is_within = offset < event.end;
          f_.report.figures.cleaned += is_within && !keeps_all && slot.missing == no_index;
          if (is_within && !log.is_loose) slot.missing = std::min(slot.missing, index);
          if (slot.acked < audit.begin && (keeps_all || !is_within)) {
            is_explained = true;
            f_.found(Anomaly::acknowledged_lost,
                     fmt::format("{} was acknowledged at {} of {} and is not there",
                                 f_.text(slot.value), offset, f_.history.describe(event.log)),
                     {slot.acked, audit.begin, index});
          } else if (is_within && keeps_all && !log.is_loose && slot.first_read < audit.begin) {
            is_explained = true;
            f_.found(Anomaly::hole,
                     fmt::format("{} was read at {} of {} and is not there", f_.text(slot.value),
                                 offset, f_.history.describe(event.log)),
                     {slot.first_read, audit.begin, index});
          }
        });
    for (const Sent* sent : nowhere_[event.log]) {
      if (event.offset > 0 || !keeps_all || sent->end >= audit.begin) continue;
      is_explained = true;
      f_.found(Anomaly::acknowledged_lost,
               fmt::format("{} was acknowledged and is nowhere in {}",
                           f_.text(f_.history.events[sent->begin].value),
                           f_.history.describe(event.log)),
               {sent->begin, sent->end, index});
    }
    if (missing > 0 && keeps_all && !is_explained && !f_.topic_of(event.log).has_holes) {
      f_.found(Anomaly::hole,
               fmt::format("{} goes from {} to {}, and {} offsets of it are nowhere",
                           f_.history.describe(event.log), event.offset, event.end, missing),
               {audit.begin, index});
    }
  }

  void judge_keys(const Audit& audit, const Event& event, EventIndex index) {
    for (const KeyState& owed : audit.owed) {
      if (owed.offset < 0 || owed.offset < event.offset) continue;
      const KeyState& now = keys_[event.log].of(owed.key);
      if (now.open > 0 || now.ended > audit.begin || now.doubtful_tombstone != no_index) continue;
      const auto found = audit.newest.find(owed.key);
      const std::int64_t newest = found == audit.newest.end() ? -1 : found->second.first;
      if (newest >= owed.offset) continue;
      const std::string what = fmt::format("{} of {}, written at {}", f_.text(owed.key),
                                           f_.history.describe(event.log), owed.offset);
      if (newest >= 0) {
        f_.found(Anomaly::key_reverted, fmt::format("{}, is as of {} again", what, newest),
                 {owed.acked, found->second.second, index});
      } else if (!owed.is_tombstone) {
        f_.found(Anomaly::key_lost, what + ", is gone", {owed.acked, audit.begin, index});
      } else {
        const std::int64_t age = event.time - time_of_send(owed.acked);
        if (age >= f_.topic_of(event.log).tombstones_ns) continue;
        f_.found(Anomaly::tombstone_early,
                 fmt::format("{}: the tombstone is gone after {} ms", what, age / 1'000'000),
                 {owed.acked, audit.begin, index});
      }
    }
  }

  Facts& f_;
  std::vector<KeyStates> keys_;                    // by log
  std::vector<std::int64_t> checked_;              // below: that deletion was in time was seen
  std::vector<std::vector<const Sent*>> nowhere_;  // acknowledged, and nobody ever read them
  std::unordered_map<std::uint64_t, Audit> open_;
};

}  // namespace

void check_audits(Facts& facts) { AuditCheck(facts).run(); }

}  // namespace weir::sim::checker
