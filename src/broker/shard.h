#pragma once
// Shard: what one thread of a broker owns: its partitions, its connections, its part of the group
// coordinator and of the fetch sessions, and its copy of the committed image. Made, used and
// destroyed on that thread only; other shards ask by message (spread.h).

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/env/env.h"
#include "base/settled_clock.h"
#include "base/task_scope.h"
#include "broker/connection/chunk.h"
#include "broker/connection/connections.h"
#include "broker/fetch/fetch_sessions.h"
#include "broker/partition/flusher.h"
#include "broker/partition/partition.h"
#include "broker/partition/partition_id.h"
#include "broker/producer_ids.h"
#include "broker/ticker.h"
#include "broker/topic_view.h"
#include "coordinator/group/group_service.h"
#include "metadata/config/broker_settings.h"
#include "metadata/image/delta.h"
#include "metadata/image/image.h"
#include "wire/compression/compression.h"

namespace weir::broker {

class Node;

using SettingsPtr = std::shared_ptr<const metadata::BrokerSettings>;

class Shard {
 public:
  Shard(env::Env& env, Node& node, metadata::ImagePtr image, SettingsPtr settings);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  env::Env& env;
  Node& node;
  ChunkPool chunks;
  wire::CompressionContext compression;
  TaskScope tasks;
  Flusher flusher;
  ProducerIds producer_ids;
  FetchSessions fetch_sessions;
  Connections connections;

  env::ShardId id() const { return env.shards.self(); }
  const metadata::Image& image() const { return *image_; }
  const metadata::BrokerSettings& settings() const { return *settings_; }
  metadata::BrokerLayers config_layers()
      const;  // borrows from the image; not kept over a suspension
  coordinator::GroupService& groups() { return *groups_; }

  // nullptr: this broker does not hold it, or it is another shard's.
  Partition* partition(const PartitionId& id);
  std::vector<Partition*> partitions();  // in order of id

  // The next committed image: opens, drops, leads and resigns partitions, and applies settings, as
  // it says.
  void apply_image(metadata::ImagePtr image, SettingsPtr settings);
  // At the start: opens what the image gives this broker; returns when all of it is open or
  // offline.
  Task<> open_partitions();
  void start_housekeeping();
  // At a stop: every waiting group request is answered, then nothing writes any more.
  Task<> stop_groups();
  // Syncs and closes every log; returns how many could not be closed cleanly.
  Task<std::size_t> close_partitions();

  // acks=all requests of this partition wait: they are failed when their time is over.
  void watch_deadlines(const PartitionId& partition);

  // Blocking work after a while, off the shard. Dropped at a stop: only for what the next start
  // does, too.
  void run_later(env::Duration delay, std::function<Result<>()> work);

  // A partition has something unflushed that flush.ms wants on disk by then. With
  // log.flush.scheduler.interval.ms it waits for the next look at all partitions, as in Kafka.
  void flush_by(env::Instant when);

  // A line about bytes that are no request, at most one a second.
  void log_foreign_bytes(std::string_view message);

 private:
  std::shared_ptr<const metadata::TopicSettings> topic_settings(std::string_view topic);
  Partition* add_partition(const metadata::Topic& topic, PartitionIndex index,
                           Partition::OpenHints hints);
  void apply_topic(const metadata::TopicDelta& delta);
  void apply_partition(const metadata::Topic& topic, PartitionIndex index,
                       const metadata::Partition& after);
  void apply_configs();
  void lead(Partition& partition, const metadata::Partition& registration);
  void resign(Partition& partition);
  Task<> load_groups(PartitionId id, LeaderEpoch epoch);
  void drop_partition(const PartitionId& id);
  Task<> delete_files(std::unique_ptr<Partition> partition);
  Task<> run_off_shard(std::function<Result<>()> work);
  TimestampMs settled_now();
  void apply_retention();
  Task<> compact();
  void flush_overdue();
  void expire_producers();
  void fail_overdue();

  metadata::ImagePtr image_;
  SettingsPtr settings_;
  TopicView topics_;
  std::unique_ptr<coordinator::GroupService> groups_;
  std::unordered_map<PartitionId, std::unique_ptr<Partition>> partitions_;
  std::map<std::string, std::shared_ptr<const metadata::TopicSettings>, std::less<>>
      topic_settings_;
  std::vector<PartitionId> with_deadlines_;
  std::set<env::TimerId> later_;
  Ticker deadlines_;
  SettledClock settled_clock_;
  Ticker retention_;
  Ticker cleaner_;
  Ticker flush_scheduler_;
  env::TimerId flush_timer_ = 0;
  env::Instant flush_timer_at_ = env::Instant::max();
  Ticker producer_expiry_;
  Ticker files_;  // open ones that nobody uses
  Ticker idle_;
  bool compacting_ = false;
  bool stopping_ = false;
  env::Instant foreign_bytes_logged_{};
  std::uint64_t foreign_bytes_unlogged_ = 0;
};

}  // namespace weir::broker
