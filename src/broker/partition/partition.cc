#include "broker/partition/partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/canary.h"
#include "base/check.h"
#include "base/mark.h"
#include "base/offload.h"
#include "broker/node.h"
#include "broker/partition/cleaner_throttle.h"
#include "broker/shard.h"
#include "log/compaction/compaction.h"

namespace weir::broker {

using wire::ErrorCode;

namespace {

// Ours, not Kafka's: a batch that unpacks to more than this many times the largest one that is
// taken (but 100 MiB at least) is a bomb.
constexpr std::uint64_t unpacks_to_max = 100;

constexpr std::int64_t cleaner_buffer_bytes_min = 4096;

// What is staged is written at once when it is as much: it is still in the processor's cache from
// the check of its CRC, and a gathered write of several megabytes gains nothing.
constexpr std::size_t gathered_max = 512 << 10;

// How often a partition that found the disk full is opened again.
constexpr std::chrono::milliseconds reopen_pause{1'000};

wire::ProduceRules produce_rules(const metadata::TopicSettings& settings) {
  using metadata::CompressionType;
  wire::ProduceRules rules;
  switch (settings.compression_type) {
    case CompressionType::producer:
      break;
    case CompressionType::uncompressed:
      rules.compression = wire::Compression{wire::Codec::none, {}};
      break;
    case CompressionType::gzip:
      rules.compression = wire::Compression{wire::Codec::gzip, settings.compression_gzip_level};
      break;
    case CompressionType::snappy:
      rules.compression = wire::Compression{wire::Codec::snappy, {}};
      break;
    case CompressionType::lz4:
      rules.compression = wire::Compression{wire::Codec::lz4, settings.compression_lz4_level};
      break;
    case CompressionType::zstd:
      rules.compression = wire::Compression{wire::Codec::zstd, settings.compression_zstd_level};
      break;
  }
  rules.log_append_time =
      settings.message_timestamp_type == metadata::TimestampType::log_append_time;
  rules.timestamp_before_max_ms = settings.message_timestamp_before_max_ms;
  rules.timestamp_after_max_ms = settings.message_timestamp_after_max_ms;
  rules.message_bytes_max = static_cast<std::int32_t>(settings.log.max_message_bytes);
  rules.decompressed_message_bytes_max = settings.max_decompressed_message_bytes;
  rules.decompressed_batch_bytes_max =
      std::clamp(unpacks_to_max * static_cast<std::uint64_t>(settings.log.max_message_bytes),
                 rules.decompressed_batch_bytes_max, log::decompressed_batch_bytes_max);
  rules.compacted = settings.log.cleanup_compact;
  return rules;
}

}  // namespace

Partition::Partition(Shard& shard, PartitionId id, log::PartitionName name,
                     std::shared_ptr<const metadata::TopicSettings> settings)
    : shard_(shard),
      id_(id),
      name_(std::move(name)),
      settings_(std::move(settings)),
      changed_(shard.env.executor) {}

// A simulated crash drops a partition that was not shut down, and has dropped what waited for it
// before.
Partition::~Partition() {
  CHECK(state_ != State::closed || (verification_.is_empty() && staged_.empty() &&
                                    awaiting_commit_.empty() && !flushing_ && busy_ == 0),
        "a partition ends after all that waits for it");
  shard_.flusher.forget(*this);
}

LeaderEpoch Partition::leader_epoch() const { return leader_ ? leader_->leader_epoch() : no_epoch; }

LeaderEpoch Partition::led_epoch() const {
  return leads_when_open_ ? leads_when_open_->leader_epoch : leader_epoch();
}

Offset Partition::read_bound(Isolation isolation) const {
  return isolation == Isolation::read_committed ? log_->last_stable_offset()
                                                : log_->high_watermark();
}

// --- life ---

Task<> Partition::open(std::string directory, OpenHints hints) {
  has_folder_ = !hints.is_new;
  auto opening = claim_and_open(directory, hints);
  Result<> done = co_await std::move(opening);
  reopening_ = !done && done.error().code == Errc::no_space;
  if (!done) go_offline(done.error());
  if (reopening_) reached(Mark::partition_put_off);
  while (reopening_) {
    const env::Instant next_try = shard_.env.clock.now() + reopen_pause;
    while (!shutting_down_ && shard_.env.clock.now() < next_try) {
      co_await changed_.wait_until(shard_.env.timers, next_try);
    }
    // Once more at the end: where there is room now, nothing is left for the next start to check.
    const bool is_last = shutting_down_;
    auto again = claim_and_open(directory, hints);
    done = co_await std::move(again);
    reopening_ = !done && done.error().code == Errc::no_space && !is_last;
    if (done) reached(Mark::partition_opened_late);
    if (!done && !reopening_) go_offline(done.error());
  }
  changed_.notify();
}

Task<Result<>> Partition::claim_and_open(std::string directory, OpenHints hints) {
  if (!has_folder_) {
    auto claiming = shard_.node.claim_folder(shard_, name_);
    CO_TRY(co_await std::move(claiming));
    has_folder_ = true;
  }
  auto opening = try_open(std::move(directory), hints);
  co_return co_await std::move(opening);
}

Task<Result<>> Partition::try_open(std::string directory, OpenHints hints) {
  log::PartitionLog::OpenOptions options;
  options.directory = std::move(directory);
  options.name = name_;
  options.config = settings_->log;
  options.after_clean_stop = hints.after_clean_stop;
  options.nothing_lost = hints.nothing_lost;
  options.recovery_point = hints.recovery_point;
  options.log_start_offset = hints.log_start_offset;
  options.newest_epoch = hints.newest_epoch;
  options.now = shard_.env.clock.wall_ms();
  options.jitter = shard_.env.random.next();
  auto opened = co_await offload(shard_.env.executor, [this, &options] {
    return log::PartitionLog::open(shard_.env.disk, shard_.env.log, options, id_.topic_id);
  });
  if (!opened) co_return std::unexpected(opened.error());
  log_ = std::move(*opened);
  counted_end_ = counts_when_durable() && !sings(Canary::high_watermark_too_high)
                     ? log_->durable_end_offset()
                     : log_->log_end_offset();
  log_->set_high_watermark(
      std::clamp(hints.high_watermark, log_->log_start_offset(), counted_end_));
  state_ = State::online;
  if (leads_when_open_) start_leading(*std::exchange(leads_when_open_, std::nullopt));
  changed_.notify();
  co_return Result<>{};
}

Task<> Partition::opened() {
  while (state_ == State::opening) co_await changed_.wait();
}

Task<> Partition::settled() {
  while (state_ == State::opening || reopening_) co_await changed_.wait();
}

void Partition::become_leader(replication::BecomeLeader command) {
  if (state_ == State::opening || (reopening_ && state_ == State::offline)) {
    leads_when_open_ = std::move(command);
  } else if (state_ == State::online) {
    start_leading(std::move(command));
  }
}

// A new epoch starts at the end of the log; what a former leadership left unflushed is made durable
// first, by the same group commit as everything else.
void Partition::start_leading(replication::BecomeLeader command) {
  if (leader_ && leader_->leader_epoch() != command.leader_epoch) {
    fail_everything(ErrorCode::not_leader_or_follower);
  }
  if (leader_epoch() != command.leader_epoch) led_from_ = log_->log_end_offset();
  log_->assign_epoch_start(command.leader_epoch, log_->log_end_offset());
  leader_.emplace(std::move(command), log_->high_watermark(), counted_end_);
  if (leader_->high_watermark() > log_->high_watermark()) {
    high_watermark_moved(leader_->high_watermark());
  }
  if (counted_end_ < log_->log_end_offset()) request_flush();
  changed_.notify();
}

void Partition::isr_changed(std::int32_t partition_epoch, std::vector<BrokerId> isr) {
  if (leads_when_open_) {
    leads_when_open_->partition_epoch = partition_epoch;
    leads_when_open_->isr = std::move(isr);
  } else if (leader_) {
    if (auto moved = leader_->isr_changed(partition_epoch, std::move(isr)))
      high_watermark_moved(*moved);
  }
}

void Partition::resign() {
  leads_when_open_.reset();
  if (!leader_) return;
  leader_.reset();
  fail_everything(ErrorCode::not_leader_or_follower);
}

void Partition::set_settings(std::shared_ptr<const metadata::TopicSettings> settings) {
  settings_ = std::move(settings);
  if (!log_) return;
  log_->set_config(settings_->log);
  flush_if_overdue(shard_.env.clock.now());
  if (!leader_) return;
  counted_end_moved();
  if (auto moved = leader_->min_insync_replicas_changed(settings_->min_insync_replicas)) {
    high_watermark_moved(*moved);
  }
}

Task<> Partition::shut_down() {
  shutting_down_ = true;
  changed_.notify();
  co_await opened();
  write();  // what was staged in this turn is written, then answered
  resign();
  while (flushing_ || flush_wanted_ || busy_ > 0 || reopening_) co_await changed_.wait();
  state_ = State::closed;
  wake_watchers();
  changed_.notify();
}

Result<> Partition::close_clean() {
  return log_ ? log_->close_clean() : fail(Errc::io, "the log was offline");
}

// --- writing ---

ErrorCode Partition::check_leader() const {
  if (state_ == State::offline || (log_ && log_->offline())) return ErrorCode::kafka_storage_error;
  return is_leader() ? ErrorCode::none : ErrorCode::not_leader_or_follower;
}

ErrorCode Partition::check_epoch(LeaderEpoch current) const {
  if (current == no_epoch || current == leader_epoch()) return ErrorCode::none;
  return current < leader_epoch() ? ErrorCode::fenced_leader_epoch
                                  : ErrorCode::unknown_leader_epoch;
}

void Partition::append(PartitionAppend& append) {
  if (may_append(append) && validate(append)) {
    verification_.enter(append);
  } else {
    append.join->one_ended();
  }
}

// False: append has the error.
bool Partition::may_append(PartitionAppend& append) const {
  if (const ErrorCode error = check_leader(); error != ErrorCode::none) {
    append.fail(error);
    return false;
  }
  if (append.acks == -1 && !leader_->enough_in_sync()) {
    append.fail(ErrorCode::not_enough_replicas,
                fmt::format("The size of the current ISR {} is insufficient to satisfy the min.isr "
                            "requirement of {} for partition {}-{}",
                            leader_->isr().size(), settings_->min_insync_replicas, name_.topic,
                            name_.partition));
    return false;
  }
  return true;
}

// A batch that waited in the stage finds the partition as it is by now. (When the leadership ends
// or changes its epoch, the stage is emptied.)
void Partition::verified(PartitionAppend& append, bool has_waited) {
  if (append.error == ErrorCode::none && (!has_waited || may_append(append))) {
    stage(append);
  } else {
    append.join->one_ended();
  }
}

// Fills append.staged; false: append has the error.
bool Partition::validate(PartitionAppend& append) {
  MutableBytes batch = append.records;
  if (append.origin == log::AppendOrigin::client) {
    auto valid = wire::validate_produced(append.records, produce_rules(*settings_),
                                         shard_.env.clock.wall_ms(), append.api_version,
                                         shard_.compression, append.storage);
    if (!valid) {
      append.fail(static_cast<ErrorCode>(valid.error().code), std::move(valid.error().message));
      append.record_errors = std::move(valid.error().record_errors);
      return false;
    }
    batch = valid->bytes;
  }
  const wire::BatchView view(batch);
  if (append.origin == log::AppendOrigin::client && view.is_transactional()) {
    append.fail(ErrorCode::invalid_txn_state, "Transactions are not served");
    return false;
  }
  append.staged = {.bytes = batch,
                   .last_offset_delta = view.last_offset_delta(),
                   .max_timestamp = view.max_timestamp(),
                   .producer_id = view.producer_id(),
                   .producer_epoch = view.producer_epoch(),
                   .base_sequence = view.base_sequence(),
                   .is_transactional = view.is_transactional(),
                   .is_control = view.is_control()};
  if (view.is_log_append_time()) append.log_append_time = view.max_timestamp();
  return true;
}

void Partition::stage(PartitionAppend& append) {
  auto appended = log_->stage(std::span(&append.staged, 1), leader_->leader_epoch(), append.origin,
                              shard_.env.clock.wall_ms());
  if (!appended) {
    append.fail(appended.error().code, std::move(appended.error().message));
    append.join->one_ended();
    return;
  }
  if (sings(Canary::duplicate_answered_early) && appended->is_duplicate) append.acks = 1;
  append.base_offset = appended->base_offset;
  append.end_offset = appended->last_offset + 1;
  staged_.push_back(&append);
  staged_bytes_ += append.staged.bytes.size();
  if (staged_bytes_ >= gathered_max) return write();
  if (write_scheduled_) return;
  write_scheduled_ = true;
  ++busy_;  // the partition stays until the end of this turn
  shard_.env.executor.at_end_of_turn([this] {
    write_scheduled_ = false;
    --busy_;
    write();
    changed_.notify();
  });
}

void Partition::write() {
  if (staged_.empty()) return;
  const Result<> written = log_->write_staged(shard_.env.clock.wall_ms());
  staged_bytes_ = 0;
  for (PartitionAppend* append : std::exchange(staged_, {})) {
    append->log_start_offset = log_->log_start_offset();
    if (!written) {
      append->fail(ErrorCode::kafka_storage_error, written.error().message());
    } else if (append->acks == -1 && append->end_offset > log_->high_watermark()) {
      if (!leader_) {
        // The leadership ended in the turn in which it was staged: nobody will say when it is
        // committed.
        append->fail(ErrorCode::not_leader_or_follower);
        append->join->one_ended();
        continue;
      }
      // In order of end offset; only a repeated batch does not come last.
      auto place = awaiting_commit_.end();
      while (place != awaiting_commit_.begin() &&
             (*std::prev(place))->end_offset > append->end_offset) {
        --place;
      }
      awaiting_commit_.insert(place, append);
      continue;
    }
    append->join->one_ended();
  }
  if (!written) {
    if (log_->offline()) {
      go_offline(written.error());
      shard_.node.fail(shard_, written.error());
    }
    return;
  }
  if (!awaiting_commit_.empty() && !std::exchange(deadlines_watched_, true)) {
    shard_.watch_deadlines(id_);
  }
  counted_end_moved();
  // A segment that was rolled away is flushed whatever flush.messages says, and where a leader's
  // term began is written down with its first batch, as in Kafka.
  if (log_->unflushed_messages() >= settings_->log.flush_messages ||
      log_->has_unflushed_segments()) {
    request_flush();
    return;
  }
  if (log_->has_new_epochs()) shard_.flusher.request(*this);
  if (unflushed_since_ == env::Instant{}) {
    unflushed_since_ = shard_.env.clock.now();
    flush_if_overdue(unflushed_since_);
  }
}

bool Partition::counts_when_durable() const {
  return settings_->log.flush_messages == 1 && !sings(Canary::acknowledged_before_flush);
}

void Partition::counted_end_moved() {
  const Offset counts = counts_when_durable() ? log_->durable_end_offset() : log_->log_end_offset();
  if (counts <= counted_end_) return;
  counted_end_ = counts;
  if (!leader_) return;
  if (auto moved = leader_->local_end(counted_end_)) high_watermark_moved(*moved);
}

void Partition::request_flush() {
  flush_log_ = true;
  shard_.flusher.request(*this);
}

std::optional<log::FlushPlan> Partition::begin_flush() {
  const bool whole = std::exchange(flush_log_, false);
  if (!log_ || log_->offline()) return std::nullopt;
  auto plan = whole ? log_->plan_flush() : log_->plan_epochs();
  flushing_ = plan.has_value();
  if (whole) unflushed_since_ = {};
  if (!plan) changed_.notify();
  return plan;
}

void Partition::flush_ended(const log::FlushPlan& plan, const Result<>& result) {
  flushing_ = false;
  if (result) {
    log_->flush_done(plan);
    counted_end_moved();
  } else {
    // What the page cache says of this disk can no longer be believed: nothing more is
    // acknowledged.
    log_->flush_failed(result.error());
    go_offline(result.error());
    shard_.node.fail(shard_, result.error());
  }
  changed_.notify();
}

void Partition::high_watermark_moved(Offset high_watermark) {
  log_->set_high_watermark(high_watermark);
  const auto waiting = std::ranges::find_if(
      awaiting_commit_, [=](const auto* append) { return append->end_offset > high_watermark; });
  std::for_each(awaiting_commit_.begin(), waiting,
                [](PartitionAppend* append) { append->join->one_ended(); });
  awaiting_commit_.erase(awaiting_commit_.begin(), waiting);
  wake_watchers();
  changed_.notify();
}

// The record is in the log and may yet be committed: that is what the code says.
bool Partition::fail_overdue(env::Instant now) {
  std::erase_if(awaiting_commit_, [now](PartitionAppend* append) {
    if (append->deadline > now) return false;
    reached(Mark::answer_timed_out);
    append->fail(ErrorCode::request_timed_out);
    append->join->one_ended();
    return true;
  });
  deadlines_watched_ = !awaiting_commit_.empty();
  return deadlines_watched_;
}

void Partition::fail_everything(ErrorCode code) {
  verification_.give_up(code);
  for (PartitionAppend* append : std::exchange(awaiting_commit_, {})) {
    append->fail(code);
    append->join->one_ended();
  }
  wake_watchers();
  changed_.notify();
}

void Partition::go_offline(const Error& error) {
  state_ = State::offline;
  shard_.env.log.write(
      env::Level::error, "broker",
      fmt::format("{}-{} is offline: {}", name_.topic, name_.partition, error.message()));
  fail_everything(ErrorCode::kafka_storage_error);
}

// --- waiting ---

void Partition::watch(PartitionWatcher& watcher) { watchers_.push_back(&watcher); }

void Partition::unwatch(PartitionWatcher& watcher) { std::erase(watchers_, &watcher); }

void Partition::wake_watchers() {
  for (PartitionWatcher* watcher : watchers_) watcher->partition_changed();
}

Task<bool> Partition::committed(Offset offset, LeaderEpoch epoch) {
  ++busy_;
  while (is_leader() && leader_epoch() == epoch && log_->high_watermark() < offset) {
    co_await changed_.wait();
  }
  --busy_;
  const bool reached = is_leader() && leader_epoch() == epoch;
  changed_.notify();
  co_return reached;
}

// --- housekeeping ---

void Partition::flush_if_overdue(env::Instant now) {
  if (unflushed_since_ == env::Instant{} || settings_->log.flush_ms >= never_ms) return;
  const env::Instant due = unflushed_since_ + duration_of_ms(settings_->log.flush_ms);
  if (due <= now) {
    request_flush();
  } else {
    shard_.flush_by(due);
  }
}

void Partition::drop_idle_files() {
  if (state_ == State::online) log_->drop_idle_files();
}

void Partition::expire_producers(TimestampMs now) {
  if (state_ == State::online) log_->expire_producers(now);
}

void Partition::apply_retention(TimestampMs now) {
  // One after the other, and what could not be renamed first: a later segment must not go before an
  // earlier one.
  if (state_ != State::online || is_deleting_) return;
  auto plan = undeleted_ ? std::exchange(undeleted_, std::nullopt) : log_->plan_retention(now);
  if (!plan) return;
  is_deleting_ = true;
  ++busy_;
  shard_.tasks.spawn(delete_segments(*std::move(plan)));
}

// The segments are out of the log already. Readers that hold their files go on reading; after a
// crash in between the files are either still segments below the log start offset or carry
// ".deleted", which the next start removes.
Task<> Partition::delete_segments(log::PartitionLog::DeletionPlan plan) {
  env::Disk& disk = shard_.env.disk;
  const Result<> renamed =
      co_await offload(shard_.env.executor, [&plan, &disk] { return plan.rename(disk); });
  is_deleting_ = false;
  --busy_;
  changed_.notify();
  if (!renamed) {
    shard_.env.log.write(env::Level::error, "broker",
                         fmt::format("cannot rename deleted segments of {}-{}: {}", name_.topic,
                                     name_.partition, renamed.error().message()));
    undeleted_ = std::move(plan);
    co_return;
  }
  shard_.run_later(duration_of_ms(settings_->log.file_delete_delay_ms),
                   [plan = std::move(plan), &disk] { return plan.remove(disk); });
}

void Partition::raise_log_start_offset(Offset offset) {
  log_->raise_log_start_offset(offset);
  wake_watchers();
  changed_.notify();
}

// One round of the cleaner. The copies are made beside the segments and taken over at the end; a
// crash before that leaves the log as it was (log/compaction/compaction.h).
Task<> Partition::compact(TimestampMs now, double bytes_per_second) {
  if (state_ != State::online || shutting_down_ || log_->offline()) co_return;
  const metadata::LogSettings& cleaner = shard_.settings().log;
  auto compaction = log_->plan_compaction(
      {.now = now,
       .cleaned_up_to = cleaned_up_to_,
       .offset_map_bytes = static_cast<std::size_t>(cleaner.log_cleaner_dedupe_buffer_size),
       .offset_map_load = cleaner.log_cleaner_io_buffer_load_factor,
       .io_buffer_bytes = static_cast<std::size_t>(
           std::max(cleaner.log_cleaner_io_buffer_size / 2, cleaner_buffer_bytes_min))});
  if (!compaction) co_return;
  ++busy_;
  const Result<bool> copied = co_await carry_out(*compaction, bytes_per_second);
  --busy_;
  changed_.notify();
  if (!copied) {
    log_cleaner_failure(copied.error());
    co_return;
  }
  if (!*copied || state_ != State::online) co_return;
  auto replaced = log_->compaction_done(*compaction);
  if (!replaced) {
    if (replaced.error().code != Errc::busy) log_cleaner_failure(replaced.error());
    co_return;
  }
  cleaned_up_to_ = compaction->cleaned_up_to();
  env::Disk& disk = shard_.env.disk;
  shard_.run_later(duration_of_ms(settings_->log.file_delete_delay_ms),
                   [plan = std::move(*replaced), &disk] { return plan.remove(disk); });
}

// False: given up, because the partition goes.
Task<Result<bool>> Partition::carry_out(log::PartitionLog::Compaction& compaction,
                                        double bytes_per_second) {
  const CleanerThrottle throttle(bytes_per_second);
  const auto goes_on = [this] { return !shutting_down_ && state_ == State::online; };
  for (;;) {
    const env::Instant begun = shard_.env.clock.now();
    const std::uint64_t bytes_before = compaction.bytes_done();
    const Result<bool> done = co_await offload(
        shard_.env.executor,
        [&compaction, bytes = throttle.piece_bytes()] { return compaction.carry_out(bytes); });
    if (!done || *done) co_return done;
    const env::Instant due = begun + throttle.time_for(compaction.bytes_done() - bytes_before);
    while (goes_on() && shard_.env.clock.now() < due) {
      co_await sleep_until(shard_.env,
                           std::min(due, shard_.env.clock.now() + CleanerThrottle::nap_max));
    }
    if (goes_on()) continue;
    co_await offload(shard_.env.executor, [&compaction] {
      compaction.abandon();
      return Unit{};
    });
    co_return false;
  }
}

void Partition::log_cleaner_failure(const Error& error) {
  shard_.env.log.write(
      env::Level::error, "broker",
      fmt::format("{}-{} cannot be compacted: {}", name_.topic, name_.partition, error.message()));
}

void Partition::close_files() { log_.reset(); }

}  // namespace weir::broker
