#include "app/cli/log_files/log_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "log/format/file_names.h"
#include "replication/quorum/checkpoint.h"

namespace weir::app {
namespace {

struct NamedKind {
  std::string_view name;
  FileKind kind;
};

constexpr std::array<NamedKind, 10> named_files{{
    {"leader-epoch-checkpoint", FileKind::epoch_checkpoint},
    {"recovery-point-offset-checkpoint", FileKind::offset_checkpoint},
    {"replication-offset-checkpoint", FileKind::offset_checkpoint},
    {"log-start-offset-checkpoint", FileKind::offset_checkpoint},
    {"cleaner-offset-checkpoint", FileKind::offset_checkpoint},
    {"partition.metadata", FileKind::partition_metadata},
    {"meta.properties", FileKind::meta_properties},
    {"quorum-state", FileKind::quorum_state},
    {".kafka_cleanshutdown", FileKind::clean_shutdown},
    {".weir_lifetime", FileKind::lifetime},
}};

constexpr std::array<NamedKind, 5> suffixes{{
    {log::log_suffix, FileKind::segment},
    {log::offset_index_suffix, FileKind::offset_index},
    {log::time_index_suffix, FileKind::time_index},
    {log::transaction_index_suffix, FileKind::transaction_index},
    {log::snapshot_suffix, FileKind::producer_snapshot},
}};

// A folder that is named by a relative path ("." or "x/..") is asked for its real name.
std::string folder_name(const std::string& folder) {
  const std::string name = split_path(folder).name;
  if (name != "." && name != "..") return name;
  std::error_code error;
  const auto real = std::filesystem::canonical(folder, error);
  return error ? name : real.filename().string();
}

}  // namespace

std::string_view name_of(FileKind kind) {
  switch (kind) {
    case FileKind::segment:
      return "segment";
    case FileKind::offset_index:
      return "offset index";
    case FileKind::time_index:
      return "time index";
    case FileKind::transaction_index:
      return "transaction index";
    case FileKind::producer_snapshot:
      return "producer snapshot";
    case FileKind::metadata_snapshot:
      return "metadata snapshot";
    case FileKind::epoch_checkpoint:
      return "leader epochs";
    case FileKind::offset_checkpoint:
      return "offsets";
    case FileKind::partition_metadata:
      return "partition metadata";
    case FileKind::meta_properties:
      return "directory properties";
    case FileKind::quorum_state:
      return "quorum state";
    case FileKind::clean_shutdown:
      return "mark of a clean shutdown";
    case FileKind::lifetime:
      return "lifetime";
  }
  return "";
}

RecordKind record_kind_of(std::string_view folder) {
  const std::string_view topic = folder.substr(0, folder.rfind('-'));
  if (topic == "__cluster_metadata") return RecordKind::cluster_metadata;
  if (topic == "__consumer_offsets") return RecordKind::consumer_offsets;
  if (topic == "__transaction_state") return RecordKind::transactions;
  if (topic == "__share_group_state") return RecordKind::share_state;
  return RecordKind::plain;
}

SplitPath split_path(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return {".", std::string(path)};
  return {std::string(slash == 0 ? "/" : path.substr(0, slash)),
          std::string(path.substr(slash + 1))};
}

std::string inside(std::string_view folder, std::string_view name) {
  return fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", name);
}

std::optional<LogFile> identify(const std::string& path) {
  const auto [folder, name] = split_path(path);
  LogFile file{.path = path, .records = record_kind_of(folder_name(folder))};
  const auto named = std::ranges::find(named_files, name, &NamedKind::name);
  if (named != named_files.end()) {
    file.kind = named->kind;
    return file;
  }
  if (name == "bootstrap.checkpoint") {
    file.kind = FileKind::metadata_snapshot;
    file.records = RecordKind::cluster_metadata;
    return file;
  }
  if (const auto segment = log::parse_segment_file_name(name)) {
    file.kind = std::ranges::find(suffixes, segment->suffix, &NamedKind::name)->kind;
    file.base_offset = segment->base_offset;
    file.is_swap = segment->state == log::swap_suffix;
    file.is_leftover = !segment->state.empty() && !file.is_swap;
    return file;
  }
  if (const auto snapshot = replication::parse_snapshot_file_name(name)) {
    file.kind = FileKind::metadata_snapshot;
    file.records = RecordKind::cluster_metadata;
    file.base_offset = snapshot->id.end_offset;
    file.epoch = snapshot->id.epoch;
    file.is_leftover = snapshot->is_partial || snapshot->is_deleted;
    return file;
  }
  return std::nullopt;
}

}  // namespace weir::app
