#pragma once
// Ledger: what the clients of a workload were promised, held against what the node says afterwards.
// Kernel. It knows nothing of time or connections.
//
// Values are unique over the whole run, so that a value that stands twice was doubled.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/node/client_calls.h"

namespace weir::sim {

class Ledger {
 public:
  // Every value, before it is sent. Only idempotent producers may send it again.
  void sent(const std::string& value);
  void acknowledged(const TopicPartition& at, Offset offset, const std::string& value);
  // A consumer got it.
  void consumed(const TopicPartition& at, Offset offset, const std::string& value);
  // A commit is sent; it was confirmed.
  void commit_tried(const TopicPartition& at, Offset offset);
  void commit_confirmed(const TopicPartition& at, Offset offset);
  // What stands from `from` on was not flushed when it could be lost: it is no promise any more.
  // Says how many acknowledged records that are.
  std::size_t forgive(const TopicPartition& at, Offset from);

  // The whole partition as it is read back: nothing acknowledged is missing or different, nothing
  // stands there that was not sent, nothing is doubled, what was consumed is what is there.
  void check_log(const TopicPartition& at, const std::vector<FetchedRecord>& records);
  // What the group's committed offset is now (-1: none).
  void check_committed(const TopicPartition& at, Offset offset);

  bool all_consumed() const;
  // Behind the last acknowledged record; 0: there is none.
  Offset acknowledged_end(const TopicPartition& at) const;
  std::size_t acknowledged_count() const;
  std::size_t consumed_count() const;
  const std::vector<std::string>& violations() const { return violations_; }
  void add_violation(std::string what);

 private:
  struct Commit {
    Offset confirmed = no_offset;
    std::set<Offset> tried;  // since then
  };
  using Log = std::map<Offset, std::string>;
  std::set<std::string> sent_;
  std::map<TopicPartition, Log> acknowledged_, consumed_;
  std::map<TopicPartition, Commit> commits_;
  std::vector<std::string> violations_;
};

}  // namespace weir::sim
