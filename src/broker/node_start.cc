// Node: starting.

#include <fmt/format.h>

#include <algorithm>

#include "base/cross_shard.h"
#include "base/offload.h"
#include "broker/format_directory.h"
#include "broker/node.h"
#include "log/partition_log.h"
#include "replication/quorum/quorum.h"

namespace weir::broker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds accept_pause{50};

template <class Checkpoint>
Offset offset_in(const Checkpoint& checkpoint, const log::PartitionName& name) {
  const auto found = checkpoint.find(name);
  return found == checkpoint.end() ? 0 : found->second;
}

// Blocking. Folders of topics that the cluster does not know: deleted while this node was down, or
// somebody else's. They are renamed, never removed, so that their names are free and an operator
// can look at them. Returns their new names.
Result<std::vector<std::string>> set_strays_aside(log::LogDirectory& logs,
                                                  const metadata::Image& image,
                                                  std::uint64_t unique) {
  std::vector<std::string> aside;
  TRY_ASSIGN(const auto folders, logs.partitions());
  for (const log::LogDirectory::Found& found : folders) {
    const metadata::Topic* topic = image.topic(std::string_view(found.name.topic));
    TRY_ASSIGN(const auto topic_id, logs.topic_id_of(found.directory));
    const bool is_ours =
        topic && topic->partition(found.name.partition) && (!topic_id || *topic_id == topic->id);
    if (is_ours) continue;
    TRY_ASSIGN(auto renamed, logs.mark_stray(found.directory, unique++));
    aside.push_back(std::move(renamed));
  }
  return aside;
}

struct PartitionTotals {
  std::size_t count = 0;
  std::size_t without_log = 0;  // they could not be opened, or not yet
  std::uint64_t bytes_checked = 0;
};

// The bodies of what start() asks of a shard; each runs on that shard.
Task<PartitionTotals> totals_of(Shard& shard) {
  PartitionTotals totals;
  for (Partition* partition : shard.partitions()) {
    ++totals.count;
    if (partition->has_log()) {
      totals.bytes_checked += partition->log().open_report().bytes_checked;
    } else {
      ++totals.without_log;
    }
  }
  co_return totals;
}

Task<Unit> make_shard(std::unique_ptr<Shard>& place, env::Env& there, Node& node,
                      metadata::ImagePtr image, SettingsPtr settings) {
  place = std::make_unique<Shard>(there, node, std::move(image), std::move(settings));
  co_return Unit{};
}

Task<Unit> open_partitions_of(Shard& shard) {
  co_await shard.open_partitions();
  co_return Unit{};
}

Task<> open_partitions_there(env::Env& home, Shard& shard) {
  auto make = [&shard] { return open_partitions_of(shard); };
  co_await call_on_shard<Unit>(home, shard.env.shards.self(), shard.env.shards, make);
}

}  // namespace

Task<Result<ReadyReport>> Node::start() {
  CO_TRY(co_await open_directory());
  CO_TRY(co_await open_metadata());
  co_await open_shards();
  ReadyReport report;
  co_await report_partitions(report);
  CO_TRY(listen(report));
  CO_TRY(co_await register_broker());
  for (std::uint32_t i = 0; i < listeners_.size(); ++i) tasks_.spawn(accept(*listeners_[i], i));
  report.cluster_id = cluster_id_;
  report.node_id = node_id();
  report.after_clean_stop = after_clean_stop_;
  start_checkpoints();
  co_return report;
}

Task<Result<>> Node::open_directory() {
  env::Disk& disk = env_.disk;
  const std::string path = options_.settings.log_dir;
  auto opened = co_await offload(env_.executor,
                                 [&disk, &path] { return log::LogDirectory::open(disk, path); });
  if (!opened) {
    if (opened.error().code == Errc::busy) co_return std::unexpected(opened.error());
    co_return weir::fail(Errc::invalid,
                         fmt::format("cannot use the data directory {}: {}; make it usable, or "
                                     "choose another one (--data)",
                                     path, opened.error().what));
  }
  directory_ = std::move(*opened);

  log::LogDirectory& logs = *directory_;
  auto found = co_await offload(env_.executor, [&logs] { return logs.read_meta_properties(); });
  if (!found) co_return std::unexpected(found.error());
  log::MetaProperties properties;
  if (*found) {
    properties = **found;
    if (properties.node_id != node_id()) {
      // The directory says who this node is; a different node.id must have been asked for
      // explicitly.
      if (options_.static_config.contains("node.id")) {
        co_return weir::fail(
            Errc::invalid,
            fmt::format("{} belongs to node {}, and node.id is set to {}: use another "
                        "directory, or leave node.id out",
                        path, properties.node_id, node_id()));
      }
      options_.settings.node_id = properties.node_id;
    }
    if (!options_.cluster_id.empty() && options_.cluster_id != properties.cluster_id) {
      co_return weir::fail(Errc::invalid, fmt::format("{} belongs to cluster {}, not to {}", path,
                                                      properties.cluster_id, options_.cluster_id));
    }
  } else {
    properties.node_id = node_id();
    properties.cluster_id =
        options_.cluster_id.empty() ? Uuid::random(env_.random).text() : options_.cluster_id;
    properties.directory_id = Uuid::random(env_.random);
    const TimestampMs now = env_.clock.wall_ms();
    CO_TRY(co_await offload(
        env_.executor, [&] { return format_directory(disk, logs, options_, properties, now); }));
    env_.log.write(env::Level::info, "broker",
                   fmt::format("formatted {} for cluster {}", path, properties.cluster_id));
  }
  cluster_id_ = properties.cluster_id;
  directory_id_ = properties.directory_id;

  // The marker goes before anything is changed: a crash from here on is no clean stop.
  auto marker =
      co_await offload(env_.executor, [&logs] { return logs.take_clean_shutdown_marker(); });
  if (!marker) co_return std::unexpected(marker.error());
  after_clean_stop_ = marker->has_value();
  previous_broker_epoch_ = marker->value_or(-1);
  co_return co_await offload(env_.executor, [this]() -> Result<> {
    recovery_points_ = directory_->read_recovery_points();
    log_start_offsets_ = directory_->read_log_start_offsets();
    high_watermarks_ = directory_->read_high_watermarks();
    cleaner_offsets_ = directory_->read_cleaner_offsets();
    return directory_->remove_marked();
  });
}

