// Formatting a fresh directory, as `kafka-storage format --standalone` of Apache Kafka 4.4.0 does
// (KIP-853, 1170).

#include "metadata/image/feature_levels.h"
#include "metadata/image/record_list.h"
#include "metadata/node/metadata_node.h"
#include "replication/quorum/quorum_files.h"
#include "wire/message/feature_level_record.h"

namespace weir::metadata {
namespace {

// metadata.version first, the others by name; kraft.version is a control record.
RecordList fresh_feature_levels() {
  RecordList records;
  wire::FeatureLevelRecord record;
  record.name = metadata_version_feature;
  record.feature_level = metadata_version_max;
  records.add(record, 0);
  for (const auto& feature : supported_features()) {
    if (feature.name == metadata_version_feature || feature.name == kraft_version_feature) continue;
    record.name = feature.name;
    record.feature_level = feature.fresh_level;
    records.add(record, 0);
  }
  return records;
}

}  // namespace

Result<> format_metadata_directory(env::Disk& disk, const MetadataSettings& settings,
                                   TimestampMs now) {
  const std::string directory = settings.directory + "/__cluster_metadata-0";
  const std::string checkpoint =
      directory + "/" + replication::snapshot_file_name(replication::bootstrap_snapshot_id);
  TRY_ASSIGN(const bool exists, disk.exists(checkpoint));
  if (exists) return {};
  TRY(disk.create_directories(directory));
  const Endpoint endpoint =
      settings.controller_endpoint.value_or(Endpoint{"CONTROLLER", "127.0.0.1", 9093, 0});
  replication::Voter voter;
  voter.id = settings.node_id;
  voter.directory_id = settings.directory_id;
  voter.endpoints = {{endpoint.name, endpoint.host, endpoint.port}};
  const RecordList levels = fresh_feature_levels();
  replication::SnapshotContent content;
  content.id = replication::bootstrap_snapshot_id;
  content.last_contained_log_timestamp = now;
  content.kraft_version = 1;
  content.voters = {voter};
  content.records = levels.values();
  TRY(replication::write_snapshot_file(disk, directory, content, now, 0));
  return disk.sync_directory(settings.directory);
}

}  // namespace weir::metadata
