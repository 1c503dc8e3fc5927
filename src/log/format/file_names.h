#pragma once
// Names of the files of one partition's folder: "00000000000000000042.log" and its companions,
// maybe with one of the suffixes that mark a file on its way in or out (LogFileUtils.java).

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace weir::log {

inline constexpr std::string_view log_suffix = ".log";
inline constexpr std::string_view offset_index_suffix = ".index";
inline constexpr std::string_view time_index_suffix = ".timeindex";
inline constexpr std::string_view transaction_index_suffix = ".txnindex";
inline constexpr std::string_view snapshot_suffix = ".snapshot";
inline constexpr std::string_view segment_suffixes[] = {
    log_suffix, offset_index_suffix, time_index_suffix, transaction_index_suffix};

inline constexpr std::string_view deleted_suffix = ".deleted";  // will be removed
inline constexpr std::string_view cleaned_suffix = ".cleaned";  // compaction has not finished it
inline constexpr std::string_view swap_suffix = ".swap";        // whole; takes the old ones' place

inline constexpr std::string_view leader_epoch_checkpoint_name = "leader-epoch-checkpoint";
inline constexpr std::string_view partition_metadata_name = "partition.metadata";

// "00000000000000000042.index.swap"; `state` may be empty.
std::string segment_file_name(Offset base_offset, std::string_view suffix,
                              std::string_view state = {});

struct SegmentFileName {
  Offset base_offset = no_offset;
  std::string_view suffix;  // one of the above
  std::string_view state;   // ".deleted", ".cleaned", ".swap" or empty
};
// Nothing when the name is none of a segment's files. The views point to constants.
std::optional<SegmentFileName> parse_segment_file_name(std::string_view name);

}  // namespace weir::log
