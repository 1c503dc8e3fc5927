#pragma once
// The deadlines of one GroupShard, ordered by time and, at the same time, by the order in which
// they were set. A timer names what it is about by ids, never by address: its group or member may
// be gone when it fires, and then nothing happens.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/env/clock.h"

namespace weir::coordinator {

enum class TimerKind : std::uint8_t {
  session,  // a member, or a member id handed out that has not joined yet
  join,     // the join phase of a group's rebalance is over
  sync,     // members of a new generation that have not synced are out
  expiry,   // look for expired offsets and empty groups
};

struct Timer {
  TimerKind kind = TimerKind::session;
  std::string group;
  std::uint64_t group_serial = 0;  // which incarnation of that id
  std::string member;
};

class GroupTimers {
 public:
  // Names one timer; an id is never used twice. id 0: none.
  struct Ref {
    env::Instant when{};
    std::uint64_t id = 0;
    explicit operator bool() const { return id != 0; }
  };

  Ref schedule(env::Instant when, Timer timer) {
    const Ref ref{when, ++last_id_};
    timers_.emplace(std::pair(when, ref.id), std::move(timer));
    return ref;
  }
  // Harmless when it has fired. Leaves `ref` empty.
  void cancel(Ref& ref) {
    if (ref) timers_.erase(std::pair(ref.when, ref.id));
    ref = {};
  }
  std::optional<env::Instant> next() const {
    return timers_.empty() ? std::nullopt : std::optional(timers_.begin()->first.first);
  }
  struct Fired {
    Ref ref;
    Timer timer;
  };
  std::optional<Fired> take_due(env::Instant now) {
    if (timers_.empty() || timers_.begin()->first.first > now) return std::nullopt;
    auto node = timers_.extract(timers_.begin());
    return Fired{{node.key().first, node.key().second}, std::move(node.mapped())};
  }
  std::size_t size() const { return timers_.size(); }

 private:
  std::map<std::pair<env::Instant, std::uint64_t>, Timer> timers_;
  std::uint64_t last_id_ = 0;
};

}  // namespace weir::coordinator
