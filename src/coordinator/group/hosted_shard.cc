#include "coordinator/group/hosted_shard.h"

#include <fmt/format.h>

#include <utility>

#include "coordinator/group/log_replay.h"

namespace weir::coordinator {

using wire::ErrorCode;

namespace {

// What a record takes in a batch besides its key and value, and a batch besides its records, at
// most.
constexpr std::size_t record_overhead = 40;
constexpr std::size_t batch_overhead = 80;

}  // namespace

ErrorCode answer_for_log_error(ErrorCode error) {
  switch (error) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::not_enough_replicas:
    case ErrorCode::not_enough_replicas_after_append:
    case ErrorCode::request_timed_out:
      return ErrorCode::coordinator_not_available;
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::kafka_storage_error:
      return ErrorCode::not_coordinator;
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::invalid_fetch_size:
      return ErrorCode::unknown_server_error;
    default:
      return error;
  }
}

HostedShard::HostedShard(env::Env& env, TaskScope& tasks, PartitionIndex partition,
                         LeaderEpoch epoch, const GroupConfig& config,
                         std::shared_ptr<CoordinatorLog> log)
    : env_(env),
      tasks_(tasks),
      partition_(partition),
      epoch_(epoch),
      log_(std::move(log)),
      commit_timeout_ms_(config.offsets_commit_timeout_ms),
      kernel_(config) {}

void HostedShard::set_config(const GroupConfig& config) {
  commit_timeout_ms_ = config.offsets_commit_timeout_ms;
  kernel_.set_config(config);
}

void HostedShard::log(env::Level level, std::string_view message) {
  if (!env_.log.enabled(level)) return;
  env_.log.write(level, "groups", fmt::format("__consumer_offsets-{}: {}", partition_, message));
}

void HostedShard::start(std::function<void()> failed) {
  load_failed_ = std::move(failed);
  tasks_.spawn(load(shared_from_this()));
}

void HostedShard::end() {
  if (phase_ == Phase::ended) return;
  phase_ = Phase::ended;
  in_queue_.clear();
  in_log_.clear();
  if (timer_at_) env_.timers.cancel(timer_);
  timer_at_.reset();
  Output out;
  kernel_.resign(ErrorCode::not_coordinator, out);
  hand_over(out, ErrorCode::none);
  resolve(waiters_.begin(), waiters_.end(), ErrorCode::not_coordinator);
}

// --- what the kernel puts out ---

ErrorCode HostedShard::take(Output& out) {
  if (phase_ == Phase::ended) return ErrorCode::not_coordinator;
  const ErrorCode refused = queue_records(out);
  hand_over(out, refused);
  set_timer();
  return refused;
}

ErrorCode HostedShard::queue_records(Output& out) {
  std::size_t next = 0;
  while (next < out.records.size()) {
    const Write write = out.records[next].write;
    std::vector<EncodedRecord> piece;
    std::size_t bytes = 0;
    ErrorCode error = ErrorCode::none;
    for (; next < out.records.size() && out.records[next].write == write; ++next) {
      auto encoded = encode_record(out.records[next].record);
      if (!encoded) {
        error = ErrorCode::unknown_server_error;
        continue;
      }
      bytes += encoded->key.size() + encoded->value.size() + record_overhead;
      piece.push_back(std::move(*encoded));
    }
    if (error == ErrorCode::none && !queue_piece(std::move(piece), bytes, write)) {
      error = answer_for_log_error(ErrorCode::record_list_too_large);
    }
    if (error != ErrorCode::none) {
      // It and what came after it in this call are not written.
      Output undone;
      kernel_.failed(write, error, now(), undone);
      hand_over(undone, ErrorCode::none);
      queue_records(undone);
      return error;
    }
  }
  return ErrorCode::none;
}

