#include "log/partition_log.h"

#include <algorithm>

#include "base/check.h"
#include "fmt/format.h"
#include "log/format/checkpoint_file.h"
#include "log/format/partition_metadata.h"
#include "log/partition_log_state.h"
#include "log/recovery/loader.h"

namespace weir::log {
namespace {

constexpr std::size_t metadata_bytes_max = 4096;

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

std::uint64_t preallocation(const LogConfig& config) {
  return config.preallocate ? static_cast<std::uint64_t>(config.segment_bytes) : 0;
}

struct TopicIdentity {
  std::optional<Uuid> id;
  bool is_written = true;  // in partition.metadata
};
Result<TopicIdentity> topic_identity(env::Disk& disk, const std::string& path,
                                     std::optional<Uuid> wanted) {
  const auto text = env::read_file(disk, path, metadata_bytes_max);
  if (!text && text.error().code != Errc::not_found) return std::unexpected(text.error());
  if (text) {
    const auto id = parse_partition_metadata(*text);
    if (id && wanted && *id != *wanted) {
      return fail(Errc::invalid, fmt::format("{} belongs to topic id {}, not {}",
                                             env::parent_of(path), id->text(), wanted->text()));
    }
    if (id) return TopicIdentity{*id};
  }
  return TopicIdentity{wanted, !wanted.has_value()};
}

}  // namespace

PartitionLog::State::State(env::Disk& disk_in, env::LogSink& sink_in, OpenOptions&& options)
    : disk(disk_in),
      sink(sink_in),
      home{disk_in, std::move(options.directory), options.config.index_interval_bytes,
           preallocation(options.config)},
      name(std::move(options.name)),
      config(options.config),
      jitter(options.jitter) {}

std::size_t PartitionLog::State::segment_of(Offset offset) const {
  const auto above = std::ranges::upper_bound(
      segments, offset, {}, [](const auto& segment) { return segment->base_offset(); });
  return above == segments.begin() ? 0 : static_cast<std::size_t>(above - segments.begin()) - 1;
}

void PartitionLog::State::warn(const std::string& message) const {
  if (!sink.enabled(env::Level::warning)) return;
  sink.write(env::Level::warning, "log",
             fmt::format("{}-{}: {}", name.topic, name.partition, message));
}

void PartitionLog::State::go_offline(const Error& error) {
  if (offline) return;
  offline = true;
  sink.write(
      env::Level::error, "log",
      fmt::format("{}-{} takes no more appends: {}", name.topic, name.partition, error.message()));
}

std::int64_t PartitionLog::State::roll_jitter_ms(const Segment& segment) const {
  const auto bound = std::min(config.segment_jitter_ms, config.segment_ms);
  if (bound <= 0) return 0;
  const auto seed = mix(jitter ^ static_cast<std::uint64_t>(segment.base_offset()));
  return static_cast<std::int64_t>(seed % static_cast<std::uint64_t>(bound));
}

PartitionLog::PartitionLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
PartitionLog::~PartitionLog() = default;

Result<std::unique_ptr<PartitionLog>> PartitionLog::open(env::Disk& disk, env::LogSink& sink,
                                                         OpenOptions options,
                                                         std::optional<Uuid> topic_id) {
  TRY_ASSIGN(const bool existed, disk.exists(options.directory));
  if (!existed) {
    TRY(disk.create_directories(options.directory));
    TRY(disk.sync_directory(env::parent_of(options.directory)));
  }
  OpenOptions for_loader = options;
  auto state = std::make_unique<State>(disk, sink, std::move(options));
  state->latest_now = for_loader.now;
  const auto metadata_path = state->home.directory + "/" + std::string(partition_metadata_name);
  TRY_ASSIGN(const TopicIdentity identity, topic_identity(disk, metadata_path, topic_id));
  state->topic_id = identity.id;
  LogLoader loader(*state, for_loader);
  TRY(loader.load());
  // Behind the first segment, whose name is synced with that of this file: else a loss of power
  // before the first flush could leave a later segment without it, and a log that begins there. A
  // crash in between leaves a folder without partition.metadata, which the next opening completes.
  if (!identity.is_written) {
    TRY(env::write_file_atomically(disk, metadata_path, format_partition_metadata(*identity.id)));
  }
  std::unique_ptr<PartitionLog> log(new PartitionLog(std::move(state)));
  // Of thousands of logs that a start opens few are used at once: their files open when they are.
  for (auto& segment : log->state_->segments) segment->forget_use();
  log->drop_idle_files();
  return log;
}

const PartitionName& PartitionLog::name() const { return state_->name; }
const std::string& PartitionLog::directory() const { return state_->home.directory; }
std::optional<Uuid> PartitionLog::topic_id() const { return state_->topic_id; }
const PartitionLog::OpenReport& PartitionLog::open_report() const { return state_->report; }
const LogConfig& PartitionLog::config() const { return state_->config; }

void PartitionLog::set_config(const LogConfig& config) {
  state_->config = config;
  state_->home.index_interval_bytes = config.index_interval_bytes;
  state_->home.preallocate_bytes = preallocation(config);
}

Offset PartitionLog::log_start_offset() const { return state_->log_start; }
Offset PartitionLog::log_end_offset() const { return state_->log_end; }
Offset PartitionLog::durable_end_offset() const { return state_->durable_end; }
Offset PartitionLog::recovery_point() const {
  return std::min(state_->recovery_point, state_->durable_end);
}
Offset PartitionLog::high_watermark() const { return state_->high_watermark; }

void PartitionLog::set_high_watermark(Offset high_watermark) {
  State& s = *state_;
  CHECK(high_watermark <= s.log_end, "the high watermark is at or below the log's end");
  if (high_watermark <= s.high_watermark) return;
  s.high_watermark = high_watermark;
  s.producers.set_high_watermark(high_watermark);
}

Offset PartitionLog::last_stable_offset() const {
  const Offset unstable = state_->producers.first_unstable_offset();
  if (unstable < 0 || unstable >= state_->high_watermark) return state_->high_watermark;
  return std::max(unstable, state_->log_start);
}

LeaderEpoch PartitionLog::latest_epoch() const { return state_->epochs.latest(); }

EpochEnd PartitionLog::end_offset_for_epoch(LeaderEpoch epoch) const {
  return state_->epochs.end_of(epoch, state_->log_end);
}

void PartitionLog::assign_epoch_start(LeaderEpoch epoch, Offset start) {
  state_->epochs.assign(epoch, start);
}

LeaderEpoch PartitionLog::epoch_at(Offset offset) const { return state_->epochs.at(offset); }

std::vector<ActiveProducer> PartitionLog::active_producers() const {
  std::vector<ActiveProducer> active;
  for (const auto& [producer_id, entry] : state_->producers.entries()) {
    active.push_back({.producer_id = producer_id,
                      .producer_epoch = entry.epoch,
                      .last_sequence = entry.last_sequence(),
                      .last_timestamp = entry.last_timestamp,
                      .coordinator_epoch = entry.coordinator_epoch,
                      .current_transaction_start = entry.current_transaction_start});
  }
  return active;
}

void PartitionLog::expire_producers(TimestampMs now) {
  state_->latest_now = now;
  state_->producers.expire(now, state_->config.producer_id_expiration_ms);
}

std::uint64_t PartitionLog::size_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& segment : state_->segments) bytes += segment->size();
  return bytes;
}

