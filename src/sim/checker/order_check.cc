// In which order records stand and are read, and what logs say of their ends.

#include <fmt/format.h>

#include <algorithm>

#include "sim/checker/facts.h"

namespace weir::sim::checker {
namespace {

std::uint64_t process_and_log(const Event& event) {
  return static_cast<std::uint64_t>(event.process) << 32 | event.log;
}

// A mark that only rises, and what raised it.
struct HighMark {
  std::int64_t at = -1;
  EventIndex by = no_index;
  void raise(std::int64_t to, EventIndex event) {
    if (to > at) at = to, by = event;
  }
};

struct LogMarks {
  HighMark record;  // acknowledged or read
  HighMark end;     // so far the log went at least
  HighMark start;   // told
  HighMark trimmed, trim_tried;
};

class OrderCheck {
 public:
  explicit OrderCheck(Facts& facts)
      : f_(facts), marks_(facts.logs.size()), floors_(facts.sends.size()) {}

  void run() {
    for (EventIndex i = 0; i < f_.history.events.size(); ++i) follow(f_.history.events[i], i);
    for (std::size_t i = 0; i < f_.sends.size(); ++i) judge(f_.sends[i], floors_[i]);
  }

 private:
  void follow(const Event& event, EventIndex index) {
    switch (event.verb) {
      case Verb::send:
        floors_[static_cast<std::size_t>(&f_.sent_by(event, index) - f_.sends.data())] =
            marks_[event.log].record;
        break;
      case Verb::acked:
        follow_ack(event, index);
        break;
      case Verb::read:
        follow_read(event, index);
        break;
      case Verb::trim:
        marks_[event.log].trim_tried.raise(event.offset, index);
        break;
      case Verb::ask:
        snapshots_[index] = marks_[event.log];
        break;
      case Verb::audit:
        snapshots_[index] = marks_[event.log];
        positions_.erase(process_and_log(event));
        break;
      case Verb::seek: {
        const std::uint64_t key = process_and_log(event);
        if (event.offset < 0)
          positions_.erase(key);
        else
          positions_[key] = {event.offset - 1, index};
        break;
      }
      case Verb::assigned:
      case Verb::revoked:
      case Verb::lost:
        positions_.erase(process_and_log(event));
        break;
      case Verb::done: {
        const Event& begin = f_.history.events[event.partner];
        if (begin.verb == Verb::trim) marks_[begin.log].trimmed.raise(begin.offset, index);
        break;
      }
      case Verb::bounds:
      case Verb::audited:
        follow_bounds(event, index);
        break;
      default:
        break;
    }
  }

  void follow_ack(const Event& event, EventIndex index) {
    const Sent& sent = f_.sent_by(event, index);
    if (event.offset < 0 || sent.is_ambiguous || !sent.counts) return;
    marks_[event.log].record.raise(event.offset, index);
    marks_[event.log].end.raise(event.offset + 1, index);
  }

  void follow_read(const Event& event, EventIndex index) {
    marks_[event.log].record.raise(event.offset, index);
    marks_[event.log].end.raise(event.offset + 1, index);
    const auto [at, is_first] = positions_.try_emplace(process_and_log(event));
    HighMark& position = at->second;
    if (!is_first && event.offset <= position.at) {
      f_.found(Anomaly::read_back,
               fmt::format("{} reads offset {} of {} after {}", f_.text(event.process),
                           event.offset, f_.history.describe(event.log), position.at),
               {position.by, index});
    } else if (!is_first && event.offset > position.at + 1) {
      look_for_skipped(event, index, position);
    }
    position = {event.offset, index};
  }

  void look_for_skipped(const Event& event, EventIndex index, const HighMark& position) {
    LogFacts& log = f_.logs[event.log];
    const Topic& topic = f_.topic_of(event.log);
    if (topic.is_compacted || log.is_loose) return;
    // What was deleted meanwhile is known only if the log's start was told later.
    if (topic.deletes && (log.start_told == no_index || log.start_told < index)) return;
    bool is_told = false;
    log.slots.visit(std::max(position.at + 1, log.start), event.offset,
                    [&](std::int64_t offset, const Slot& slot) {
                      if (is_told || (slot.acked == no_index && slot.first_read == no_index))
                        return;
                      is_told = true;
                      f_.found(Anomaly::read_skipped,
                               fmt::format("{} jumps in {} from offset {} to {}, and {} exists",
                                           f_.text(event.process), f_.history.describe(event.log),
                                           position.at, event.offset, offset),
                               {position.by, slot.first, index});
                    });
  }

