#include "sim/checker/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::sim::checker {
namespace {

constexpr std::int64_t lively_ns = 1'000'000'000;

std::uint64_t key_of_tombstone(LogIndex log, NameId key) {
  return static_cast<std::uint64_t>(log) << 32 | key;
}

}  // namespace

Facts::Facts(const History& of, CheckReport& into) : history(of), report(into) {
  const auto dense = static_cast<std::int64_t>(history.events.size() * 4 + 4096);
  logs.assign(history.logs.size(), LogFacts{OffsetTable<Slot>(dense)});
  removed_.assign(history.topics.size(), no_index);
  created_.assign(history.topics.size(), no_index);
  by_value_.assign(history.name_count(), no_index);
  processes_.resize(history.name_count());
  gather_topics();
  for (EventIndex i = 0; i < history.events.size(); ++i) gather_producer(history.events[i], i);
  for (EventIndex i = 0; i < history.events.size(); ++i) gather(history.events[i], i);
}

void Facts::found(Anomaly anomaly, std::string what, std::vector<EventIndex> evidence) {
  std::uint64_t& count = report.counts[static_cast<std::size_t>(anomaly)];
  if (++count > findings_kept) return;
  std::erase(evidence, no_index);
  report.findings.push_back({anomaly, std::move(what), std::move(evidence)});
}

Sent& Facts::sent_by(const Event& event, EventIndex index) {
  return sends[by_begin_.at(begins(event.verb) ? index : event.partner)];
}

Sent* Facts::sent_of_value(NameId value) {
  if (value == null_name || by_value_[value] == no_index) return nullptr;
  return &sends[by_value_[value]];
}

void Facts::gather_topics() {
  for (EventIndex i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.verb == Verb::remove && event.partner != no_index &&
        history.events[event.partner].verb == Verb::refused) {
      continue;
    }
    if (event.verb == Verb::remove) removed_[event.topic] = std::min(removed_[event.topic], i);
    if (event.verb == Verb::create) created_[event.topic] = std::min(created_[event.topic], i);
  }
}

void Facts::gather(const Event& event, EventIndex index) {
  switch (event.verb) {
    case Verb::send:
      ++processes_[event.process].open_sends;
      break;
    case Verb::commit:
      ++report.figures.commits;
      ++processes_[event.process].open_commits;
      break;
    case Verb::read:
      gather_read(event, index);
      break;
    case Verb::trim:
      logs[event.log].start = std::max(logs[event.log].start, event.offset);
      break;
    case Verb::killed:
      count_kill(event);
      break;
    case Verb::started:
      is_up_ = true;
      started_ = event.time;
      break;
    default:
      if (completes(event.verb)) gather_end(event, index);
  }
}

void Facts::count_kill(const Event& event) {
  ++report.figures.kills;
  if (!std::exchange(is_up_, false)) return;  // while it started: what was open is not its
  bool sends_open = false, commits_open = false;
  for (const Process& process : processes_) {
    sends_open |= process.open_sends > 0 && process.acked != no_index &&
                  history.events[process.acked].time >= std::max(started_, event.time - lively_ns);
    commits_open |= process.open_commits > 0;
  }
  report.figures.kills_amid_sends += sends_open;
  report.figures.kills_amid_commits += commits_open;
}

void Facts::gather_producer(const Event& event, EventIndex index) {
  Process& process = processes_[event.process];
  if (event.verb == Verb::producer) {
    process.acks = event.acks;
    process.is_idempotent = event.is_idempotent;
  }
  if (event.verb != Verb::send) return;
  ++report.figures.sends;
  Sent sent;
  sent.begin = index;
  sent.end = event.partner;
  sent.log = event.log;
  sent.counts = process.acks == Acks::all;
  sent.is_idempotent = process.is_idempotent;
  sent.is_ambiguous = is_removed(event.log, event.partner);
  logs[event.log].is_loose |= !sent.counts;
  by_begin_.emplace(index, static_cast<std::uint32_t>(sends.size()));
  if (event.value == null_name) {
    tombstones_sent_[key_of_tombstone(event.log, event.key)] = true;
  } else if (by_value_[event.value] == no_index) {
    by_value_[event.value] = static_cast<std::uint32_t>(sends.size());
  } else {
    // Values tell records apart; the history's writer broke that, not the broker.
    found(Anomaly::told_twice, fmt::format("{} is sent twice", text(event.value)),
          {sends[by_value_[event.value]].begin, index});
  }
  sends.push_back(sent);
}

void Facts::gather_end(const Event& event, EventIndex index) {
  const Event& begin = history.events[event.partner];
  if (begin.partner != index) {
    found(Anomaly::told_twice,
          fmt::format("one operation ended as {} and as {}",
                      name_of(history.events[begin.partner].verb), name_of(event.verb)),
          {event.partner, begin.partner, index});
    return;
  }
  Process& process = processes_[event.process];
  if (begin.verb == Verb::commit) --process.open_commits;
  if (begin.verb == Verb::send) {
    --process.open_sends;
    report.figures.refused += event.verb == Verb::refused;
    report.figures.unknown += event.verb == Verb::unknown;
    if (event.verb == Verb::acked) {
      process.acked = index;
      gather_ack(event, index);
    }
  }
  if (event.verb == Verb::bounds || event.verb == Verb::audited) gather_bounds(event, index);
}

