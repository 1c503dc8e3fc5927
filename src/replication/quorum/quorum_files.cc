#include "replication/quorum/quorum_files.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::replication {
namespace {

constexpr std::size_t quorum_state_bytes_max = 1 << 20;
constexpr std::size_t snapshot_bytes_max = std::size_t{1} << 32;

template <class T>
Result<T> named(Result<T> result, const std::string& file) {
  if (!result)
    return fail(result.error().code, file + ": " + result.error().what, result.error().at);
  return result;
}

Result<std::string> read_snapshot_file(env::Disk& disk, const std::string& path) {
  return env::read_file(disk, path, snapshot_bytes_max);
}

Result<> find_snapshots(env::Disk& disk, const std::string& directory, Offset log_start,
                        QuorumFiles& files) {
  TRY_ASSIGN(const auto entries, disk.list(directory));
  for (const auto& entry : entries) {
    const auto parsed = parse_snapshot_file_name(entry.name);
    if (!parsed || entry.is_directory) continue;
    const std::string path = directory + "/" + entry.name;
    if (parsed->is_partial || parsed->is_deleted || parsed->id.end_offset < log_start) {
      TRY(disk.remove(path));
      continue;
    }
    TRY_ASSIGN(const auto file, disk.open(path, env::OpenMode::read));
    TRY_ASSIGN(const auto size, file->size());
    files.snapshots[parsed->id] = {size, 0};
  }
  if (log_start > 0 && (files.snapshots.empty() || files.last_snapshot()->end_offset < log_start)) {
    return fail(Errc::corrupt, fmt::format("{}: the log starts at {} and no snapshot reaches it",
                                           directory, log_start));
  }
  return {};
}

// Every snapshot is checked whole, so that its time is known and damage is found before it is
// needed.
Result<> read_snapshots(env::Disk& disk, const std::string& directory, QuorumFiles& files) {
  for (auto& [id, info] : files.snapshots) {
    const std::string path = directory + "/" + snapshot_file_name(id);
    TRY_ASSIGN(const std::string bytes, named(read_snapshot_file(disk, path), path));
    const bool is_bootstrap = id == bootstrap_snapshot_id;
    const auto on_batch = [&](TimestampMs, std::span<const Bytes> values) -> Result<> {
      if (!is_bootstrap) return {};
      for (const Bytes value : values)
        files.bootstrap_records.emplace_back(value.begin(), value.end());
      return {};
    };
    TRY_ASSIGN(auto summary, named(read_snapshot(as_bytes(bytes), on_batch), path));
    info.last_contained_log_timestamp = summary.last_contained_log_timestamp;
    files.latest = id;
    files.last_contained_log_timestamp = summary.last_contained_log_timestamp;
    // Voters that a later snapshot names stand in the log or in that snapshot: they need no new
    // record.
    if (!is_bootstrap) summary.membership.voters_offset = id.end_offset - 1;
    files.snapshot_membership = std::move(summary.membership);
    const Bytes view = as_bytes(bytes);
    if (!is_bootstrap) files.latest_bytes.assign(view.begin(), view.end());
  }
  return {};
}

// Kafka 4.0 to 4.3 left the bootstrap records beside the metadata log instead (before KIP-1170).
std::string legacy_bootstrap_path(const std::string& directory) {
  return directory.substr(0, directory.rfind('/')) + "/bootstrap.checkpoint";
}

Result<> read_legacy_bootstrap(env::Disk& disk, const std::string& path, QuorumFiles& files) {
  TRY_ASSIGN(const std::string bytes, named(read_snapshot_file(disk, path), path));
  const auto on_batch = [&](TimestampMs, std::span<const Bytes> values) -> Result<> {
    for (const Bytes value : values)
      files.bootstrap_records.emplace_back(value.begin(), value.end());
    return {};
  };
  TRY(named(read_snapshot(as_bytes(bytes), on_batch), path));
  return {};
}

Result<ElectionState> read_election_state(env::Disk& disk, const std::string& directory) {
  const std::string path = directory + "/quorum-state";
  TRY_ASSIGN(const bool exists, disk.exists(path));
  if (!exists) return ElectionState{};
  TRY_ASSIGN(const std::string text, env::read_file(disk, path, quorum_state_bytes_max));
  return named(parse_election_state(text), path);
}

}  // namespace

