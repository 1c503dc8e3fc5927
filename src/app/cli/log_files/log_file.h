#pragma once
// Which of the files that a node keeps a path is, by its name and its folder's
// (docs/formats/*.md). Nothing is opened.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace weir::app {

enum class FileKind : std::uint8_t {
  segment,            // .log
  offset_index,       // .index
  time_index,         // .timeindex
  transaction_index,  // .txnindex
  producer_snapshot,  // .snapshot
  metadata_snapshot,  // .checkpoint
  epoch_checkpoint,   // leader-epoch-checkpoint
  offset_checkpoint,  // recovery-point-offset-checkpoint and its like
  partition_metadata,
  meta_properties,
  quorum_state,
  clean_shutdown,  // .kafka_cleanshutdown
  lifetime,        // .weir_lifetime
};
std::string_view name_of(FileKind kind);  // "offset index"

// What the records of a log mean.
enum class RecordKind : std::uint8_t {
  plain,
  cluster_metadata,
  consumer_offsets,
  transactions,
  share_state
};
// By the name of a partition's folder: "__consumer_offsets-12".
RecordKind record_kind_of(std::string_view folder);

struct LogFile {
  std::string path;
  FileKind kind = FileKind::segment;
  RecordKind records = RecordKind::plain;
  Offset base_offset = no_offset;  // of its name; a snapshot's is the end offset
  LeaderEpoch epoch = no_epoch;    // of a metadata snapshot
  bool is_swap = false;            // .swap: whole, and to take the place of what it was made from
  bool is_leftover = false;        // .deleted, .cleaned, .part: on its way out or not finished
};

// Nothing when no such file is known.
std::optional<LogFile> identify(const std::string& path);

// "a/b" gives {"a", "b"}, "b" gives {".", "b"}.
struct SplitPath {
  std::string folder;
  std::string name;
};
SplitPath split_path(std::string_view path);
std::string inside(std::string_view folder, std::string_view name);  // the path of what is in it

// A folder of data directories, a data directory, a partition: deeper nobody looks, so that links
// that lead back up end somewhere.
inline constexpr int folder_depth_max = 4;

}  // namespace weir::app
