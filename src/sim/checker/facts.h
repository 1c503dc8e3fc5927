#pragma once
// Facts: what a history says of each record that was sent and of each offset of each log, gathered
// in one pass; and the findings that need no more than that: values that nobody sent, that stand
// where they do not belong, that were changed. The other checks go over the history again with it.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/checker/check.h"
#include "sim/checker/offset_table.h"

namespace weir::sim::checker {

struct Sent {
  EventIndex begin = no_index;
  EventIndex end = no_index;
  LogIndex log = no_index;
  bool counts = true;  // acks=all: an acknowledgement is a promise
  bool is_idempotent = false;
  bool is_acked = false;
  // Its topic was deleted before its end was known: it may be in no log, or in the next one.
  bool is_ambiguous = false;
  std::int64_t acked_at = -1;
  std::int64_t read_at = -1;  // where it was read first
  EventIndex read = no_index;
  EventIndex read_elsewhere = no_index;  // at another offset

  std::int64_t offset() const { return acked_at >= 0 ? acked_at : read_at; }
};

struct Slot {
  bool is_taken = false;
  NameId key = null_name, value = null_name;
  EventIndex first = no_index;       // what says so first
  EventIndex first_read = no_index;  // by whom it was read first
  EventIndex acked = no_index;       // by an acknowledgement that counts
  EventIndex audit = no_index;       // the last audit that read it
  EventIndex missing = no_index;     // the first that did not
};

struct LogFacts {
  OffsetTable<Slot> slots;
  // Somebody sends without waiting for what is durable: such records may go again, and with them
  // the offsets behind.
  bool is_loose = false;
  std::int64_t start = 0;            // the highest that was told or asked for
  EventIndex start_told = no_index;  // the last time
};

class Facts {
 public:
  explicit Facts(const History& history, CheckReport& report);

  void found(Anomaly anomaly, std::string what, std::vector<EventIndex> evidence);
  const Topic& topic_of(LogIndex log) const { return history.topics[history.logs[log].topic]; }
  // Whether the log's topic is being deleted at that event, or was.
  bool is_removed(LogIndex log, EventIndex at) const {
    return removed_[history.logs[log].topic] < at;
  }
  // The record of a send or an acked event; absent: a tombstone.
  Sent& sent_by(const Event& event, EventIndex index);
  Sent* sent_of_value(NameId value);
  std::string text(NameId name) const { return std::string(history.text_of(name)); }

  const History& history;
  CheckReport& report;
  std::vector<Sent> sends;
  std::vector<LogFacts> logs;

 private:
  struct Process {
    Acks acks = Acks::all;
    bool is_idempotent = false;
    EventIndex acked = no_index;
    std::uint64_t open_sends = 0, open_commits = 0;
  };
  void gather_topics();
  void gather(const Event& event, EventIndex index);
  void gather_producer(const Event& event, EventIndex index);
  void gather_end(const Event& event, EventIndex index);
  void gather_ack(const Event& event, EventIndex index);
  void gather_read(const Event& event, EventIndex index);
  void gather_bounds(const Event& event, EventIndex index);
  void count_kill(const Event& event);
  bool stands_right(const Event& event, EventIndex index, Sent& sent);
  void take(const Event& event, EventIndex index, NameId key, NameId value);

  bool is_up_ = true;  // the broker, if nobody says otherwise
  std::int64_t started_ = 0;
  std::vector<EventIndex> removed_;  // by topic: when its deletion began
  std::vector<EventIndex> created_;
  std::vector<std::uint32_t> by_value_;  // into sends
  std::unordered_map<EventIndex, std::uint32_t> by_begin_;
  std::unordered_map<std::uint64_t, bool> tombstones_sent_;  // by log and key
  std::vector<Process> processes_;                           // by name
};

// The other checks, each one pass or two.
void check_order(Facts& facts);
void check_audits(Facts& facts);
void check_groups(Facts& facts);

}  // namespace weir::sim::checker