Task<Result<>> Node::open_metadata() {
  auto of_metadata = metadata_settings(options_, cluster_id_, directory_id_);
  of_metadata.recovery_point = offset_in(recovery_points_, replication::metadata_partition());
  metadata_ = std::make_unique<metadata::MetadataNode>(env_, std::move(of_metadata));
  CO_TRY(co_await metadata_->start());
  settings_ = settings_of(*metadata_->image());
  kraft_version_ = metadata_->kraft_version();
  metadata_->subscribe(*this);
  const metadata::ImagePtr image = metadata_->image();
  const std::uint64_t unique = env_.random.next();
  log::LogDirectory& logs = *directory_;
  // The one voter there is begins an epoch whenever it starts.
  const LeaderEpoch run = metadata_->controller_epoch();
  nothing_lost_ = co_await offload(env_.executor, [&logs, run] { return logs.is_as_left(run); });
  const auto strays = co_await offload(
      env_.executor, [&logs, &image, unique] { return set_strays_aside(logs, *image, unique); });
  if (!strays) co_return std::unexpected(strays.error());
  for (const std::string& aside : *strays) {
    env_.log.write(env::Level::warning, "broker",
                   aside + " belongs to no topic of this cluster: it is set aside");
  }
  co_return co_await forget_checkpoints_of_others();
}

// A crash may have come between the end of a topic and the next one's of its name: what is said of
// partitions that have no folder was said of somebody else's.
Task<Result<>> Node::forget_checkpoints_of_others() {
  const metadata::ImagePtr image = metadata_->image();
  for (const auto& [_, topic] : image->topics) {
    for (const auto& [index, registration] : topic->partitions) {
      if (registration->has_replica(node_id())) claimed_folders_.insert({topic->name, index});
    }
  }
  co_return co_await offload(env_.executor, [this]() -> Result<> {
    TRY_ASSIGN(const auto folders, directory_->partitions());
    std::set<log::PartitionName> there{replication::metadata_partition()};
    for (const auto& found : folders) there.insert(found.name);
    const auto forget = [&there](log::OffsetCheckpoint& checkpoint) {
      return std::erase_if(checkpoint, [&](const auto& of) { return !there.contains(of.first); });
    };
    if (forget(recovery_points_) > 0) TRY(directory_->write_recovery_points(recovery_points_));
    if (forget(log_start_offsets_) > 0) {
      TRY(directory_->write_log_start_offsets(log_start_offsets_));
    }
    if (forget(high_watermarks_) > 0) TRY(directory_->write_high_watermarks(high_watermarks_));
    if (forget(cleaner_offsets_) > 0) TRY(directory_->write_cleaner_offsets(cleaner_offsets_));
    return {};
  });
}

Partition::OpenHints Node::open_hints(const log::PartitionName& name) const {
  return {.after_clean_stop = after_clean_stop_,
          .nothing_lost = nothing_lost_,
          .recovery_point = offset_in(recovery_points_, name),
          .log_start_offset = offset_in(log_start_offsets_, name),
          .high_watermark = offset_in(high_watermarks_, name),
          .cleaned_up_to = offset_in(cleaner_offsets_, name)};
}

// Shards are made on their own threads. Images committed meanwhile are held back: nobody publishes
// before all shards are there, and no call of another shard can change the metadata before that.
Task<> Node::open_shards() {
  const metadata::ImagePtr image = metadata_->image();
  for (env::ShardId s = 0; s < envs_.size(); ++s) {
    env::Env& there = *envs_[s];
    auto make = [this, s, &there, &image] {
      return make_shard(shards_[s], there, *this, image, settings_);
    };
    co_await call_on_shard<Unit>(env_, s, there.shards, make);
  }
  TaskScope opening(env_.executor);
  for (const auto& shard : shards_) opening.spawn(open_partitions_there(env_, *shard));
  co_await opening.finished();
  published_ = true;
  if (metadata_->image() != image) image_committed(image, metadata_->image());
}

