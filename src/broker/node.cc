#include "broker/node.h"

#include <fmt/format.h>

#include <utility>

#include "base/canary.h"
#include "base/cross_shard.h"
#include "base/mark.h"
#include "base/offload.h"
#include "broker/spread.h"
#include "replication/quorum/quorum.h"

namespace weir::broker {
namespace {

using std::chrono::milliseconds;

template <class T, class Make>
Task<T> on_env(env::Env& home, env::Env& there, Make make) {
  return call_on_shard<T>(home, there.shards.self(), there.shards, std::move(make));
}

}  // namespace

Node::Node(std::vector<env::Env*> shards, NodeOptions options)
    : envs_(std::move(shards)),
      env_(*envs_.front()),
      options_(std::move(options)),
      shards_(envs_.size()),
      tasks_(env_.executor),
      changed_(env_.executor),
      recovery_point_clock_(env_),
      log_start_clock_(env_),
      high_watermark_clock_(env_) {}

Node::~Node() = default;

Task<std::optional<Error>> Node::failed() {
  while (!failure_ && !stopped_) co_await changed_.wait();
  co_return failure_;
}

void Node::set_failed(Error error) {
  reached(Mark::node_failed);
  if (!failure_) failure_ = std::move(error);
  changed_.notify();
}

void Node::fail(Shard& from, Error error) {
  from.env.shards.post(
      0, [this, error = std::move(error)]() mutable { set_failed(std::move(error)); });
}

// --- the image ---

SettingsPtr Node::settings_of(const metadata::Image& image) const {
  const metadata::BrokerLayers layers{
      .dynamic_broker = &image.config(metadata::ConfigKind::broker, std::to_string(node_id())),
      .dynamic_default_broker = &image.config(metadata::ConfigKind::broker, ""),
      .static_broker = &options_.static_config};
  auto settings = metadata::broker_settings(layers);
  if (!settings) return settings_;  // what was good goes on
  // Where the data lies and what is listened at is settled at the start.
  settings->node_id = options_.settings.node_id;
  settings->log_dir = options_.settings.log_dir;
  settings->listeners = options_.settings.listeners;
  settings->advertised_listeners = options_.settings.advertised_listeners;
  settings->controller_listeners = options_.settings.controller_listeners;
  return std::make_shared<const metadata::BrokerSettings>(std::move(*settings));
}

void Node::image_committed(const metadata::ImagePtr& before, const metadata::ImagePtr& after) {
  if (!published_) return;
  const auto broker_configs = [](const metadata::Image& image, const std::string& name) {
    return &image.config(metadata::ConfigKind::broker, name);
  };
  const std::string own = std::to_string(node_id());
  if (*broker_configs(*before, own) != *broker_configs(*after, own) ||
      *broker_configs(*before, "") != *broker_configs(*after, "")) {
    settings_ = settings_of(*after);
  }
  for (env::ShardId s = 1; s < shards_.size(); ++s) {
    env_.shards.post(s, [shard = shards_[s].get(), after, settings = settings_] {
      shard->apply_image(after, settings);
    });
  }
  shards_[0]->apply_image(after, settings_);
}

// --- the controller ---

namespace {

using Answer = Result<std::vector<std::byte>>;

Task<Answer> ask(metadata::MetadataNode& node, wire::ApiKey api, std::int16_t version, Bytes body,
                 const metadata::RequestContext& context) {
  auto call = node.controller().call(api, version, body, context);
  co_return co_await std::move(call);
}

}  // namespace

Task<Answer> Node::call_controller(Shard& from, wire::ApiKey api, std::int16_t version, Bytes body,
                                   metadata::RequestContext context) {
  metadata::MetadataNode& node = *metadata_;
  co_return co_await on_shard<Answer>(from, 0, [&node, api, version, body, &context] {
    return ask(node, api, version, body, context);
  });
}

// --- housekeeping ---

namespace {

struct Checkpoints {
  log::OffsetCheckpoint recovery_points, log_start_offsets, high_watermarks, cleaner_offsets;
  std::vector<log::PartitionName> without_log;  // they could not be opened, or not yet
};

Task<Checkpoints> checkpoints_of(Shard& shard) {
  Checkpoints all;
  for (Partition* partition : shard.partitions()) {
    if (!partition->has_log()) {
      if (partition->has_folder()) all.without_log.push_back(partition->name());
      continue;
    }
    const log::PartitionLog& log = partition->log();
    all.recovery_points[partition->name()] =
        sings(Canary::recovery_point_ahead) ? log.log_end_offset() : log.recovery_point();
    all.high_watermarks[partition->name()] = log.high_watermark();
    if (partition->cleaned_up_to() > 0) {
      all.cleaner_offsets[partition->name()] = partition->cleaned_up_to();
    }
    if (log.log_start_offset() > 0)
      all.log_start_offsets[partition->name()] = log.log_start_offset();
  }
  co_return all;
}

void keep(const log::PartitionName& name, const log::OffsetCheckpoint& on_disk,
          log::OffsetCheckpoint& wanted) {
  const auto found = on_disk.find(name);
  if (found != on_disk.end()) wanted.insert(*found);
}

}  // namespace

// What stands there of a log that could not be opened stays: without it the next start would take
// what is damaged for a torn tail and cut it, and all that is behind it.
//
// A checkpoint that a crash cuts off is the older one; recovery then reads more. The recovery point
// is written after what it speaks of was synced, never before.
Task<Result<>> Node::write_checkpoints(CheckpointFiles files) {
  Checkpoints all;
  for (env::ShardId s = 0; s < shards_.size(); ++s) {
    Shard& there = *shards_[s];
    Checkpoints part =
        co_await on_env<Checkpoints>(env_, there.env, [&there] { return checkpoints_of(there); });
    all.recovery_points.merge(part.recovery_points);
    all.log_start_offsets.merge(part.log_start_offsets);
    all.high_watermarks.merge(part.high_watermarks);
    all.cleaner_offsets.merge(part.cleaner_offsets);
    for (const log::PartitionName& name : part.without_log) {
      keep(name, recovery_points_, all.recovery_points);
      keep(name, log_start_offsets_, all.log_start_offsets);
      keep(name, high_watermarks_, all.high_watermarks);
      keep(name, cleaner_offsets_, all.cleaner_offsets);
    }
  }
  if (metadata_) {
    all.recovery_points[replication::metadata_partition()] = metadata_->recovery_point();
  }
  log::LogDirectory& logs = *directory_;
  const Result<> written = co_await offload(env_.executor, [&logs, &all, files]() -> Result<> {
    if (files.recovery_points) TRY(logs.write_recovery_points(all.recovery_points));
    if (files.log_start_offsets) TRY(logs.write_log_start_offsets(all.log_start_offsets));
    if (files.cleaner_offsets) TRY(logs.write_cleaner_offsets(all.cleaner_offsets));
    if (files.high_watermarks) TRY(logs.write_high_watermarks(all.high_watermarks));
    return {};
  });
  if (!written) {
    env_.log.write(env::Level::warning, "broker",
                   fmt::format("cannot write the checkpoints: {}", written.error().message()));
  }
  // After a failure either may stand there.
  const auto note = [&written](bool is_meant, log::OffsetCheckpoint& on_disk,
                               log::OffsetCheckpoint& wanted) {
    if (!is_meant) return;
    if (!written) wanted.merge(on_disk);
    on_disk = std::move(wanted);
  };
  note(files.recovery_points, recovery_points_, all.recovery_points);
  note(files.log_start_offsets, log_start_offsets_, all.log_start_offsets);
  note(files.cleaner_offsets, cleaner_offsets_, all.cleaner_offsets);
  note(files.high_watermarks, high_watermarks_, all.high_watermarks);
  co_return written;
}

bool Node::checkpoints_name(const log::PartitionName& name) const {
  return recovery_points_.contains(name) || log_start_offsets_.contains(name) ||
         high_watermarks_.contains(name) || cleaner_offsets_.contains(name);
}

// One at a time; a caller that comes while one is being written waits for the next.
Task<Result<>> Node::write_checkpoints_in_turn(CheckpointFiles files) {
  while (writing_checkpoints_) co_await changed_.wait();
  writing_checkpoints_ = true;
  const Result<> written = co_await write_checkpoints(files);
  writing_checkpoints_ = false;
  changed_.notify();
  co_return written;
}

// Each file at its own interval, as in Kafka; where it is 0 the file is written at the stop (and by
// DeleteRecords) only. Kafka writes the cleaner's offsets after each round; losing some costs a
// round, so they go with the recovery points.
void Node::start_checkpoints() {
  const metadata::LogSettings& log = settings_->log;
  const auto start = [this](Ticker& clock, std::int64_t first_ms, std::int64_t period_ms,
                            CheckpointFiles files) {
    clock.start_if_periodic(first_ms, period_ms, [this, files] {
      if (!writing_checkpoints_) tasks_.spawn(write_periodic_checkpoints(files));
    });
  };
  start(recovery_point_clock_, log.log_initial_task_delay_ms,
        log.log_flush_offset_checkpoint_interval_ms,
        {.recovery_points = true, .cleaner_offsets = true});
  start(log_start_clock_, log.log_initial_task_delay_ms,
        log.log_flush_start_offset_checkpoint_interval_ms, {.log_start_offsets = true});
  start(high_watermark_clock_, log.replica_high_watermark_checkpoint_interval_ms,
        log.replica_high_watermark_checkpoint_interval_ms, {.high_watermarks = true});
}

// A failure is in the log; the next period tries again.
Task<> Node::write_periodic_checkpoints(CheckpointFiles files) {
  const Result<> ignored = co_await write_checkpoints_in_turn(files);
  static_cast<void>(ignored);
}

// --- folders ---

// Checkpoints know partitions by their names. What they say of a deleted topic must be gone before
// the folder of the next one of its name is there: a crash would apply it to that one.
Task<Result<>> Node::claim_folder_here(const log::PartitionName& name) {
  while (!stopping_ && claimed_folders_.contains(name)) co_await changed_.wait();
  if (stopping_) co_return weir::fail(Errc::closed, "the node stops");
  claimed_folders_.insert(name);
  // The one that is being written may have been gathered before the former partition went.
  while (writing_checkpoints_) co_await changed_.wait();
  if (!checkpoints_name(name) || sings(Canary::checkpoints_outlive_topic)) co_return Result<>{};
  const Result<> written = co_await write_checkpoints_in_turn(CheckpointFiles::all());
  if (!written) {  // it may be asked for again
    claimed_folders_.erase(name);
    changed_.notify();
  }
  co_return written;
}

Task<Result<>> Node::claim_folder(Shard& from, log::PartitionName name) {
  co_return co_await on_shard<Result<>>(from, 0, [this, &name] { return claim_folder_here(name); });
}

namespace {

Task<Unit> let_go(std::set<log::PartitionName>& claimed, const log::PartitionName& name,
                  Signal& changed) {
  claimed.erase(name);
  changed.notify();
  co_return Unit{};
}

}  // namespace

Task<> Node::release_folder(Shard& from, log::PartitionName name) {
  co_await on_shard<Unit>(from, 0,
                          [this, &name] { return let_go(claimed_folders_, name, changed_); });
}

Task<Result<>> Node::checkpoint(Shard& from) {
  co_return co_await on_shard<Result<>>(
      from, 0, [this] { return write_checkpoints_in_turn(CheckpointFiles::all()); });
}

}  // namespace weir::broker
