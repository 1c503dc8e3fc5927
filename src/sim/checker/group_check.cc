// Groups: who owned what, which commits were taken, what was told of them, and whether what lies
// below a commit was processed.

#include <fmt/format.h>

#include <algorithm>

#include "sim/checker/facts.h"

namespace weir::sim::checker {
namespace {

// The members of a group and one log.
struct Share {
  NameId owner = null_name;
  std::int64_t generation = -1;
  EventIndex since = no_index;
  // Owners that were never told so when somebody else was given the log: they must have lost it.
  std::unordered_map<NameId, EventIndex> overtaken;

  std::int64_t newest_begin = -1;  // of the commits that were done
  EventIndex newest_commit = no_index;
  std::int64_t highest = -1;  // of them
  // By offset: the last end of a commit of it, no_index while it is open.
  std::unordered_map<std::int64_t, EventIndex> tried;
  // A new owner's first record must not lie below it.
  std::int64_t floor = -1;

  OffsetTable<std::uint8_t> processed;
  std::int64_t frontier = 0;  // everything below was looked at
};

std::uint64_t pair_of(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint64_t>(a) << 32 | b;
}

class GroupCheck {
 public:
  explicit GroupCheck(Facts& facts)
      : f_(facts), member_of_(facts.history.name_count(), null_name) {}

  void run() {
    for (EventIndex i = 0; i < f_.history.events.size(); ++i) follow(f_.history.events[i], i);
  }

 private:
  Share& share(NameId group, LogIndex log) {
    const auto dense = static_cast<std::int64_t>(f_.history.events.size() * 4 + 4096);
    return shares_
        .try_emplace(pair_of(group, log), Share{.processed = OffsetTable<std::uint8_t>(dense)})
        .first->second;
  }

  void follow(const Event& event, EventIndex index) {
    switch (event.verb) {
      case Verb::member:
        member_of_[event.process] = event.group;
        break;
      case Verb::assigned:
        assign(event, index);
        break;
      case Verb::revoked:
      case Verb::lost:
        give_up(event, index);
        break;
      case Verb::ended:
        for (auto& [key, share] : shares_) {
          if (share.owner == event.process) share.owner = null_name;
          share.overtaken.erase(event.process);
        }
        break;
      case Verb::read:
        process(event, index);
        break;
      case Verb::commit:
        begin_commit(event, index);
        break;
      case Verb::fetch: {
        const Share& of = share(event.group, event.log);
        asked_[index] = {of.newest_begin, of.newest_commit};
        break;
      }
      case Verb::done:
        if (f_.history.events[event.partner].verb == Verb::commit) end_commit(event, index);
        break;
      case Verb::told:
        told(event, index);
        break;
      default:
        break;
    }
  }

  std::string describe(const Event& event) const {
    return fmt::format("{} of group {}", f_.history.describe(event.log), f_.text(event.group));
  }

  void assign(const Event& event, EventIndex index) {
    Share& of = share(event.group, event.log);
    auto& generation =
        generations_.try_emplace(pair_of(event.group, event.process), -1, no_index).first->second;
    if (event.generation >= 0 && event.generation < generation.first) {
      f_.found(Anomaly::generation_back,
               fmt::format("{} is in generation {} after {}", f_.text(event.process),
                           event.generation, generation.first),
               {generation.second, index});
    }
    if (event.generation > generation.first) generation = {event.generation, index};
    auto& newest = newest_generation_.try_emplace(event.group, -1, no_index).first->second;
    if (event.generation > newest.first) newest = {event.generation, index};

    if (of.owner != null_name && of.owner != event.process) {
      if (event.generation >= 0 && event.generation == of.generation) {
        f_.found(Anomaly::two_owners,
                 fmt::format("{} and {} own {} in generation {}", f_.text(of.owner),
                             f_.text(event.process), describe(event), event.generation),
                 {of.since, index});
      } else {
        of.overtaken[of.owner] = index;
      }
    }
    of.overtaken.erase(event.process);
    of.owner = event.process;
    of.generation = event.generation;
    of.since = index;
    const bool goes_up =
        of.newest_commit != no_index && f_.history.events[of.newest_commit].offset == of.highest;
    of.floor = goes_up ? of.highest : -1;
  }

  void give_up(const Event& event, EventIndex index) {
    Share& of = share(event.group, event.log);
    const auto overtaken = of.overtaken.find(event.process);
    if (overtaken != of.overtaken.end()) {
      if (event.verb == Verb::revoked) {
        f_.found(Anomaly::two_owners,
                 fmt::format("{} gives up {} in order, after another was given it",
                             f_.text(event.process), describe(event)),
                 {overtaken->second, index});
      }
      of.overtaken.erase(overtaken);
    }
    if (of.owner == event.process) of.owner = null_name;
  }

