#include "broker/shard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/canary.h"
#include "base/offload.h"
#include "broker/node.h"
#include "broker/partition/coordinator_partition.h"
#include "broker/topic_creation.h"
#include "metadata/config/topic_settings.h"

namespace weir::broker {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kept_chunks = 64;  // 4 MiB
constexpr milliseconds deadline_check{100};
constexpr milliseconds cleaner_backoff_min{100};  // of log.cleaner.backoff.ms=0
constexpr milliseconds idle_check{5000};
constexpr milliseconds file_check{30'000};  // a file that was not used for so long is closed

coordinator::GroupConfig group_config(const metadata::GroupSettings& settings) {
  coordinator::GroupConfig config;
  config.group_min_session_timeout_ms = settings.group_min_session_timeout_ms;
  config.group_max_session_timeout_ms = settings.group_max_session_timeout_ms;
  config.group_initial_rebalance_delay_ms = settings.group_initial_rebalance_delay_ms;
  config.group_max_size = settings.group_max_size;
  config.offset_metadata_max_bytes = settings.offset_metadata_max_bytes;
  config.offsets_retention_ms = settings.offsets_retention_ms;
  config.offsets_retention_check_interval_ms = settings.offsets_retention_check_interval_ms;
  config.offsets_commit_timeout_ms = settings.offsets_commit_timeout_ms;
  return config;
}

env::Duration cleaner_backoff(const metadata::LogSettings& settings) {
  return std::max<env::Duration>(duration_of_ms(settings.log_cleaner_backoff_ms),
                                 cleaner_backoff_min);
}

std::int32_t offsets_partitions(const metadata::Image& image,
                                const metadata::GroupSettings& settings) {
  const metadata::Topic* topic = image.topic(offsets_topic);
  return topic ? static_cast<std::int32_t>(topic->partitions.size())
               : settings.offsets_topic_num_partitions;
}

}  // namespace

Shard::Shard(env::Env& shard_env, Node& owner, metadata::ImagePtr image, SettingsPtr settings)
    : env(shard_env),
      node(owner),
      chunks(kept_chunks),
      tasks(shard_env.executor),
      flusher(shard_env, tasks),
      producer_ids(*this),
      fetch_sessions(
          shard_env.shards.self(), static_cast<std::uint32_t>(owner.shard_count()),
          static_cast<std::size_t>(settings->fetch.max_incremental_fetch_session_cache_slots) /
              owner.shard_count()),
      connections(*this),
      image_(std::move(image)),
      settings_(std::move(settings)),
      topics_(image_),
      groups_(std::make_unique<coordinator::GroupService>(
          shard_env, topics_, group_config(settings_->group),
          offsets_partitions(*image_, settings_->group))),
      deadlines_(shard_env),
      retention_(shard_env),
      cleaner_(shard_env),
      flush_scheduler_(shard_env),
      producer_expiry_(shard_env),
      files_(shard_env),
      idle_(shard_env) {}

Shard::~Shard() = default;

metadata::BrokerLayers Shard::config_layers() const {
  return {.dynamic_broker =
              &image_->config(metadata::ConfigKind::broker, std::to_string(node.node_id())),
          .dynamic_default_broker = &image_->config(metadata::ConfigKind::broker, ""),
          .static_broker = &node.static_config()};
}

Partition* Shard::partition(const PartitionId& id) {
  const auto found = partitions_.find(id);
  return found == partitions_.end() ? nullptr : found->second.get();
}

std::vector<Partition*> Shard::partitions() {
  std::vector<Partition*> all;
  all.reserve(partitions_.size());
  for (const auto& [id, partition] : partitions_) all.push_back(partition.get());
  std::ranges::sort(all, {}, [](const Partition* partition) { return partition->id(); });
  return all;
}

std::shared_ptr<const metadata::TopicSettings> Shard::topic_settings(std::string_view topic) {
  const auto known = topic_settings_.find(topic);
  if (known != topic_settings_.end()) return known->second;
  auto settings = std::make_shared<const metadata::TopicSettings>(metadata::topic_settings(
      image_->config(metadata::ConfigKind::topic, topic), config_layers()));
  topic_settings_[std::string(topic)] = settings;
  return settings;
}

// --- the image ---

void Shard::apply_image(metadata::ImagePtr image, SettingsPtr settings) {
  if (stopping_) return;
  const metadata::ImagePtr before = std::exchange(image_, std::move(image));
  const bool settings_changed = settings != settings_;
  settings_ = std::move(settings);
  const metadata::Delta delta = metadata::delta_between(*before, *image_);
  if (settings_changed) {
    groups_->set_config(group_config(settings_->group));
    cleaner_.set_period(cleaner_backoff(settings_->log));
  }
  if (!delta.configs.empty() || settings_changed) apply_configs();
  std::vector<coordinator::DeletedTopic> deleted;
  for (const metadata::TopicDelta& topic : delta.topics) {
    if (!topic.after) deleted.push_back({topic.before->name, topic.before->id});
    if (topic.after && topic.after->name == offsets_topic) {
      groups_->set_offsets_partitions(static_cast<std::int32_t>(topic.after->partitions.size()));
    }
    apply_topic(topic);
  }
  if (!deleted.empty()) groups_->topics_deleted(deleted);
}

void Shard::apply_configs() {
  topic_settings_.clear();
  for (Partition* partition : partitions()) {
    partition->set_settings(topic_settings(partition->name().topic));
  }
}

void Shard::apply_topic(const metadata::TopicDelta& delta) {
  for (const metadata::PartitionDelta& change : delta.partitions) {
    const PartitionId id{delta.after ? delta.after->id : delta.before->id, change.index};
    if (shard_of(id, node.shard_count()) != this->id()) continue;
    if (delta.after && change.after) {
      apply_partition(*delta.after, change.index, *change.after);
    } else {
      drop_partition(id);
    }
  }
  if (!delta.after) topic_settings_.erase(delta.before->name);
}

void Shard::apply_partition(const metadata::Topic& topic, PartitionIndex index,
                            const metadata::Partition& after) {
  if (!after.has_replica(node.node_id())) return;
  Partition* held = partition({topic.id, index});
  if (!held) held = add_partition(topic, index, {.is_new = true});
  if (after.leader == node.node_id()) {
    lead(*held, after);
  } else {
    resign(*held);
  }
}

Partition* Shard::add_partition(const metadata::Topic& topic, PartitionIndex index,
                                Partition::OpenHints hints) {
  const PartitionId id{topic.id, index};
  const log::PartitionName name{topic.name, index};
  auto made = std::make_unique<Partition>(*this, id, name, topic_settings(topic.name));
  Partition* held = made.get();
  partitions_[id] = std::move(made);
  tasks.spawn(held->open(node.directory().partition_path(name), hints));
  return held;
}

void Shard::lead(Partition& partition, const metadata::Partition& registration) {
  const LeaderEpoch epoch = registration.leader_epoch;
  if (partition.led_epoch() == epoch) {
    partition.isr_changed(registration.partition_epoch, registration.isr);
    return;
  }
  partition.become_leader({.self = node.node_id(),
                           .leader_epoch = epoch,
                           .partition_epoch = registration.partition_epoch,
                           .replicas = registration.replicas,
                           .isr = registration.isr,
                           .min_insync_replicas = partition.settings().min_insync_replicas});
  if (partition.name().topic == offsets_topic) tasks.spawn(load_groups(partition.id(), epoch));
}

Task<> Shard::load_groups(PartitionId id, LeaderEpoch epoch) {
  co_await partition(id)->settled();
  Partition* held = partition(id);
  if (!held || !held->is_leader() || held->leader_epoch() != epoch || stopping_) co_return;
  groups_->start_loading(id.partition, epoch,
                         std::make_shared<CoordinatorPartition>(*this, id, epoch));
}

void Shard::resign(Partition& partition) {
  partition.resign();
  if (partition.name().topic == offsets_topic) groups_->resign(partition.id().partition);
}

// The topic is gone by a committed record. The folder is renamed first (durably), so that a crash
// at any line leaves either the old folder, which the next start sets aside because its topic is
// unknown, or one marked for deletion.
void Shard::drop_partition(const PartitionId& id) {
  const auto found = partitions_.find(id);
  if (found == partitions_.end()) return;
  std::unique_ptr<Partition> gone = std::move(found->second);
  partitions_.erase(found);
  resign(*gone);
  tasks.spawn(delete_files(std::move(gone)));
}

Task<> Shard::delete_files(std::unique_ptr<Partition> partition) {
  co_await partition->shut_down();
  if (!partition->has_folder()) co_return;
  const std::string directory = node.directory().partition_path(partition->name());
  const std::uint64_t unique = env.random.next();
  log::LogDirectory& logs = node.directory();
  Partition* closing = partition.get();
  const bool lets_go_early = sings(Canary::folder_let_go_early);
  if (lets_go_early) co_await node.release_folder(*this, partition->name());
  const auto marked = co_await offload(env.executor, [closing, &logs, &directory, unique] {
    closing->close_files();
    return logs.mark_deleted(directory, unique);
  });
  if (!lets_go_early) co_await node.release_folder(*this, partition->name());
  if (!marked) {
    env.log.write(
        env::Level::error, "broker",
        fmt::format("cannot mark {} as deleted: {}", directory, marked.error().message()));
    co_return;
  }
  run_later(duration_of_ms(partition->settings().log.file_delete_delay_ms),
            [&disk = env.disk, path = *marked] { return disk.remove_tree(path); });
}

// --- start and stop ---

Task<> Shard::open_partitions() {
  settled_now();  // what jumps from here on, before the node is ready, is not believed
  for (const auto& [topic_id, topic] : image_->topics) {
    for (const auto& [index, registration] : topic->partitions) {
      if (shard_of({topic_id, index}, node.shard_count()) != id()) continue;
      if (!registration->has_replica(node.node_id())) continue;
      Partition::OpenHints hints = node.open_hints({topic->name, index});
      hints.newest_epoch = registration->leader_epoch;
      Partition* held = add_partition(*topic, index, hints);
      if (registration->leader == node.node_id()) lead(*held, *registration);
    }
  }
  for (Partition* held : partitions()) co_await held->opened();
}

void Shard::start_housekeeping() {
  const metadata::LogSettings& log = settings_->log;
  const std::int64_t initial_ms = log.log_initial_task_delay_ms;
  retention_.start_if_periodic(initial_ms, log.log_retention_check_interval_ms,
                               [this] { apply_retention(); });
  producer_expiry_.start_if_periodic(log.producer_id_expiration_check_interval_ms,
                                     log.producer_id_expiration_check_interval_ms,
                                     [this] { expire_producers(); });
  if (log.log_cleaner_enable) {
    cleaner_.start(duration_of_ms(initial_ms), cleaner_backoff(log), [this] {
      if (compacting_ || stopping_) return;
      compacting_ = true;
      tasks.spawn(compact());
    });
  }
  flush_scheduler_.start_if_periodic(initial_ms, log.log_flush_scheduler_interval_ms,
                                     [this] { flush_overdue(); });
  files_.start(file_check, file_check, [this] {
    for (Partition* held : partitions()) held->drop_idle_files();
  });
  idle_.start(idle_check, idle_check, [this] {
    const std::int64_t idle_ms = settings_->socket.connections_max_idle_ms;
    if (idle_ms >= 0) connections.close_idle(duration_of_ms(idle_ms));
  });
}

Task<> Shard::stop_groups() {
  stopping_ = true;
  for (Ticker* ticker :
       {&retention_, &cleaner_, &flush_scheduler_, &producer_expiry_, &files_, &idle_}) {
    ticker->stop();
  }
  if (flush_timer_at_ != env::Instant::max()) env.timers.cancel(flush_timer_);
  for (const env::TimerId timer : std::exchange(later_, {})) env.timers.cancel(timer);
  co_await groups_->stop();
}

Task<std::size_t> Shard::close_partitions() {
  std::size_t failed = 0;
  for (Partition* held : partitions()) co_await held->shut_down();
  deadlines_.stop();
  for (Partition* held : partitions()) {
    if (!held->has_folder()) continue;  // made too late to have one: the next start makes it
    const Result<> closed = co_await offload(env.executor, [held] { return held->close_clean(); });
    if (closed) continue;
    ++failed;
    env.log.write(env::Level::error, "broker",
                  fmt::format("{}-{} was not closed cleanly: {}", held->name().topic,
                              held->name().partition, closed.error().message()));
  }
  co_await tasks.finished();
  co_return failed;
}

// --- housekeeping ---

void Shard::run_later(env::Duration delay, std::function<Result<>()> work) {
  if (stopping_) return;
  auto timer = std::make_shared<env::TimerId>();
  *timer =
      env.timers.start(env.clock.now() + delay, [this, timer, work = std::move(work)]() mutable {
        later_.erase(*timer);
        tasks.spawn(run_off_shard(std::move(work)));
      });
  later_.insert(*timer);
}

Task<> Shard::run_off_shard(std::function<Result<>()> work) {
  const Result<> done = co_await offload(env.executor, [&work] { return work(); });
  if (!done) env.log.write(env::Level::warning, "broker", done.error().message());
}

void Shard::watch_deadlines(const PartitionId& partition) {
  if (with_deadlines_.empty())
    deadlines_.start(deadline_check, deadline_check, [this] { fail_overdue(); });
  with_deadlines_.push_back(partition);
}

void Shard::fail_overdue() {
  const env::Instant now = env.clock.now();
  std::erase_if(with_deadlines_, [this, now](const PartitionId& id) {
    Partition* held = partition(id);
    return !held || !held->fail_overdue(now);
  });
  if (with_deadlines_.empty()) deadlines_.stop();
}

// A jump of the wall clock must delete nothing.
TimestampMs Shard::settled_now() {
  const TimestampMs wall = env.clock.wall_ms();
  if (sings(Canary::retention_follows_clock)) return wall;
  return settled_clock_.at(env.clock.now(), wall);
}

void Shard::apply_retention() {
  const TimestampMs now = settled_now();
  for (Partition* held : partitions()) held->apply_retention(now);
}

void Shard::expire_producers() {
  const TimestampMs now = env.clock.wall_ms();
  for (Partition* held : partitions()) held->expire_producers(now);
}

void Shard::flush_by(env::Instant when) {
  const std::int64_t interval_ms = settings_->log.log_flush_scheduler_interval_ms;
  const bool is_scheduled = interval_ms > 0 && interval_ms < never_ms;
  if (is_scheduled || stopping_ || when >= flush_timer_at_) return;
  if (flush_timer_at_ != env::Instant::max()) env.timers.cancel(flush_timer_);
  flush_timer_at_ = when;
  flush_timer_ = env.timers.start(when, [this] {
    flush_timer_at_ = env::Instant::max();
    flush_overdue();
  });
}

void Shard::flush_overdue() {
  const env::Instant now = env.clock.now();
  for (Partition* held : partitions()) held->flush_if_overdue(now);
}

Task<> Shard::compact() {
  std::vector<PartitionId> ids;
  for (Partition* held : partitions()) {
    if (held->settings().log.cleanup_compact) ids.push_back(held->id());
  }
  // The bound is the broker's; each shard compacts one log at a time.
  const double rate =
      settings_->log.log_cleaner_io_max_bytes_per_second / static_cast<double>(node.shard_count());
  for (const PartitionId& id : ids) {
    if (stopping_) break;
    if (Partition* held = partition(id)) co_await held->compact(settled_now(), rate);
  }
  compacting_ = false;
}

void Shard::log_foreign_bytes(std::string_view message) {
  const env::Instant now = env.clock.now();
  if (now - foreign_bytes_logged_ < std::chrono::seconds(1)) {
    ++foreign_bytes_unlogged_;
    return;
  }
  foreign_bytes_logged_ = now;
  const std::uint64_t unlogged = std::exchange(foreign_bytes_unlogged_, 0);
  env.log.write(env::Level::warning, "broker",
                unlogged == 0 ? std::string(message)
                              : fmt::format("{} (and {} more like it)", message, unlogged));
}

}  // namespace weir::broker
