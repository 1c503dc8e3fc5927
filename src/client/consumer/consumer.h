#pragma once
// Consumer: records of topics, alone or as a member of a group. The driver of the kernels in
// group/ and fetch/.
//
// The application asks with poll(), which also is where partitions come and go (the listener is
// called inside it) and what tells the group that the application lives. Fetching ahead, heartbeats
// and rejoining go on between the calls.
//
// Offsets that are committed by themselves cover records whose processing has ended: those of
// earlier polls when the next one begins, or with `finishes_by_hand` those up to finished(). Before
// partitions are given up, and in close(), the same is committed. When such a commit fails
// `on_commit_failed` is told, and the log: at `info` if the next commit may mend it, else as a
// warning.
//
// Errors: those of a broker as Kafka's error, timed_out and others of the way to it, `busy` from a
// poll that wakeup() ended, `invalid` for a misuse. poll() tells an error of a partition once; the
// other partitions go on.
//
// Lives on one shard, on a Cluster that outlives it. One call at a time, but for wakeup() and
// commit_async(). close() is awaited before it is destroyed.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/task.h"
#include "client/cluster/cluster.h"
#include "client/consumer/fetch/fetch_planner.h"
#include "client/consumer/fetch/fetched_records.h"
#include "client/consumer/fetch/positions.h"
#include "client/consumer/group/membership.h"

namespace weir::client {

struct ConsumerOptions {
  MembershipOptions group;        // an empty group_id: no group
  ResetPolicy reset;              // auto.offset.reset
  bool reads_committed = false;   // isolation.level
  bool commits_by_itself = true;  // enable.auto.commit
  bool finishes_by_hand = false;  // finished() says what may be committed, not the next poll
  std::chrono::milliseconds commit_interval{5'000};      // auto.commit.interval.ms
  std::function<void(const Failure&)> on_commit_failed;  // of commits that it makes by itself
  std::size_t poll_records_max = 500;                    // max.poll.records
  std::chrono::milliseconds fetch_wait_max{500};         // fetch.max.wait.ms
  std::int32_t fetch_bytes_min = 1;                      // fetch.min.bytes
  FetchLimits limits;
  bool checks_crc = true;  // check.crcs
};

struct ConsumedRecords {
  TopicPartition partition;
  RecordBatch batch;
};
using Polled = std::vector<ConsumedRecords>;
using Offsets = std::map<TopicPartition, Position>;
using Partitions = std::vector<TopicPartition>;

// Awaited inside poll() and close(). Lost partitions may be somebody else's already.
struct RebalanceListener {
  std::function<Task<>(Partitions)> assigned, revoked, lost;
};

struct Lag {
  Offset records = 0;  // to the high watermark, or with reads_committed to the last stable offset
  std::optional<std::chrono::milliseconds> time;  // how old the last record is that was handed out
};

class Consumer {
 public:
  Consumer(Cluster& cluster, ConsumerOptions options, RebalanceListener listener = {});
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  // Gives up what it has, commits, leaves the group. After the deadline it waits for no broker,
  // only for the listener; what may be sent at once is sent all the same. Failure: of the commit.
  // Harmless when repeated.
  Task<Outcome<>> close(env::Instant deadline);

  // These replace each other. A pattern is a predicate on names; internal topics never match.
  Outcome<> subscribe(std::vector<std::string> topics);
  Outcome<> subscribe_matching(std::function<bool(std::string_view)> matches);
  void assign(Partitions partitions);
  Task<> unsubscribe();
  Partitions assignment() const;

  // Ends with records, or empty at the deadline.
  Task<Outcome<Polled>> poll(env::Instant deadline);
  void wakeup();

  Outcome<> seek(const TopicPartition& partition, Position to);
  // Milliseconds, time_of_earliest or time_of_latest; looked up by the next poll.
  Outcome<> seek_to_time(const TopicPartition& partition, std::int64_t time);
  Outcome<> pause(const TopicPartition& partition);
  Outcome<> resume(const TopicPartition& partition);
  std::set<TopicPartition> paused() const;

  // The application is through with the records of a partition before `next`.
  Outcome<> finished(const TopicPartition& partition, Offset next);
  // Everything that was handed out (with finishes_by_hand: that is finished), or exactly these.
  Task<Outcome<>> commit(env::Instant deadline);
  Task<Outcome<>> commit(Offsets offsets, env::Instant deadline);
  void commit_async(Offsets offsets, std::function<void(const Outcome<>&)> done = {});
  // Partitions without a commit are left out.
  Task<Outcome<Offsets>> committed(Partitions of, env::Instant deadline);

  Task<Outcome<Position>> position(TopicPartition of, env::Instant deadline);
  // The first offset of that time or later; left out where there is none.
  Task<Outcome<Offsets>> offsets_at(std::map<TopicPartition, std::int64_t> times,
                                    env::Instant deadline);
  Task<Outcome<Offsets>> beginning_offsets(Partitions of, env::Instant deadline);
  Task<Outcome<Offsets>> end_offsets(Partitions of, env::Instant deadline);
  // Nothing: not known before something was fetched.
  std::optional<Lag> lag(const TopicPartition& of) const;
  // Why nothing comes of a partition, and it is asked again and again; nothing: it is well.
  std::optional<Failure> trouble(const TopicPartition& of) const;

  const MemberIdentity& identity() const;

 private:
  friend class ConsumerState;
  std::unique_ptr<class ConsumerState> state_;
};

}  // namespace weir::client