  void follow_bounds(const Event& event, EventIndex index) {
    const LogMarks& before = snapshots_.at(event.partner);
    LogMarks& marks = marks_[event.log];
    if (f_.is_removed(event.log, index)) return;
    if (event.end >= 0 && event.end < before.end.at && !f_.logs[event.log].is_loose) {
      complain(Anomaly::end_back, event, "ends at", event.end, before.end, index);
    }
    if (event.offset >= 0) {
      if (event.offset < before.trimmed.at) {
        complain(Anomaly::trimmed_visible, event, "begins at", event.offset, before.trimmed, index);
      } else if (event.offset < before.start.at) {
        complain(Anomaly::start_back, event, "begins at", event.offset, before.start, index);
      }
      const std::int64_t asked_for = std::max<std::int64_t>(0, marks.trim_tried.at);
      if (!f_.topic_of(event.log).deletes && event.offset > asked_for) {
        complain(Anomaly::start_moved, event, "begins at", event.offset, marks.trim_tried, index);
      }
    }
    marks.end.raise(event.end, index);
    f_.report.figures.start_moves +=
        f_.topic_of(event.log).deletes && event.offset > std::max<std::int64_t>(0, marks.start.at);
    marks.start.raise(event.offset, index);
  }

  void complain(Anomaly anomaly, const Event& event, std::string_view what, std::int64_t offset,
                const HighMark& mark, EventIndex index) {
    f_.found(
        anomaly,
        fmt::format("{} {} {}, after {}", f_.history.describe(event.log), what, offset, mark.at),
        {mark.by, event.partner, index});
  }

  // One record, once everything is known of it.
  void judge(const Sent& sent, const HighMark& floor) {
    const Event& begin = f_.history.events[sent.begin];
    if (sent.is_ambiguous) return;
    if (sent.is_idempotent) judge_doubles(sent, begin);
    std::int64_t offset = sent.offset();
    if (offset < 0 || f_.logs[sent.log].is_loose) return;
    if (sent.read_at >= 0) offset = std::min(offset, sent.read_at);
    if (offset <= floor.at) {
      f_.found(Anomaly::time_reversed,
               fmt::format("{} was sent when {} reached offset {}, and has offset {}",
                           f_.text(begin.value), f_.history.describe(sent.log), floor.at, offset),
               {floor.by, sent.begin, sent.end, sent.read});
    }
    if (!sent.is_idempotent) return;
    const auto [at, is_first] = newest_.try_emplace(process_and_log(begin));
    HighMark& newest = at->second;
    if (!is_first && offset < newest.at) {
      f_.found(
          Anomaly::misordered,
          fmt::format("{} has offset {} of {}, and what {} sent before it {}", f_.text(begin.value),
                      offset, f_.history.describe(sent.log), f_.text(begin.process), newest.at),
          {newest.by, sent.begin, sent.end, sent.read});
    }
    newest.raise(offset, sent.begin);
  }

  void judge_doubles(const Sent& sent, const Event& begin) {
    if (sent.read_elsewhere != no_index) {
      f_.found(
          Anomaly::duplicated,
          fmt::format("{} stands at {} and at {} of {}", f_.text(begin.value), sent.read_at,
                      f_.history.events[sent.read_elsewhere].offset, f_.history.describe(sent.log)),
          {sent.begin, sent.end, sent.read, sent.read_elsewhere});
    } else if (sent.acked_at >= 0 && sent.read_at >= 0 && sent.read_at != sent.acked_at) {
      f_.found(
          Anomaly::wrong_offset,
          fmt::format("{} was acknowledged at {} of {} and is read at {}", f_.text(begin.value),
                      sent.acked_at, f_.history.describe(sent.log), sent.read_at),
          {sent.begin, sent.end, sent.read});
    }
  }

  Facts& f_;
  std::vector<LogMarks> marks_;
  std::vector<HighMark> floors_;  // of each send: how far its log was when it began
  std::unordered_map<EventIndex, LogMarks> snapshots_;
  std::unordered_map<std::uint64_t, HighMark> positions_, newest_;
};

}  // namespace

void check_order(Facts& facts) { OrderCheck(facts).run(); }

}  // namespace weir::sim::checker