// What a partition that is open holds was checked, or was believed for a reason: that can be said
// of it again after a kill, if it can be said of all.
Task<> Node::report_partitions(ReadyReport& report) {
  std::size_t without_log = 0;
  for (const auto& shard : shards_) {
    auto make = [&held = *shard] { return totals_of(held); };
    const auto totals = co_await call_on_shard<PartitionTotals>(env_, shard->env.shards.self(),
                                                                shard->env.shards, make);
    report.partitions += totals.count;
    report.bytes_checked += totals.bytes_checked;
    without_log += totals.without_log;
  }
  if (without_log > 0) co_return;
  co_await offload(env_.executor, [this] {
    directory_->vouch_for(metadata_->controller_epoch());
    return Unit{};
  });
}

Task<Result<>> Node::register_broker() {
  metadata::BrokerLifecycleSettings settings;
  settings.broker_id = node_id();
  settings.cluster_id = cluster_id_;
  for (const metadata::Listener& listener : options_.settings.advertised_listeners) {
    settings.listeners.push_back({listener.name, listener.host, advertised_port(listener), 0});
  }
  if (!options_.settings.broker_rack.empty()) settings.rack = options_.settings.broker_rack;
  settings.log_dirs = {directory_id_};
  settings.previous_broker_epoch = previous_broker_epoch_;
  settings.broker_heartbeat_interval_ms = settings_->controller.broker_heartbeat_interval_ms;
  settings.initial_broker_registration_timeout_ms =
      settings_->controller.initial_broker_registration_timeout_ms;
  lifecycle_ = std::make_unique<metadata::BrokerLifecycle>(
      env_, metadata_->controller(), settings, [this] { return shards_[0]->image().offset; });
  CO_TRY(co_await lifecycle_->start());
  broker_epoch_ = lifecycle_->broker_epoch();
  CO_TRY(co_await lifecycle_->become_ready());
  for (env::ShardId s = 0; s < shards_.size(); ++s) {
    env_.shards.post(s, [shard = shards_[s].get()] { shard->start_housekeeping(); });
  }
  co_return Result<>{};
}

// Port 0 is whatever the system gave to the listener of that name.
std::uint16_t Node::advertised_port(const metadata::Listener& advertised) const {
  if (advertised.port != 0) return advertised.port;
  const auto& names = options_.settings.listeners;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].name == advertised.name) return listeners_[i]->local_address().port;
  }
  return 0;
}

// Ports are taken before anything is promised to the controller; who connects early waits in the
// backlog.
Result<> Node::listen(ReadyReport& report) {
  const auto& names = options_.settings.listeners;
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    const env::Address address{names[i].host, names[i].port};
    const metadata::SocketSettings& socket = settings_->socket;
    auto listener =
        env_.network.listen(address, socket.socket_listen_backlog_size,
                            {socket.socket_send_buffer_bytes, socket.socket_receive_buffer_bytes});
    if (!listener) {
      return weir::fail(
          Errc::exists,
          fmt::format("cannot listen at {}: {}; stop what listens there, or choose another "
                      "address (--listen HOST:PORT, or listeners)",
                      address.text(), listener.error().what));
    }
    report.addresses.push_back((*listener)->local_address());
    listeners_.push_back(std::move(*listener));
  }
  return {};
}

Task<> Node::accept(env::Listener& listener, std::uint32_t index) {
  for (;;) {
    auto accepted = co_await listener.accept();
    if (!accepted) {
      if (accepted.error().code == Errc::closed) co_return;
      co_await sleep_for(env_,
                         accept_pause);  // no descriptors or memory left: some must be given back
      continue;
    }
    const std::string host = (*accepted)->peer_address().host;
    if (stopping_ || !may_connect(host)) continue;  // closed by its destructor
    ++connection_count_;
    ++connections_by_host_[host];
    const env::ShardId target = next_shard_++ % static_cast<env::ShardId>(shards_.size());
    env_.shards.post(target, [this, shard = shards_[target].get(), socket = std::move(*accepted),
                              index, host]() mutable {
      shard->connections.serve(std::move(socket), index, [this, shard, host] {
        shard->env.shards.post(0, [this, host] {
          --connection_count_;
          if (--connections_by_host_[host] == 0) connections_by_host_.erase(host);
        });
      });
    });
  }
}

bool Node::may_connect(const std::string& host) const {
  const metadata::SocketSettings& limits = settings_->socket;
  if (connection_count_ >= limits.max_connections) return false;
  const auto from_host = connections_by_host_.find(host);
  return from_host == connections_by_host_.end() ||
         from_host->second < limits.max_connections_per_ip;
}

}  // namespace weir::broker
