#pragma once
// A history: what clients asked of a broker, what they were told, and when. The simulator and real
// processes write it alike (docs/formats/history.md), the checks of check.h judge it. Value.
//
// Times are nanoseconds of one clock that all processes of a history share and that never goes
// back. Words of the text become small numbers (NameId); what stands for a null key or value is 0.

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace weir::sim::checker {

using NameId = std::uint32_t;
using TopicIndex = std::uint32_t;
using LogIndex = std::uint32_t;
using EventIndex = std::uint32_t;
inline constexpr NameId null_name = 0;
inline constexpr std::uint32_t no_index = 0xffffffff;

enum class Verb : std::uint8_t {
  // What the process is.
  producer,
  member,
  // Begins something; its end is one of the next group, by the same process and number.
  send,
  audit,
  ask,
  trim,
  create,
  remove,
  commit,
  fetch,
  // Ends it.
  acked,
  refused,
  unknown,
  done,
  audited,
  bounds,
  told,
  // Facts of a moment.
  topic,
  read,
  seek,
  assigned,
  revoked,
  lost,
  ended,
  killed,
  started,
};
std::string_view name_of(Verb verb);
bool begins(Verb verb);
bool completes(Verb verb);

enum class Acks : std::uint8_t { none, one, all };

struct Event {
  std::int64_t time = 0;
  Verb verb = Verb::started;
  NameId process = null_name;
  std::uint64_t op = 0;
  LogIndex log = no_index;
  TopicIndex topic = no_index;
  NameId group = null_name;
  std::int64_t generation = -1;
  std::int64_t offset = -1;  // a log's start, for bounds and audited
  std::int64_t end = -1;     // a log's end, for these
  NameId key = null_name;
  NameId value = null_name;
  Acks acks = Acks::all;
  bool is_idempotent = false;
  EventIndex partner = no_index;  // the end of what begins here, or the other way
  std::uint32_t file = 0, line = 0;
};

// One life of a topic. Its declaration says what may happen to its records.
struct Topic {
  NameId name = null_name;
  NameId incarnation = null_name;  // null: the only one
  bool is_compacted = false;
  bool deletes = false;             // retention by time or size
  bool has_holes = false;           // offsets without a record, as a transaction leaves them
  std::int64_t retention_ns = -1;   // kept at least so long after it was sent
  std::int64_t tombstones_ns = -1;  // likewise, a compacted topic's tombstone
};

struct Log {
  TopicIndex topic = no_index;
  std::int32_t partition = 0;
};

class History {
 public:
  History();

  // The lines of one writer, which must be in the order of time; `label` stands for it in evidence.
  // A last line that is not ended is left out: its writer was killed, or still writes. Failure:
  // corrupt, with file and line.
  Result<> add(std::string label, std::string_view text);
  // Puts the events of all files in order and joins what begins with what ends it. Once, after all
  // files. What is later than `until` is left out: files that still grow end at different times.
  // Failure: corrupt.
  Result<> finish(std::int64_t until = std::numeric_limits<std::int64_t>::max());

  std::vector<Event> events;
  std::vector<Topic> topics;
  std::vector<Log> logs;
  std::vector<std::string> files;

  NameId name(std::string_view word);  // interned
  std::string_view text_of(NameId name) const { return names_[name]; }
  std::string describe(LogIndex log) const;  // "orders-3", or "orders@2-3"
  std::string where(const Event& event) const;
  TopicIndex topic(std::string_view word);  // "orders" or "orders@2"
  LogIndex log(TopicIndex topic, std::int32_t partition);
  std::size_t name_count() const { return names_.size(); }
  // Joins begins and ends anew, after events were changed.
  Result<> join();

 private:
  struct Line;
  Result<> parse(Line& line, Event& into);
  Result<> parse_topic(Line& line, Event& into);
  Result<> parse_rest(Line& line, Event& into);
  Result<> parse_group_rest(Line& line, Event& into);

  std::deque<std::string> names_;
  std::unordered_map<std::string_view, NameId> ids_;
  std::unordered_map<std::uint64_t, LogIndex> log_ids_;
  std::unordered_map<NameId, TopicIndex> topic_ids_;  // by the whole word
  std::vector<std::size_t> ends_;                     // of each file's events
};

}  // namespace weir::sim::checker
