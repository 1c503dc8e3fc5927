#include "replication/quorum/quorum.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/canary.h"
#include "base/check.h"
#include "base/offload.h"
#include "base/signal.h"
#include "base/task_scope.h"
#include "log/partition_log.h"
#include "replication/quorum/quorum_files.h"
#include "replication/quorum/quorum_kernel.h"
#include "wire/record/record.h"

namespace weir::replication {
namespace {

constexpr std::uint32_t read_bytes_max = 1024 * 1024;

// The values of a batch of records; views into it.
Result<std::vector<Bytes>> values_of(const wire::BatchView& batch) {
  if (batch.codec() != wire::Codec::none) {
    return fail(Errc::unsupported, "the metadata log has a compressed batch");
  }
  std::vector<Bytes> values;
  wire::RecordIterator iterator(batch);
  for (wire::Record record;;) {
    TRY_ASSIGN(const bool more, iterator.next(record));
    if (!more) return values;
    values.push_back(record.value.view());
  }
}

}  // namespace

class Quorum::Impl {
 public:
  Impl(env::Env& env, QuorumSettings settings, QuorumListener& listener)
      : env_(env),
        settings_(std::move(settings)),
        listener_(listener),
        kernel_({settings_.node_id, settings_.directory_id, settings_.endpoints}),
        flush_wanted_(env.executor),
        tasks_(env.executor) {}

  Task<Result<>> start();
  Task<> stop();
  Result<Offset> append(LeaderEpoch epoch, std::span<const std::vector<std::byte>> records);
  Task<Result<>> write_snapshot(SnapshotId id, TimestampMs last_contained_timestamp,
                                std::vector<std::vector<std::byte>> records);
  QuorumDescription describe(TimestampMs now) const;

  const QuorumKernel& kernel() const { return kernel_; }
  const log::PartitionLog& log() const { return *log_; }
  Offset next_offset() const { return next_offset_; }
  Offset recovery_point() const { return log_ ? log_->recovery_point() : 0; }
  const QuorumFiles& files() const { return files_; }

 private:
  Task<Result<>> elect();
  Task<Result<>> store(ElectionState state);
  Result<> show_snapshot();
  Result<> scan_control_records(Membership& membership);
  // Hands every batch from `from` up to `bound` to `on_batch`, reading the page cache.
  template <class OnBatch>
  Result<> read_log(Offset from, Offset bound, OnBatch&& on_batch);
  Result<> show_committed();
  Offset stage(std::vector<std::byte> batch);
  void write_staged();
  Task<> flush_loop();
  Result<> on_durable();
  void fail_with(const Error& error);
  Task<> clean_up();

