#pragma once
// WorkQueue: which record is handled next, and what may be committed. A kernel: it is told the
// time, and handles nothing itself.
//
//   state of a record   leaves it by
//   queued              those before it in its chain are done: ready
//   ready               next(): running
//   running             done(); retry(): held; reject(): rejecting
//   held                its time has come: ready, before all that were never begun
//   rejecting           done(), once the rejection is written
//
// A chain is the records that are handled one after the other (Order): only its first is ever
// ready, running, held or rejecting. A record that was never begun is begun only while, should all
// that run come back as retries, no more than retries_max would be held.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/env/clock.h"
#include "weir/worker.h"

namespace weir::clientlib {

struct WorkLimits {
  Order order = Order::key;
  std::size_t concurrency = 16;
  std::size_t retries_max = 1'000;
  std::size_t records_max = 10'000;
  std::size_t bytes_max = std::size_t{64} << 20;
};

class WorkQueue {
 public:
  using Id = std::uint64_t;
  struct Start {
    Id id;
    Job job;
  };

  explicit WorkQueue(const WorkLimits& limits) : limits_(limits) {}

  // Records of a partition come in their order.
  void add(std::shared_ptr<const ReceivedRecord> record);
  // What was taken of these is forgotten; what is said of it later counts for nothing.
  void drop(const std::vector<TopicPartition>& partitions);
  // Of these nothing more is begun.
  void hold_back(const std::vector<TopicPartition>& partitions);

  std::optional<Start> next(env::Instant now);
  // When a retry is due; call next() then. Instant::max(): none is held.
  env::Instant next_time() const;

  // What became of a record that next() gave.
  void done(Id id);
  void retry(Id id, env::Instant at);
  // Null: it was dropped.
  const Job* reject(Id id);

  // No more records are taken for now.
  bool is_full() const {
    return jobs_.size() >= limits_.records_max || bytes_ >= limits_.bytes_max;
  }
  // Up to where a partition is done: below its lowest record that is not. Absent: it never had one.
  std::optional<std::int64_t> done_until(const TopicPartition& partition) const;
  std::vector<std::pair<TopicPartition, std::int64_t>> all_done_until() const;

  // Records that run, or are being rejected: of these partitions, and of all.
  std::size_t busy(const std::vector<TopicPartition>& partitions) const;
  std::size_t busy() const { return running_ + rejecting_; }
  std::size_t unfinished() const { return jobs_.size(); }
  std::size_t held() const { return held_.size(); }

 private:
  enum class State : std::uint8_t { queued, ready, running, held, rejecting };
  struct Lane {
    std::multiset<std::int64_t> unfinished;  // a truncated log may give an offset twice
    std::int64_t next = 0;                   // behind the last that was taken
    std::size_t busy = 0;
    bool is_held_back = false;
  };
  using Lanes = std::map<TopicPartition, Lane>;
  struct Entry {
    Job job;
    State state = State::queued;
    Lanes::iterator lane;
    std::size_t bytes = 0;
    env::Instant due{};
    std::string chain;  // empty: it is alone
  };
  using Jobs = std::map<Id, Entry>;

  std::string chain_of(const ReceivedRecord& record) const;
  std::optional<Start> begin(std::deque<Id>& from);
  void set(Entry& entry, State state);
  void make_ready(Id id, Entry& entry, std::deque<Id>& in);
  Jobs::iterator remove(Jobs::iterator at);

  const WorkLimits limits_;
  Lanes lanes_;
  Jobs jobs_;
  std::map<std::string, std::deque<Id>> chains_;
  std::deque<Id> ready_, ready_again_;  // some of them may have been dropped since
  std::set<std::pair<env::Instant, Id>> held_;
  std::size_t running_ = 0;
  std::size_t rejecting_ = 0;
  std::size_t bytes_ = 0;
  Id last_id_ = 0;
};

}  // namespace weir::clientlib