bool HostedShard::queue_piece(std::vector<EncodedRecord> records, std::size_t bytes, Write write) {
  if (bytes + batch_overhead > batch_bytes_max_) return false;
  // The front may be on its way already.
  const bool can_join = in_queue_.size() > (is_writing_ ? 1U : 0U) &&
                        in_queue_.back().bytes + bytes <= batch_bytes_max_;
  if (!can_join) {
    in_queue_.emplace_back();
    in_queue_.back().bytes = batch_overhead;
    in_queue_.back().first = write;
    in_queue_.back().timestamp = env_.clock.wall_ms();
  }
  Batch& batch = in_queue_.back();
  batch.bytes += bytes;
  batch.last = write;
  for (EncodedRecord& record : records) batch.records.push_back(std::move(record));
  write_at_end_of_turn();
  return true;
}

void HostedShard::hand_over(Output& out, ErrorCode refused) {
  const Write depends_on = tail();
  for (JoinAnswer& answer : out.joins) {
    const auto found = joins_.extract(answer.token);
    if (found.empty()) continue;
    if (refused != ErrorCode::none) {
      const Token token = answer.token;
      answer = JoinAnswer{};
      answer.token = token;
      answer.error = refused;
    }
    found.mapped()->set({std::move(answer), depends_on});
  }
  for (SyncAnswer& answer : out.syncs) {
    const auto found = syncs_.extract(answer.token);
    if (found.empty()) continue;
    if (refused != ErrorCode::none) {
      const Token token = answer.token;
      answer = SyncAnswer{};
      answer.token = token;
      answer.error = refused;
    }
    found.mapped()->set({std::move(answer), depends_on});
  }
  out.joins.clear();
  out.syncs.clear();
}

// --- waiting ---

Write HostedShard::settled_tail() const {
  return in_log_.empty() ? committed_ : in_log_.back().last;
}

Task<ErrorCode> HostedShard::settled(Write write) {
  if (phase_ == Phase::ended) co_return ErrorCode::not_coordinator;
  if (write <= committed_) co_return ErrorCode::none;
  OneShot<ErrorCode> done(env_.executor);
  const auto at = waiters_.emplace(write, Waiter{&done, 0});
  // The record stays: only this client gives up on it.
  at->second.timeout = env_.timers.start(
      env_.clock.now() + std::chrono::milliseconds(commit_timeout_ms_), [this, at] {
        OneShot<ErrorCode>* waiting = at->second.done;
        waiters_.erase(at);
        waiting->set(answer_for_log_error(ErrorCode::request_timed_out));
      });
  co_return co_await done;
}

void HostedShard::resolve(Waiters::iterator from, Waiters::iterator to, ErrorCode error) {
  for (auto at = from; at != to; ++at) {
    env_.timers.cancel(at->second.timeout);
    at->second.done->set(error);
  }
  waiters_.erase(from, to);
}

// --- time ---

void HostedShard::set_timer() {
  const auto next = kernel_.wake_at();
  if (phase_ != Phase::active || !next) return;
  if (timer_at_ && *timer_at_ <= *next) return;  // it looks again when it fires
  if (timer_at_) env_.timers.cancel(timer_);
  timer_at_ = *next;
  timer_ = env_.timers.start(*next, [self = shared_from_this()] { self->wake(); });
}

void HostedShard::wake() {
  timer_at_.reset();
  if (phase_ != Phase::active) return;
  Output out;
  kernel_.wake(settled_now(), out);
  take(out);
}

// --- writing ---

void HostedShard::write_at_end_of_turn() {
  if (is_writing_ || will_write_) return;
  will_write_ = true;
  env_.executor.at_end_of_turn([self = shared_from_this()] {
    self->will_write_ = false;
    if (self->is_writing_ || self->in_queue_.empty()) return;
    self->is_writing_ = true;
    self->tasks_.spawn(write(self));
  });
}