Result<LoadedQuorum> load_quorum_files(env::Disk& disk, env::LogSink& sink,
                                       const QuorumSettings& settings, TimestampMs now) {
  const std::string legacy_bootstrap = legacy_bootstrap_path(settings.directory);
  TRY_ASSIGN(const bool exists, disk.exists(settings.directory));
  TRY_ASSIGN(const bool has_legacy_bootstrap, disk.exists(legacy_bootstrap));
  if (!exists && !has_legacy_bootstrap) {
    return fail(Errc::invalid, settings.directory + " is missing: not formatted");
  }
  if (!exists) TRY(disk.create_directories(settings.directory));
  LoadedQuorum loaded;
  log::PartitionLog::OpenOptions options;
  options.directory = settings.directory;
  options.name = metadata_partition();
  options.recovery_point = settings.recovery_point;
  options.config.segment_bytes = settings.segment_bytes;
  options.config.segment_ms = settings.segment_ms;
  options.config.retention_ms = -1;
  options.config.retention_bytes = -1;
  options.config.max_message_bytes = static_cast<std::int64_t>(snapshot_batch_bytes_max);
  options.now = now;
  TRY_ASSIGN(loaded.log,
             log::PartitionLog::open(disk, sink, std::move(options), metadata_topic_id));
  TRY(find_snapshots(disk, settings.directory, loaded.log->log_start_offset(), loaded.files));
  TRY(read_snapshots(disk, settings.directory, loaded.files));
  if (has_legacy_bootstrap && loaded.files.bootstrap_records.empty()) {
    TRY(read_legacy_bootstrap(disk, legacy_bootstrap, loaded.files));
  }
  TRY_ASSIGN(loaded.election, read_election_state(disk, settings.directory));
  return loaded;
}

Result<> complete_membership(const QuorumSettings& settings, const ElectionState& election,
                             Membership& membership) {
  if (membership.kraft_version > 1) {
    return fail(Errc::unsupported, fmt::format("{}: kraft.version {} is newer than this program",
                                               settings.directory, membership.kraft_version));
  }
  if (membership.kraft_version == 1) return {};
  for (const BrokerId voter : election.static_voters) {
    if (voter == settings.node_id) continue;
    return fail(Errc::unsupported, fmt::format("{}: the metadata quorum has another voter, node {}",
                                               settings.directory, voter));
  }
  Voter self;
  self.id = settings.node_id;
  self.endpoints = settings.endpoints;
  membership.voters = {std::move(self)};
  return {};
}

Result<std::uint64_t> write_snapshot_file(env::Disk& disk, const std::string& directory,
                                          const SnapshotContent& content, TimestampMs now,
                                          std::uint64_t unique) {
  const std::string path = directory + "/" + snapshot_file_name(content.id);
  const std::string name = snapshot_file_name(content.id);
  const std::string stem = name.substr(0, name.size() - std::string_view(".checkpoint").size());
  const std::string partial = fmt::format("{}/{}-{}.checkpoint.part", directory, stem, unique);
  const auto bytes = encode_snapshot(content, now);
  TRY_ASSIGN(const auto file, disk.open(partial, env::OpenMode::create_new));
  TRY(file->write_at(0, Bytes(bytes)));
  TRY(file->sync());
  TRY(disk.rename(partial, path));
  TRY(disk.sync_directory(directory));
  return bytes.size();
}

std::vector<SnapshotId> expired_snapshots(const QuorumFiles& files, std::uint64_t log_bytes,
                                          const QuorumSettings& settings, TimestampMs now) {
  std::uint64_t total = log_bytes;
  for (const auto& [id, info] : files.snapshots) total += info.size_bytes;
  std::vector<SnapshotId> expired;
  for (const auto& [id, info] : files.snapshots) {
    if (expired.size() + 1 == files.snapshots.size()) break;  // the latest stays
    const bool too_much = settings.retention_bytes >= 0 &&
                          total > static_cast<std::uint64_t>(settings.retention_bytes);
    const bool too_old = settings.retention_ms >= 0 &&
                         now - info.last_contained_log_timestamp > settings.retention_ms;
    if (!too_much && !too_old) break;
    total -= info.size_bytes;
    expired.push_back(id);
  }
  return expired;
}

}  // namespace weir::replication
