#pragma once
// Kafka's checkpoint files, as text (CheckpointFile.java, docs/formats/checkpoint_files.md):
//
//   0                        version
//   2                        how many lines follow
//   orders 0 17              topic, partition, offset; or "epoch start_offset" in
//   leader-epoch-checkpoint
//
// An empty text is an empty checkpoint. Parsers refuse (corrupt) what is malformed in any line.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/leader_epochs.h"
#include "log/partition_name.h"

namespace weir::log {

using OffsetCheckpoint = std::map<PartitionName, Offset>;

std::string format_offset_checkpoint(const OffsetCheckpoint& checkpoint);
Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text);

std::string format_epoch_checkpoint(const std::vector<EpochStart>& epochs);
Result<std::vector<EpochStart>> parse_epoch_checkpoint(std::string_view text);

}  // namespace weir::log