void Facts::gather_bounds(const Event& event, EventIndex index) {
  LogFacts& log = logs[event.log];
  log.start = std::max(log.start, event.offset);
  log.start_told = index;
}

void Facts::gather_ack(const Event& event, EventIndex index) {
  ++report.figures.acknowledged;
  Sent& sent = sent_by(event, index);
  sent.is_acked = true;
  if (sent.is_ambiguous) return;
  sent.acked_at = event.offset;
  const std::int64_t offset = sent.offset();
  if (offset < 0) return;
  const Event& begin = history.events[sent.begin];
  if (event.offset >= 0) take(event, index, begin.key, begin.value);
  Slot& slot = logs[sent.log].slots.at(offset);
  if (sent.counts && slot.acked == no_index) slot.acked = index;
}

void Facts::gather_read(const Event& event, EventIndex index) {
  ++report.figures.reads;
  if (event.value == null_name) {
    if (!tombstones_sent_.contains(key_of_tombstone(event.log, event.key))) {
      found(Anomaly::phantom,
            fmt::format("nobody sent a tombstone for {} to {}", text(event.key),
                        history.describe(event.log)),
            {index});
    }
    take(event, index, event.key, event.value);
    return;
  }
  Sent* const sent = sent_of_value(event.value);
  if (sent == nullptr) {
    found(Anomaly::phantom, fmt::format("nobody sent {}", text(event.value)), {index});
    return;
  }
  if (!stands_right(event, index, *sent)) return;
  take(event, index, event.key, event.value);
  if (sent->read_at < 0) {
    sent->read_at = event.offset;
    sent->read = index;
    // The acknowledgement did not name the offset; now it is known.
    const bool waits = sent->is_acked && sent->acked_at < 0 && sent->counts && !sent->is_ambiguous;
    Slot& slot = logs[event.log].slots.at(event.offset);
    if (waits && slot.acked == no_index) slot.acked = sent->end;
  } else if (sent->read_at != event.offset && sent->read_elsewhere == no_index) {
    sent->read_elsewhere = index;
    report.figures.doubled_by_plain += !sent->is_idempotent;
  }
}

bool Facts::stands_right(const Event& event, EventIndex index, Sent& sent) {
  const Event& begin = history.events[sent.begin];
  if (index < sent.begin) {
    found(Anomaly::read_before_sent, fmt::format("{} is read before it is sent", text(event.value)),
          {index, sent.begin});
    return false;
  }
  if (event.log != sent.log) {
    const Topic& meant = topic_of(sent.log);
    const Topic& seen = topic_of(event.log);
    const bool is_next_life = meant.name == seen.name && meant.incarnation != seen.incarnation &&
                              history.logs[sent.log].partition == history.logs[event.log].partition;
    if (!is_next_life) {
      found(Anomaly::misplaced,
            fmt::format("{} was sent to {} and is read from {}", text(event.value),
                        history.describe(sent.log), history.describe(event.log)),
            {sent.begin, index});
      return false;
    }
    const EventIndex created = created_[history.logs[event.log].topic];
    const bool ended_before = sent.end != no_index && (created == no_index || sent.end < created);
    if (ended_before || !sent.is_ambiguous) {
      found(Anomaly::old_topic_visible,
            fmt::format("{} of {} is read from {}", text(event.value), history.describe(sent.log),
                        history.describe(event.log)),
            {sent.begin, sent.end, created, index});
      return false;
    }
    sent.log = event.log;
  }
  if (begin.key != event.key) {
    found(Anomaly::key_changed,
          fmt::format("{} was sent with key {}, read with {}", text(event.value), text(begin.key),
                      text(event.key)),
          {sent.begin, index});
  }
  if (sent.end != no_index && history.events[sent.end].verb == Verb::refused) {
    found(Anomaly::refused_visible, fmt::format("{} was refused and is read", text(event.value)),
          {sent.begin, sent.end, index});
  }
  return true;
}

void Facts::take(const Event& event, EventIndex index, NameId key, NameId value) {
  LogFacts& log = logs[event.log];
  Slot& slot = log.slots.at(event.offset);
  if (slot.is_taken && (slot.value != value || slot.key != key) && !log.is_loose) {
    found(Anomaly::two_values,
          fmt::format("at offset {} of {} stands {}, and {}", event.offset,
                      history.describe(event.log), text(slot.value), text(value)),
          {slot.first, index});
  }
  if (!slot.is_taken) {
    slot.is_taken = true;
    slot.key = key;
    slot.value = value;
    slot.first = index;
  }
  if (event.verb == Verb::read && slot.first_read == no_index) slot.first_read = index;
}

}  // namespace weir::sim::checker
