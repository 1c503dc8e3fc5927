#pragma once
// LogDirectory: the data directory as a whole, in Kafka's layout: meta.properties, .lock,
// .kafka_cleanshutdown, the checkpoint files, and one folder a partition. All calls block: they
// belong into offload or before the node serves.
//
// Errors of open: busy (another process holds .lock), invalid (cluster id or node id do not match,
// several things named by file), unsupported (a newer version), io.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env/disk.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "log/format/checkpoint_file.h"
#include "log/format/meta_properties.h"
#include "log/partition_name.h"

namespace weir::log {

class LogDirectory {
 public:
  // Takes the lock. Creates the directory when it is missing, not the meta.properties.
  static Result<std::unique_ptr<LogDirectory>> open(env::Disk& disk, std::string path);
  ~LogDirectory();

  const std::string& path() const { return path_; }
  Result<std::optional<MetaProperties>> read_meta_properties();
  // Whether a directory without meta.properties may be formatted. Error: invalid, when it holds
  // what is somebody else's, or records whose meta.properties is lost.
  Result<> check_unformatted();
  Result<> write_meta_properties(const MetaProperties& properties);

  // The marker says that everything was synced and closed; it is removed before anything is served.
  // Its content is the broker epoch of the run that wrote it (KIP-966), -1 when it has none. Where
  // there is none, the names in the directory are synced: a process that was killed may have left
  // folders whose names are not durable.
  Result<std::optional<std::int64_t>> take_clean_shutdown_marker();
  Result<> write_clean_shutdown_marker(std::int64_t broker_epoch);

  // Whether everything that the run before this one wrote is still there, synced or not: it was
  // killed, and the machine went on. `run` grows by one with each start here, whosoever's it is.
  // Asked before any partition is opened; what cannot be read is a no.
  bool is_as_left(LeaderEpoch run);
  // Lets the next start ask so of this run, until the clean-shutdown marker. Called when every
  // partition is open: until then there may be what nobody has checked. Where it fails, the next
  // start checks.
  void vouch_for(LeaderEpoch run);

  // Checkpoint files; a missing or damaged one reads as empty (they are hints).
  OffsetCheckpoint read_recovery_points();
  OffsetCheckpoint read_log_start_offsets();
  OffsetCheckpoint read_high_watermarks();
  OffsetCheckpoint read_cleaner_offsets();
  Result<> write_recovery_points(const OffsetCheckpoint& checkpoint);
  Result<> write_log_start_offsets(const OffsetCheckpoint& checkpoint);
  Result<> write_high_watermarks(const OffsetCheckpoint& checkpoint);
  Result<> write_cleaner_offsets(const OffsetCheckpoint& checkpoint);

  // Partition folders ("topic-3") that are there, without -delete, -future, -stray ones and
  // __cluster_metadata-0.
  struct Found {
    PartitionName name;
    std::string directory;
  };
  Result<std::vector<Found>> partitions();
  // Renames "topic-3" to "topic-3.<id>-delete" (durable), so that it never comes back; then
  // removal.
  Result<std::string> mark_deleted(const std::string& directory, std::uint64_t unique);
  // Renames it to "topic-3.<id>-stray": nobody opens or removes it again.
  Result<std::string> mark_stray(const std::string& directory, std::uint64_t unique);
  Result<> remove_marked();  // everything that ends in -delete
  std::string partition_path(const PartitionName& name) const;
  // Whose folder this is, by its partition.metadata; nothing: it does not say.
  Result<std::optional<Uuid>> topic_id_of(const std::string& directory);

 private:
  LogDirectory(env::Disk& disk, std::string path, std::unique_ptr<env::DirectoryLock> lock);
  OffsetCheckpoint read_checkpoint(std::string_view name);
  Result<> write_checkpoint(std::string_view name, const OffsetCheckpoint& checkpoint);
  std::string file_path(std::string_view name) const;
  std::string lifetime_of(LeaderEpoch run) const;  // empty: nobody knows
  Result<std::string> rename_marked(const std::string& directory, std::uint64_t unique,
                                    std::string_view suffix);
  env::Disk& disk_;
  std::string path_;
  std::unique_ptr<env::DirectoryLock> lock_;
};

}  // namespace weir::log
