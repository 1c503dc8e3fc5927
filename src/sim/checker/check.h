#pragma once
// The checks: whether a history keeps what Weir promises. Kernel; time and memory are linear in the
// history (an audit costs what it covers). docs/formats/history.md says what each anomaly means.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/checker/history.h"

namespace weir::sim::checker {

enum class Anomaly : std::uint8_t {
  // What is where.
  told_twice,
  phantom,
  misplaced,
  old_topic_visible,
  read_before_sent,
  key_changed,
  refused_visible,
  two_values,
  duplicated,
  wrong_offset,
  // In which order, and how far.
  misordered,
  time_reversed,
  read_back,
  read_skipped,
  end_back,
  start_back,
  start_moved,
  trimmed_visible,
  // What is there when everything is read.
  acknowledged_lost,
  hole,
  reappeared,
  deleted_early,
  key_lost,
  key_reverted,
  tombstone_early,
  // Groups.
  two_owners,
  generation_back,
  stale_commit,
  committed_back,
  committed_lost,
  committed_phantom,
  unprocessed,
};
inline constexpr std::size_t anomaly_count = static_cast<std::size_t>(Anomaly::unprocessed) + 1;
std::string_view name_of(Anomaly anomaly);

struct Finding {
  Anomaly anomaly;
  std::string what;
  std::vector<EventIndex> evidence;
};

struct Figures {
  std::uint64_t sends = 0, acknowledged = 0, refused = 0, unknown = 0;
  std::uint64_t doubled_by_plain = 0;  // records that a producer without idempotence wrote again
  std::uint64_t reads = 0, audits = 0, commits = 0;
  std::uint64_t start_moves = 0;  // of logs whose topics delete
  std::uint64_t cleaned = 0;      // records that an audit of a compacted log did not find
  std::uint64_t kills = 0;
  // A send was open at the kill, and somebody with an open one had been told of another within a
  // second, by the broker that was killed.
  std::uint64_t kills_amid_sends = 0;
  std::uint64_t kills_amid_commits = 0;
};

struct CheckReport {
  std::vector<Finding> findings;  // of each kind at most findings_kept
  std::array<std::uint64_t, anomaly_count> counts{};
  Figures figures;
  std::uint64_t anomalies() const;
  bool has(Anomaly anomaly) const { return counts[static_cast<std::size_t>(anomaly)] != 0; }
};
inline constexpr std::uint64_t findings_kept = 10;

CheckReport check(const History& history);

}  // namespace weir::sim::checker
