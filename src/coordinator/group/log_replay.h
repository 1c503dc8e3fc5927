#pragma once
// Whole record batches, as they lie in the log, into a GroupShard that is being loaded.

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "coordinator/group/group_shard.h"
#include "wire/compression/compression.h"

namespace weir::coordinator {

// Replays what lies at or above `from`; returns the offset after the last batch. A batch that is
// cut off at the end of `bytes` is left for the next call. Errors: corrupt, unsupported, too_large;
// the message names the offset.
Result<Offset> replay_batches(GroupShard& shard, Bytes bytes, Offset from, Now now,
                              wire::CompressionContext& compression);

}  // namespace weir::coordinator
