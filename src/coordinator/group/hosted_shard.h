#pragma once
// HostedShard: one GroupShard and its log. It loads it, batches what one loop turn emits, appends
// one batch at a time, follows what becomes committed, keeps the kernel's timer, and holds answers
// back until they may leave.
//
// Order: a batch is appended only when the one before it is in the log, because a batch that was
// refused takes everything after it with it. Waiting for commits is pipelined. While an append is
// on its way the next batch grows, so that batches are as large as the log is slow and nobody waits
// for a timer (KIP-1207's aim).
//
// Kept by shared_ptr: by the service, by its own tasks and by the requests that wait in it.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "base/one_shot.h"
#include "base/settled_clock.h"
#include "base/signal.h"
#include "base/task_scope.h"
#include "coordinator/coordinator_log.h"
#include "coordinator/group/group_shard.h"
#include "wire/error_code.h"

namespace weir::coordinator {

// What an append or a wait for it comes down to for a client.
wire::ErrorCode answer_for_log_error(wire::ErrorCode error);

class HostedShard : public std::enable_shared_from_this<HostedShard> {
 public:
  enum class Phase : std::uint8_t { loading, active, ended };
  // An answer, and the last write that it may depend on.
  template <class Answer>
  struct Due {
    Answer answer;
    Write depends_on = 0;
  };

  HostedShard(env::Env& env, TaskScope& tasks, PartitionIndex partition, LeaderEpoch epoch,
              const GroupConfig& config, std::shared_ptr<CoordinatorLog> log);

  PartitionIndex partition() const { return partition_; }
  LeaderEpoch epoch() const { return epoch_; }
  Phase phase() const { return phase_; }
  GroupShard& kernel() { return kernel_; }
  Now now() const { return {env_.clock.now(), env_.clock.wall_ms()}; }
  // For what lets old offsets go.
  Now settled_now() {
    return {env_.clock.now(), settled_clock_.at(env_.clock.now(), env_.clock.wall_ms())};
  }
  void set_config(const GroupConfig& config);

  // Loads. When the log cannot be read it ends and says so.
  void start(std::function<void()> failed);
  // Everybody who waits is answered with NOT_COORDINATOR; nothing runs on.
  void end();

  // Takes what the kernel put out: queues its records, hands over its answers, sets its timer. An
  // error other than NONE: the records were refused and what they changed is taken back.
  wire::ErrorCode take(Output& out);

  // The last write that an answer made now may depend on.
  Write tail() const { return in_queue_.empty() ? settled_tail() : in_queue_.back().last; }
  // Returns when it is committed; else with what the client is to hear.
  Task<wire::ErrorCode> settled(Write write);

  void expect_join(Token token, OneShot<Due<JoinAnswer>>& where) { joins_.emplace(token, &where); }
  void expect_sync(Token token, OneShot<Due<SyncAnswer>>& where) { syncs_.emplace(token, &where); }

 private:
  struct Batch {
    std::vector<EncodedRecord> records;
    TimestampMs timestamp = 0;
    std::size_t bytes = 0;
    Write first = 0;
    Write last = 0;
  };
  struct InLog {
    Offset end_offset = 0;
    Write last = 0;
  };
  struct Waiter {
    OneShot<wire::ErrorCode>* done = nullptr;
    env::TimerId timeout = 0;
  };
  using Waiters = std::multimap<Write, Waiter>;

  Write settled_tail() const;
  wire::ErrorCode queue_records(Output& out);
  bool queue_piece(std::vector<EncodedRecord> records, std::size_t bytes, Write write);
  void hand_over(Output& out, wire::ErrorCode refused);
  void resolve(Waiters::iterator from, Waiters::iterator to, wire::ErrorCode error);
  void roll_back(Write from, wire::ErrorCode error);
  void set_timer();
  void wake();
  void write_at_end_of_turn();

  static Task<> load(std::shared_ptr<HostedShard> self);
  static Task<> write(std::shared_ptr<HostedShard> self);
  static Task<> follow_commits(std::shared_ptr<HostedShard> self);
  Task<Result<>> read_log(Offset end);
  void log(env::Level level, std::string_view message);

  env::Env& env_;
  SettledClock settled_clock_;
  TaskScope& tasks_;
  const PartitionIndex partition_;
  const LeaderEpoch epoch_;
  std::shared_ptr<CoordinatorLog> log_;
  std::size_t batch_bytes_max_ = 0;
  std::int32_t commit_timeout_ms_;
  GroupShard kernel_;
  Phase phase_ = Phase::loading;
  std::function<void()> load_failed_;

  std::deque<Batch> in_queue_;  // not in the log yet; the front may be on its way
  std::deque<InLog> in_log_;    // not committed yet
  Write committed_ = 0;
  bool is_writing_ = false;
  bool will_write_ = false;  // at the end of this turn
  bool is_following_ = false;

  Waiters waiters_;
  std::map<Token, OneShot<Due<JoinAnswer>>*> joins_;
  std::map<Token, OneShot<Due<SyncAnswer>>*> syncs_;

  env::TimerId timer_ = 0;
  std::optional<env::Instant> timer_at_;
};

}  // namespace weir::coordinator