  env::Env& env_;
  QuorumSettings settings_;
  QuorumListener& listener_;
  QuorumKernel kernel_;
  QuorumFiles files_;
  std::unique_ptr<log::PartitionLog> log_;
  std::vector<std::vector<std::byte>> staged_;  // alive until written
  Offset next_offset_ = 0;
  Offset shown_ = 0;  // all below has been shown to the listener
  bool write_scheduled_ = false;
  bool batches_lost_ = false;
  bool stopping_ = false;
  std::optional<Error> failed_;
  Signal flush_wanted_;
  TaskScope tasks_;
};

Task<Result<>> Quorum::Impl::start() {
  auto loading = offload(env_.executor, [this] {
    return load_quorum_files(env_.disk, env_.log, settings_, env_.clock.wall_ms());
  });
  auto loaded = co_await std::move(loading);
  if (!loaded) co_return std::unexpected(std::move(loaded).error());
  files_ = std::move(loaded->files);
  log_ = std::move(loaded->log);
  next_offset_ = log_->log_end_offset();

  Membership membership = files_.snapshot_membership;
  CO_TRY(show_snapshot());
  CO_TRY(scan_control_records(membership));
  CO_TRY(complete_membership(settings_, loaded->election, membership));
  kernel_.start(loaded->election, log_->latest_epoch(), std::move(membership));
  if (!kernel_.is_only_voter()) {
    co_return fail(
        Errc::unsupported,
        fmt::format("{}: the metadata quorum has other voters than node {} with directory {}",
                    settings_.directory, settings_.node_id, settings_.directory_id.text()));
  }
  auto election = elect();
  auto elected = co_await std::move(election);
  CO_TRY(elected);
  listener_.became_leader(kernel_.epoch());
  tasks_.spawn(flush_loop());
  co_return Result<>();
}

Result<> Quorum::Impl::show_snapshot() {
  shown_ = log_->log_start_offset();
  if (!files_.latest || *files_.latest == bootstrap_snapshot_id) return {};
  if (files_.latest->end_offset > log_->log_end_offset()) {
    return fail(Errc::corrupt,
                fmt::format("{}: the log ends at {}, before its snapshot {}", settings_.directory,
                            log_->log_end_offset(), snapshot_file_name(*files_.latest)));
  }
  TRY(listener_.load_snapshot_begin(*files_.latest, files_.last_contained_log_timestamp));
  const auto on_batch = [this](TimestampMs timestamp, std::span<const Bytes> values) -> Result<> {
    return listener_.load_snapshot_batch(
        {files_.latest->end_offset, files_.latest->epoch, timestamp, 0, values});
  };
  TRY(read_snapshot(files_.latest_bytes, on_batch));
  TRY(listener_.load_snapshot_end());
  files_.latest_bytes.clear();
  files_.latest_bytes.shrink_to_fit();
  shown_ = files_.latest->end_offset;
  return {};
}

template <class OnBatch>
Result<> Quorum::Impl::read_log(Offset from, Offset bound, OnBatch&& on_batch) {
  std::vector<std::byte> buffer;
  while (from < bound) {
    const auto plan = log_->read({from, bound, read_bytes_max, true});
    if (!plan || plan->range.size == 0) {
      return fail(Errc::corrupt,
                  fmt::format("{}: no batch at offset {}", settings_.directory, from));
    }
    buffer.resize(plan->range.size);
    TRY_ASSIGN(const auto read, plan->range.file->read_at(plan->range.position, buffer));
    Bytes rest(buffer.data(), read);
    const Offset began = from;
    while (!rest.empty()) {
      const auto size = wire::batch_size_at(rest);
      if (!size || *size > rest.size()) break;  // the piece may end within a batch
      TRY_ASSIGN(const auto batch, wire::read_batch(rest));
      rest = rest.subspan(batch.size());
      if (batch.next_offset() <= from) continue;
      if (batch.base_offset() >= bound) break;
      if (!batch.crc_is_good()) break;
      TRY(on_batch(batch));
      from = batch.next_offset();
    }
    if (from == began) {
      return fail(Errc::corrupt,
                  fmt::format("{}: the batch of offset {} is damaged; put a good copy of the "
                              "directory there",
                              settings_.directory, from));
    }
  }
  return {};
}

Result<> Quorum::Impl::scan_control_records(Membership& membership) {
  return read_log(shown_, log_->log_end_offset(), [&](const wire::BatchView& batch) -> Result<> {
    if (!batch.is_control()) return {};
    TRY_ASSIGN(const auto records, read_control_batch(batch));
    Offset offset = batch.base_offset();
    for (const auto& record : records) apply_control_record(record, offset++, membership);
    return {};
  });
}

Task<Result<>> Quorum::Impl::store(ElectionState state) {
  auto writing = offload(env_.executor, [this, &state] {
    return env::write_file_atomically(
        env_.disk, settings_.directory + "/quorum-state",
        format_election_state(state, kernel_.membership().kraft_version));
  });
  co_return co_await std::move(writing);
}

// The only voter elects itself: nobody has to be asked. A crash before the second store leaves a
// candidate of the new epoch, which stands again.
Task<Result<>> Quorum::Impl::elect() {
  auto storing_vote = store(kernel_.stand());
  auto stored_vote = co_await std::move(storing_vote);
  CO_TRY(stored_vote);
  CHECK(kernel_.vote_granted(settings_.node_id), "one vote of one is a majority");
  auto storing_leader = store(kernel_.lead(log_->log_end_offset()));
  auto stored_leader = co_await std::move(storing_leader);
  CO_TRY(stored_leader);

  const LeaderEpoch epoch = kernel_.epoch();
  log_->assign_epoch_start(epoch, log_->log_end_offset());
  wire::BatchBuilder builder({.base_offset = next_offset_, .leader_epoch = epoch, .control = true});
  Offset offset = next_offset_;
  for (const auto& record : kernel_.start_of_epoch_records()) {
    add_control_record(record, env_.clock.wall_ms(), builder);
    kernel_.applied(record, offset++);
  }
  stage(builder.build());
  write_scheduled_ = true;
  write_staged();
  if (failed_) co_return std::unexpected(*failed_);
  if (batches_lost_) co_return fail(Errc::no_space, settings_.directory + ": the disk is full");
  while (const auto plan = log_->plan_flush()) {
    auto flushing = offload(env_.executor, [&plan, this] { return plan->carry_out(env_.disk); });
    auto flushed = co_await std::move(flushing);
    CO_TRY(flushed);
    log_->flush_done(*plan);
  }
  co_return on_durable();
}

Offset Quorum::Impl::stage(std::vector<std::byte> batch) {
  staged_.push_back(std::move(batch));
  auto& bytes = staged_.back();
  const wire::BatchView view{Bytes(bytes)};
  log::StagedBatch staged;
  staged.bytes = bytes;
  staged.last_offset_delta = view.last_offset_delta();
  staged.max_timestamp = view.max_timestamp();
  staged.is_control = view.is_control();
  const auto appended = log_->stage({&staged, 1}, kernel_.epoch(), log::AppendOrigin::raft_leader,
                                    env_.clock.wall_ms());
  CHECK(appended.has_value() && appended->base_offset == next_offset_,
        "the leader's batch continues the log");
  next_offset_ = appended->last_offset + 1;
  return appended->last_offset;
}

Result<Offset> Quorum::Impl::append(LeaderEpoch epoch,
                                    std::span<const std::vector<std::byte>> records) {
  CHECK(!records.empty(), "a batch has records");
  if (failed_ || stopping_ || kernel_.role() != QuorumRole::leader || kernel_.epoch() != epoch) {
    return fail(Errc::closed, "this node does not lead the metadata quorum");
  }
  if (batches_lost_) return fail(Errc::busy, "the metadata log waits for its last flush");
  if (log_->offline()) return fail(Errc::closed, "the metadata log is offline");
  wire::BatchBuilder builder({.base_offset = next_offset_, .leader_epoch = epoch});
  const TimestampMs now = env_.clock.wall_ms();
  for (const auto& record : records) builder.add({.timestamp = now, .value = Bytes(record)});
  const Offset last = stage(builder.build());
  if (!write_scheduled_) {
    write_scheduled_ = true;
    env_.executor.at_end_of_turn([this] { write_staged(); });
  }
  return last;
}

void Quorum::Impl::write_staged() {
  if (!write_scheduled_) return;
  write_scheduled_ = false;
  const auto written = log_->write_staged(env_.clock.wall_ms());
  staged_.clear();
  if (!written) {
    next_offset_ = log_->log_end_offset();
    if (written.error().code != Errc::no_space) return fail_with(written.error());
    batches_lost_ = true;
  }
  flush_wanted_.notify();
}

// What is written goes to the disk together; while one flush runs, the next batch gathers.
Task<> Quorum::Impl::flush_loop() {
  while (!stopping_ && !failed_) {
    const auto plan = log_->plan_flush();
    if (!plan) {
      if (std::exchange(batches_lost_, false)) {
        listener_.uncommitted_lost();
        continue;
      }
      co_await flush_wanted_.wait();
      continue;
    }
    if (sings(Canary::topic_answered_early)) static_cast<void>(on_durable());
    auto flushing = offload(env_.executor, [&plan, this] { return plan->carry_out(env_.disk); });
    const auto flushed = co_await std::move(flushing);
    if (!flushed) {
      log_->flush_failed(flushed.error());
      fail_with(flushed.error());
      co_return;
    }
    log_->flush_done(*plan);
    if (const auto shown = on_durable(); !shown) fail_with(shown.error());
  }
}

Result<> Quorum::Impl::on_durable() {
  const Offset end =
      sings(Canary::topic_answered_early) ? log_->log_end_offset() : log_->durable_end_offset();
  if (!kernel_.durable(settings_.node_id, end)) return {};
  log_->set_high_watermark(kernel_.high_watermark());
  TRY(show_committed());
  listener_.high_watermark_moved(kernel_.high_watermark());
  return {};
}

Result<> Quorum::Impl::show_committed() {
  return read_log(shown_, kernel_.high_watermark(),
                  [this](const wire::BatchView& batch) -> Result<> {
                    shown_ = batch.next_offset();
                    if (batch.is_control()) return {};
                    TRY_ASSIGN(const auto values, values_of(batch));
                    return listener_.commit({batch.base_offset(), batch.leader_epoch(),
                                             batch.max_timestamp(), batch.size(), values});
                  });
}

void Quorum::Impl::fail_with(const Error& error) {
  if (failed_) return;
  failed_ = error;
  env_.log.write(env::Level::error, "quorum",
                 fmt::format("the metadata log failed: {}", error.message()));
  listener_.failed(error);
}

Task<> Quorum::Impl::stop() {
  if (log_ == nullptr || stopping_) co_return;
  write_staged();
  stopping_ = true;
  flush_wanted_.notify();
  auto ending = tasks_.finished();
  co_await std::move(ending);
  kernel_.resign();
  auto closing = offload(env_.executor, [this] { return log_->close_clean(); });
  const auto closed = co_await std::move(closing);
  if (!closed && !failed_) {
    env_.log.write(env::Level::error, "quorum",
                   fmt::format("closing the metadata log failed: {}", closed.error().message()));
  }
}

Task<Result<>> Quorum::Impl::write_snapshot(SnapshotId id, TimestampMs last_contained_timestamp,
                                            std::vector<std::vector<std::byte>> records) {
  CHECK(id.end_offset <= shown_, "a snapshot holds committed records");
  SnapshotContent content;
  content.id = id;
  content.last_contained_log_timestamp = last_contained_timestamp;
  content.kraft_version = kernel_.membership().kraft_version;
  if (content.kraft_version >= 1) content.voters = kernel_.membership().voters;
  content.records = records;
  const TimestampMs now = env_.clock.wall_ms();
  const std::uint64_t unique = env_.random.next();
  auto writing = offload(env_.executor, [&content, now, unique, this] {
    return write_snapshot_file(env_.disk, settings_.directory, content, now, unique);
  });
  const auto written = co_await std::move(writing);
  if (!written) co_return std::unexpected(written.error());
  files_.snapshots[id] = {*written, last_contained_timestamp};
  auto cleaning = clean_up();
  co_await std::move(cleaning);
  co_return Result<>();
}

// Kafka's rule (KafkaRaftLog.maybeClean): the oldest snapshot goes, with the log below the next
// one, while both are beyond metadata.max.retention. A crash between the removals leaves files that
// the next start or clean-up removes.
Task<> Quorum::Impl::clean_up() {
  const auto expired =
      expired_snapshots(files_, log_->size_bytes(), settings_, env_.clock.wall_ms());
  if (expired.empty()) co_return;
  for (const auto& id : expired) files_.snapshots.erase(id);
  log_->raise_log_start_offset(files_.snapshots.begin()->first.end_offset);
  const auto deletion = log_->plan_retention(env_.clock.wall_ms());
  auto removing = offload(env_.executor, [&expired, &deletion, this]() -> Result<> {
    for (const auto& id : expired) {
      TRY(env_.disk.remove(settings_.directory + "/" + snapshot_file_name(id)));
    }
    if (!deletion) return {};
    TRY(deletion->rename(env_.disk));
    return deletion->remove(env_.disk);
  });
  const auto removed = co_await std::move(removing);
  if (!removed) {
    env_.log.write(env::Level::warning, "quorum",
                   fmt::format("removing old snapshots: {}", removed.error().message()));
  }
}

QuorumDescription Quorum::Impl::describe(TimestampMs now) const {
  QuorumDescription description;
  description.leader_id = kernel_.leader_id();
  description.leader_epoch = kernel_.epoch();
  description.high_watermark = kernel_.high_watermark();
  for (const auto& voter : kernel_.membership().voters) {
    QuorumDescription::Replica replica;
    replica.id = voter.id;
    replica.directory_id = voter.directory_id;
    replica.log_end_offset = kernel_.end_offset_of(voter.id);
    if (voter.id == settings_.node_id) {
      replica.log_end_offset = log_->log_end_offset();
      replica.last_fetch_timestamp = now;
      replica.last_caught_up_timestamp = now;
    }
    description.voters.push_back(replica);
    description.nodes.push_back(voter);
  }
  return description;
}

Quorum::Quorum(env::Env& env, QuorumSettings settings, QuorumListener& listener)
    : impl_(std::make_unique<Impl>(env, std::move(settings), listener)) {}
Quorum::~Quorum() = default;

Task<Result<>> Quorum::start() { return impl_->start(); }
Task<> Quorum::stop() { return impl_->stop(); }
Result<Offset> Quorum::append(LeaderEpoch epoch, std::span<const std::vector<std::byte>> records) {
  return impl_->append(epoch, records);
}
Offset Quorum::next_offset() const { return impl_->next_offset(); }
Offset Quorum::recovery_point() const { return impl_->recovery_point(); }
Offset Quorum::log_end_offset() const { return impl_->log().log_end_offset(); }
Offset Quorum::high_watermark() const { return impl_->kernel().high_watermark(); }
bool Quorum::is_leader() const { return impl_->kernel().role() == QuorumRole::leader; }
LeaderEpoch Quorum::epoch() const { return impl_->kernel().epoch(); }
std::int16_t Quorum::kraft_version() const { return impl_->kernel().membership().kraft_version; }
QuorumDescription Quorum::describe(TimestampMs now) const { return impl_->describe(now); }
Task<Result<>> Quorum::write_snapshot(SnapshotId id, TimestampMs last_contained_timestamp,
                                      std::vector<std::vector<std::byte>> records) {
  return impl_->write_snapshot(id, last_contained_timestamp, std::move(records));
}
std::optional<SnapshotId> Quorum::latest_snapshot() const { return impl_->files().last_snapshot(); }
const std::vector<std::vector<std::byte>>& Quorum::bootstrap_records() const {
  return impl_->files().bootstrap_records;
}

}  // namespace weir::replication