std::size_t PartitionLog::segment_count() const { return state_->segments.size(); }

Result<> PartitionLog::close_clean() {
  State& s = *state_;
  CHECK(s.staged.empty(), "a log is closed when nothing is staged");
  if (s.offline) return fail(Errc::io, "the log is offline");
  TRY(s.active().seal());
  TRY_ASSIGN(auto snapshot, s.write_snapshot(s.log_end, s.producers.entries()));
  TRY(snapshot->sync());
  auto files = s.sealed_files;
  TRY_ASSIGN(auto log, s.active().log_file());
  TRY_ASSIGN(auto* offsets, s.active().offset_index());
  TRY_ASSIGN(auto* times, s.active().time_index());
  files.push_back(std::move(log));
  files.push_back(offsets->file().file());
  files.push_back(times->file().file());
  if (s.active().has_transaction_index()) {
    TRY_ASSIGN(auto* aborted, s.active().transaction_index());
    files.push_back(aborted->file().file());
  }
  const FlushPlan plan{.files = std::move(files),
                       .directory = s.home.directory,
                       .sync_directory = true,
                       .leader_epoch_checkpoint = format_epoch_checkpoint(s.epochs.entries())};
  TRY(plan.carry_out(s.disk));
  if (plan.leader_epochs_put_off) {
    return fail(Errc::no_space, "no room for the checkpoint of leader epochs");
  }
  s.sealed_synced += s.sealed_files.size();
  s.sealed_files.clear();
  s.durable_end = s.recovery_point = s.log_end;
  s.epochs_written = s.epochs.changes();
  s.directory_synced = s.directory_changes;
  for (auto& segment : s.segments) segment->close_files();
  s.tail.clear();
  return {};
}

void PartitionLog::drop_idle_files() {
  State& s = *state_;
  for (auto& segment : s.segments) {
    const bool is_active = segment == s.segments.back();
    if (is_active && (s.durable_end != s.log_end || !s.staged.empty())) continue;
    if (segment->close_idle_files() && is_active) {
      s.tail.clear();
      s.staged = std::vector<State::Staged>();
    }
  }
}

}  // namespace weir::log