Task<> HostedShard::write(std::shared_ptr<HostedShard> self) {
  while (self->phase_ != Phase::ended && !self->in_queue_.empty()) {
    const Batch batch = std::move(self->in_queue_.front());
    self->in_queue_.front() = Batch{{}, 0, batch.bytes, batch.first, batch.last};
    std::vector<CoordinatorRecord> records;
    records.reserve(batch.records.size());
    for (const EncodedRecord& record : batch.records) {
      records.push_back({record.key, record.value, record.is_tombstone, batch.timestamp});
    }
    auto appending = self->log_->append(records);
    const auto appended = co_await std::move(appending);
    if (self->phase_ == Phase::ended) break;
    if (!appended) {
      self->log(env::Level::warning,
                fmt::format("append refused: {}", wire::error_info(appended.error()).name));
      self->roll_back(batch.first, answer_for_log_error(appended.error()));
      continue;
    }
    self->in_queue_.pop_front();
    self->in_log_.push_back({*appended, batch.last});
    if (!self->is_following_) {
      self->is_following_ = true;
      self->tasks_.spawn(follow_commits(self));
    }
  }
  self->is_writing_ = false;
}

// Nothing from `from` on is in the log, nor will it be.
void HostedShard::roll_back(Write from, ErrorCode error) {
  in_queue_.clear();
  Output out;
  kernel_.failed(from, error, now(), out);
  resolve(waiters_.lower_bound(from), waiters_.end(), error);
  is_writing_ = false;  // what comes now is a new queue
  take(out);
  is_writing_ = true;
}

Task<> HostedShard::follow_commits(std::shared_ptr<HostedShard> self) {
  while (self->phase_ != Phase::ended && !self->in_log_.empty()) {
    const InLog next = self->in_log_.front();
    auto waiting = self->log_->wait_committed(next.end_offset);
    const auto committed = co_await std::move(waiting);
    if (self->phase_ == Phase::ended) break;
    if (!committed) {
      self->log(env::Level::warning,
                fmt::format("leadership is over: {}", wire::error_info(committed.error()).name));
      self->end();
      break;
    }
    self->in_log_.pop_front();
    self->committed_ = next.last;
    self->resolve(self->waiters_.begin(), self->waiters_.upper_bound(next.last), ErrorCode::none);
    Output out;
    self->kernel_.committed(next.last, self->now(), out);
    self->take(out);
  }
  self->is_following_ = false;
}

// --- loading ---

Task<Result<>> HostedShard::read_log(Offset end) {
  wire::CompressionContext compression;
  Offset next = log_->log_start_offset();
  while (next < end && phase_ == Phase::loading) {
    auto reading = log_->read(next);
    const Result<LogChunk> chunk = co_await std::move(reading);
    if (!chunk) co_return std::unexpected(chunk.error());
    if (phase_ != Phase::loading || chunk->bytes.empty()) break;
    const Result<Offset> replayed = replay_batches(kernel_, chunk->bytes, next, now(), compression);
    if (!replayed) co_return std::unexpected(replayed.error());
    if (chunk->next <= next) co_return fail(Errc::corrupt, "the log does not go on");
    next = chunk->next;
  }
  co_return Result<>();
}

Task<> HostedShard::load(std::shared_ptr<HostedShard> self) {
  const env::Instant begin = self->env_.clock.now();
  self->batch_bytes_max_ = self->log_->batch_bytes_max();
  const Offset end = self->log_->log_end_offset();
  auto reading = self->read_log(end);
  const Result<> read = co_await std::move(reading);
  if (self->phase_ != Phase::loading) co_return;
  if (!read) {
    self->log(env::Level::error,
              fmt::format("groups cannot be loaded: {}", read.error().message()));
    self->end();
    self->load_failed_();
    co_return;
  }
  auto waiting = self->log_->wait_committed(end);
  const auto committed = co_await std::move(waiting);
  if (self->phase_ != Phase::loading) co_return;
  if (!committed) {
    self->end();
    co_return;
  }
  self->phase_ = Phase::active;
  Output out;
  self->kernel_.loaded(self->settled_now(), out);
  self->take(out);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(self->env_.clock.now() - begin);
  self->log(env::Level::info,
            fmt::format("loaded {} groups up to offset {} in {} ms",
                        self->kernel_.store().entries().size(), end, took.count()));
}

}  // namespace weir::coordinator