  void process(const Event& event, EventIndex index) {
    const NameId group = member_of_[event.process];
    if (group == null_name || event.offset < 0) return;
    Share& of = share(group, event.log);
    of.processed.at(event.offset) = 1;
    if (of.owner != event.process || of.floor < 0) return;
    if (event.offset < of.floor) {
      f_.found(Anomaly::committed_back,
               fmt::format("{} begins {} at {}, and {} was committed", f_.text(event.process),
                           f_.history.describe(event.log), event.offset, of.floor),
               {of.newest_commit, of.since, index});
    }
    of.floor = -1;
  }

  void begin_commit(const Event& event, EventIndex index) {
    Share& of = share(event.group, event.log);
    const bool is_refused =
        event.partner != no_index && f_.history.events[event.partner].verb == Verb::refused;
    if (is_refused) return;
    EventIndex& end = of.tried.try_emplace(event.offset, 0).first->second;
    end = std::max(end, event.partner);
    const bool is_done =
        event.partner != no_index && f_.history.events[event.partner].verb == Verb::done;
    if (!is_done) return;
    const auto newest = newest_generation_.find(event.group);
    const bool is_old = event.generation >= 0 && newest != newest_generation_.end() &&
                        newest->second.first > event.generation;
    const auto overtaken = of.overtaken.find(event.process);
    if (is_old || overtaken != of.overtaken.end()) {
      f_.found(Anomaly::stale_commit,
               fmt::format("a commit of {} by {} for {} was taken", event.offset,
                           f_.text(event.process), describe(event)),
               {is_old ? newest->second.second : overtaken->second, index, event.partner});
    }
    look_for_unprocessed(of, event, index);
  }

  void look_for_unprocessed(Share& of, const Event& event, EventIndex index) {
    LogFacts& log = f_.logs[event.log];
    const Topic& topic = f_.topic_of(event.log);
    if (topic.is_compacted || log.is_loose) return;
    if (topic.deletes && (log.start_told == no_index || log.start_told < index)) return;
    log.slots.visit(
        std::max(of.frontier, log.start), event.offset, [&](std::int64_t offset, const Slot& slot) {
          if (slot.acked == no_index && slot.first_read == no_index) return;
          const std::uint8_t* const is_processed = of.processed.find(offset);
          if (is_processed != nullptr && *is_processed != 0) return;
          f_.found(Anomaly::unprocessed,
                   fmt::format("{} of {} lies below the commit of {}, and nobody processed it",
                               offset, describe(event), event.offset),
                   {slot.first, index, event.partner});
        });
    of.frontier = std::max(of.frontier, event.offset);
  }

  void end_commit(const Event& event, EventIndex index) {
    Share& of = share(event.group, event.log);
    if (f_.history.events[event.partner].partner != index) return;
    if (static_cast<std::int64_t>(event.partner) > of.newest_begin) {
      of.newest_begin = event.partner;
      of.newest_commit = index;
    }
    of.highest = std::max(of.highest, event.offset);
  }

  void told(const Event& event, EventIndex index) {
    const Share& of = share(event.group, event.log);
    const auto [newest_begin, newest_commit] = asked_.at(event.partner);
    if (f_.is_removed(event.log, index)) return;
    if (event.offset < 0) {
      if (newest_commit != no_index) {
        f_.found(Anomaly::committed_lost,
                 fmt::format("no offset is committed for {}", describe(event)),
                 {newest_commit, event.partner, index});
      }
      return;
    }
    const auto tried = of.tried.find(event.offset);
    if (tried == of.tried.end()) {
      f_.found(
          Anomaly::committed_phantom,
          fmt::format("{} is committed for {}, which nobody did", event.offset, describe(event)),
          {event.partner, index});
    } else if (static_cast<std::int64_t>(tried->second) < newest_begin) {
      f_.found(Anomaly::committed_back,
               fmt::format("{} is committed for {}, and {} was later", event.offset,
                           describe(event), f_.history.events[newest_commit].offset),
               {newest_commit, event.partner, index});
    }
  }

  Facts& f_;
  std::vector<NameId> member_of_;  // by process
  std::unordered_map<std::uint64_t, Share> shares_;
  using Generation = std::pair<std::int64_t, EventIndex>;
  std::unordered_map<std::uint64_t, Generation> generations_;  // by group and process
  std::unordered_map<NameId, Generation> newest_generation_;   // by group
  struct Newest {
    std::int64_t begin;
    EventIndex commit;
  };
  std::unordered_map<EventIndex, Newest> asked_;  // by fetch
};

}  // namespace

void check_groups(Facts& facts) { GroupCheck(facts).run(); }

}  // namespace weir::sim::checker
