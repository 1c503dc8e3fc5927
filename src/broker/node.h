#pragma once
// Node: a whole broker and controller without a thread of its own. It is given the doors of its
// shards and runs on them: in the server program, and in the simulator, unchanged.
//
// start() and stop() run on shard 0. Order of a start: lock and read (or format) the data
// directory, load and lead the metadata log, open the partitions on their shards, take the
// ports, register, be unfenced, serve. Order of a stop: no new connections, answer what was taken,
// controlled shutdown, sync and close every log, mark the directory clean.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "base/task_scope.h"
#include "broker/shard.h"
#include "log/log_directory.h"
#include "metadata/config/broker_settings.h"
#include "metadata/node/broker_lifecycle.h"
#include "metadata/node/metadata_node.h"
#include "wire/api_key.h"

namespace weir::broker {

struct NodeOptions {
  metadata::BrokerSettings settings;
  metadata::ConfigMap static_config;  // names and values as they were given
  std::string cluster_id;             // for a fresh directory; empty: a random one
};

struct ReadyReport {
  std::vector<env::Address> addresses;  // that it listens at, with the ports that were given
  std::string cluster_id;
  BrokerId node_id = no_broker;
  std::size_t partitions = 0;
  bool after_clean_stop = false;
  std::uint64_t bytes_checked = 0;  // of logs that were not known durable
};

class Node final : private metadata::ImageListener {
 public:
  // `shards[0]` is where start(), stop() and failed() are called.
  Node(std::vector<env::Env*> shards, NodeOptions options);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Errors name what is wrong and what to do: busy (the directory, a port), invalid (settings, a
  // foreign directory), unsupported (a newer one), corrupt, io.
  Task<Result<ReadyReport>> start();
  // Clean stop; also after a start that failed. Afterwards the Node can be destroyed.
  Task<Result<>> stop();
  // Resumes when something failed that the node cannot live with (the metadata log, a write or a
  // sync), or with nothing when the node has stopped.
  Task<std::optional<Error>> failed();

  // --- for the shards ---
  std::size_t shard_count() const { return envs_.size(); }
  Shard& shard(env::ShardId id) { return *shards_[id]; }
  const std::string& cluster_id() const { return cluster_id_; }
  BrokerId node_id() const { return options_.settings.node_id; }
  const metadata::ConfigMap& static_config() const { return options_.static_config; }
  log::LogDirectory& directory() { return *directory_; }
  Partition::OpenHints open_hints(const log::PartitionName& name) const;  // while starting
  std::int16_t kraft_version() const { return kraft_version_; }           // at the start
  std::int64_t broker_epoch() const { return broker_epoch_; }  // settled before anything is served

  // Passes a request to the controller; the answer's body comes back to the asking shard. By then
  // that shard has the image that the answer speaks of. `body` stays alive until the answer.
  Task<Result<std::vector<std::byte>>> call_controller(Shard& from, wire::ApiKey api,
                                                       std::int16_t version, Bytes body,
                                                       metadata::RequestContext context);
  // Returns when the checkpoints say at least what holds now; on any shard.
  Task<Result<>> checkpoint(Shard& from);
  // A folder is one partition's at a time: a topic that is made again waits until the folder of the
  // one before it is renamed, maybe by another shard. Returns when it is free and no checkpoint
  // speaks of its former content any more. Failure: closed, the node stops; or no checkpoint can be
  // written. On any shard.
  Task<Result<>> claim_folder(Shard& from, log::PartitionName name);
  Task<> release_folder(Shard& from, log::PartitionName name);
  // Wakes failed(); from any shard.
  void fail(Shard& from, Error error);

 private:
  Task<Result<>> open_directory();
  Task<Result<>> open_metadata();
  Task<> open_shards();
  Task<> report_partitions(ReadyReport& report);
  Task<Result<>> register_broker();
  Result<> listen(ReadyReport& report);
  std::uint16_t advertised_port(const metadata::Listener& advertised) const;
  Task<> accept(env::Listener& listener, std::uint32_t index);
  bool may_connect(const std::string& host) const;
  void set_failed(Error error);
  void image_committed(const metadata::ImagePtr& before, const metadata::ImagePtr& after) override;
  void metadata_failed(const Error& error) override { set_failed(error); }
  SettingsPtr settings_of(const metadata::Image& image) const;
  // Which of the checkpoint files are written.
  struct CheckpointFiles {
    bool recovery_points = false;
    bool log_start_offsets = false;
    bool high_watermarks = false;
    bool cleaner_offsets = false;
    static CheckpointFiles all() { return {true, true, true, true}; }
  };
  void start_checkpoints();
  Task<Result<>> write_checkpoints(CheckpointFiles files);
  Task<Result<>> write_checkpoints_in_turn(CheckpointFiles files);
  Task<> write_periodic_checkpoints(CheckpointFiles files);
  bool checkpoints_name(const log::PartitionName& name) const;
  Task<Result<>> forget_checkpoints_of_others();
  Task<Result<>> claim_folder_here(const log::PartitionName& name);
  Task<> stop_serving();

  std::vector<env::Env*> envs_;
  env::Env& env_;  // shard 0's
  NodeOptions options_;
  std::string cluster_id_;
  Uuid directory_id_;
  std::int64_t previous_broker_epoch_ = -1;
  std::int64_t broker_epoch_ = -1;
  std::int16_t kraft_version_ = 0;
  bool after_clean_stop_ = false;
  bool nothing_lost_ = false;
  // As they stand on the disk.
  log::OffsetCheckpoint recovery_points_, log_start_offsets_, high_watermarks_, cleaner_offsets_;
  std::set<log::PartitionName> claimed_folders_;

  std::unique_ptr<log::LogDirectory> directory_;
  std::unique_ptr<metadata::MetadataNode> metadata_;
  std::unique_ptr<metadata::BrokerLifecycle> lifecycle_;
  SettingsPtr settings_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::unique_ptr<env::Listener>> listeners_;  // as settings.listeners
  std::map<std::string, std::int32_t> connections_by_host_;
  std::int32_t connection_count_ = 0;
  env::ShardId next_shard_ = 0;  // for the next connection
  TaskScope tasks_;
  Signal changed_;
  Ticker recovery_point_clock_;
  Ticker log_start_clock_;
  Ticker high_watermark_clock_;
  bool writing_checkpoints_ = false;
  bool published_ = false;  // images go to the shards
  bool stopping_ = false;
  bool stopped_ = false;
  std::optional<Error> failure_;
};

}  // namespace weir::broker
