#pragma once
// The inside of a Consumer: the kernels, what is prefetched, and the coroutines that run beside the
// application (group_loop.cc, fetch_loop.cc). Everything of one shard; close() waits for all of
// them.

#include <deque>
#include <string>

#include "base/signal.h"
#include "base/task_scope.h"
#include "client/consumer/consumer.h"
#include "client/consumer/fetch/fetch_session.h"
#include "client/patience.h"

namespace weir::wire {
struct FetchResponse;
}

namespace weir::client {

class ConsumerState {
 public:
  ConsumerState(Cluster& cluster_in, ConsumerOptions options_in, RebalanceListener listener_in);

  env::Instant now() const { return env.clock.now(); }
  TimestampMs wall_ms() const { return env.clock.wall_ms(); }
  bool has_group() const { return !options.group.group_id.empty(); }
  env::Instant call_deadline() const;
  void spawn(Task<> task) { tasks.spawn(std::move(task)); }

  // --- consumer.cc ---
  Task<Outcome<Polled>> poll(env::Instant deadline);
  Task<> take_part();
  Task<Outcome<>> give_up(Partitions partitions, bool lost);  // failure: of the commit
  Task<Outcome<>> give_up_all();
  // Of partitions that were assigned by hand; nothing waits for their commit.
  void give_up_by_hand(const Partitions& partitions);
  Task<> commit_given_up(Offsets offsets);
  Task<Outcome<>> close(env::Instant deadline);
  void start();
  void follow_metadata();
  bool lacks(const std::string& topic) const;
  Polled collect();

  // --- group_loop.cc: the member's calls ---
  Task<> run_group();
  Task<> run_heartbeats();
  Task<> find_coordinator();
  Task<> join();
  Task<> sync();
  Task<> leave();
  Task<> send_leave();
  Task<Outcome<Cluster::Connection>> coordinator(env::Instant deadline);

  // --- consumer_offsets.cc ---
  Task<Outcome<>> commit(Offsets offsets, env::Instant deadline);
  Task<Outcome<>> commit_once(const Offsets& offsets, env::Instant deadline);
  Task<> commit_by_itself(Offsets offsets);
  void note_commit_failure(const Offsets& offsets, const Failure& failure);
  Task<> commit_in_background(Offsets offsets, std::function<void(const Outcome<>&)> done);
  Task<Outcome<Offsets>> committed(Partitions of, env::Instant deadline);
  Task<Outcome<Offsets>> committed_once(const Partitions& of, env::Instant deadline);
  Task<Outcome<Offsets>> offsets_at(std::map<TopicPartition, std::int64_t> times,
                                    env::Instant deadline);
  // One question to one leader; each partition's own outcome.
  Task<std::map<TopicPartition, Outcome<Position>>> list_offsets(
      BrokerId leader, std::map<TopicPartition, std::int64_t> times, env::Instant deadline);
  // Before a question comes again after so many failures.
  Task<bool> wait_for_retry(std::uint32_t failures, env::Instant deadline);

  // --- fetch_loop.cc ---
  Task<> run_fetches();
  void ask_for_positions();
  Task<> ask_committed(std::map<TopicPartition, std::uint64_t> of);
  Task<> ask_reset(BrokerId leader, std::map<TopicPartition, std::uint64_t> of);
  Task<> ask_validation(BrokerId leader, std::map<TopicPartition, std::uint64_t> of);
  void heal(const TopicPartition& partition, std::uint64_t version, const Failure& failure);
  Task<> fetch(BrokerId broker, FetchPlan plan);
  void note_answer(BrokerId broker, const FetchPlan& plan,
                   std::shared_ptr<const rpc::Answer<wire::FetchResponse>> answer);
  void refresh_soon();
  Task<> refresh();

  struct Prefetched {
    TopicPartition partition;
    std::uint64_t version;
    FetchedRecords records;
  };

  Cluster& cluster;
  env::Env& env;
  const ConsumerOptions options;
  const RebalanceListener listener;
  Membership membership;
  Positions positions;
  TaskScope tasks;
  Patience patience;  // with brokers; ends in close()
  Signal changed;     // whatever anybody here waits for
  std::function<bool(std::string_view)> matches;
  bool is_subscribed = false;
  bool is_closing = false;
  bool is_closed = false;
  bool is_woken = false;
  bool is_waiting = false;  // the application, in poll(): it is alive
  bool has_loops = false;
  bool is_refreshing = false;
  std::shared_ptr<const ClusterView> seen;     // the view that follow_metadata() looked at
  std::map<std::string, std::size_t> divided;  // a leader's topics, as they were divided
  Cluster::Connection joining_on;
  env::Instant closing_at = env::Instant::max();  // close()'s deadline
  env::Instant commit_at;
  std::uint32_t commits_failed = 0;  // of those by itself, in a row
  std::deque<Prefetched> prefetched;
  std::map<BrokerId, FetchSession> sessions;
  std::map<BrokerId, std::size_t> coming;  // bytes that a Fetch on its way may bring
  wire::CompressionContext compression;
};

}  // namespace weir::client
