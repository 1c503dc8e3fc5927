#pragma once
// MetadataNode: a node's part in the metadata quorum, on shard 0: the quorum's log, the controller
// while this node leads, and the loader that turns committed records into images. Brokers and
// coordinators of the process read images from it and reach the controller through its port.
//
// start() loads snapshot and log, elects, and returns when the first image is committed. Errors of
// start name what is wrong: unsupported (a directory older or newer than what is supported, an
// unknown record or feature), corrupt, invalid (not formatted; static voters other than this node),
// io.
//
// After an error of the metadata log nothing more is committed: the port answers closed and
// failed() is set; the node must stop.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "base/task.h"
#include "metadata/controller/controller_port.h"
#include "metadata/image/image.h"

namespace weir::metadata {

// Kafka's names with underscores, Kafka's defaults.
struct MetadataSettings {
  BrokerId node_id = 1;
  std::string cluster_id;
  Uuid directory_id;      // of the directory that holds __cluster_metadata-0
  std::string directory;  // that directory, without "/__cluster_metadata-0"
  // What this voter is reached by; nullopt: as the directory says, CONTROLLER at 127.0.0.1:9093
  // when it is fresh.
  std::optional<Endpoint> controller_endpoint;
  std::int64_t metadata_log_segment_bytes = 1073741824;
  std::int64_t metadata_log_segment_ms = 604800000;
  std::int64_t metadata_log_max_record_bytes_between_snapshots = 20971520;
  std::int64_t metadata_log_max_snapshot_interval_ms = 3600000;
  std::int64_t metadata_max_retention_bytes = 104857600;
  std::int64_t metadata_max_retention_ms = 604800000;
  std::int64_t metadata_max_idle_interval_ms = 500;  // NoOp records; 0: none
  std::int64_t broker_session_timeout_ms = 9000;
  std::int64_t leader_imbalance_check_interval_seconds = 300;
  bool auto_leader_rebalance_enable = true;
  std::int32_t num_partitions = 1;
  std::int16_t default_replication_factor = 1;
  bool default_replication_factor_shrinks = true;  // it was not set by anybody
  bool delete_topic_enable = true;
  std::int64_t unclean_leader_election_interval_ms = 300000;
  Offset recovery_point = 0;  // of the metadata log: below it nothing is cut
  // The node's own configuration file as names and values: what dynamic values fall back on when
  // the controller needs one (min.insync.replicas, unclean.leader.election.enable).
  ConfigMap static_config;
};

class ImageListener {
 public:
  virtual ~ImageListener() = default;
  // On shard 0, in order, once for each committed step. `after->offset` is the offset.
  virtual void image_committed(const ImagePtr& before, const ImagePtr& after) = 0;
  // The metadata log failed or cannot be followed any more: the node must stop.
  virtual void metadata_failed(const Error&) {}
};

class MetadataNode {
 public:
  MetadataNode(env::Env& env, MetadataSettings settings);
  ~MetadataNode();
  MetadataNode(const MetadataNode&) = delete;
  MetadataNode& operator=(const MetadataNode&) = delete;

  Task<Result<>> start();
  // Ends leadership and timers, lets waiting calls fail with closed, syncs and closes the log.
  Task<> stop();

  const ImagePtr& image() const;       // the last committed one
  ControllerPort& controller();        // answers for DescribeQuorum too
  BrokerId active_controller() const;  // -1: none known
  LeaderEpoch controller_epoch() const;
  Offset recovery_point() const;       // for the next start's settings; 0 before start()
  std::int16_t kraft_version() const;  // of the quorum's control records, no part of the image
  const Error* failed() const;         // null while all is well

  // Kept until unsubscribe; a new listener is not told of the past: it reads image() first.
  void subscribe(ImageListener& listener);
  void unsubscribe(ImageListener& listener);
  // Resumes when an image of at least this offset is committed. Errors: closed.
  Task<Result<>> committed(Offset offset);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes __cluster_metadata-0 with its 0-0 checkpoint, as `kafka-storage format --standalone`
// of 4.4.0 does, when it is not there. Blocking. The caller writes meta.properties after it: a
// crash between leaves an unformatted directory.
Result<> format_metadata_directory(env::Disk& disk, const MetadataSettings& settings,
                                   TimestampMs now);

}  // namespace weir::metadata
