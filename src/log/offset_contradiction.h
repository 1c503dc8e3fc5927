#pragma once
// Two batches in a row whose base offsets cannot both be right, which no checksum covers.
//
// Where it is not known from what comes before them that the first is right, what is behind them
// tells: if the first is right, the second has just the room of its records behind it.

#include <limits>

#include "base/ids.h"
#include "base/result.h"
#include "log/format/batch_scanner.h"

namespace weir::log {

inline constexpr Offset no_limit = std::numeric_limits<Offset>::max();

// Whether the first is the wrong one, which says that it ends before `behind_first`. The scanner
// has just returned the second; what that says may be read no more. `limit`: where the segment
// ends, when the second is its last. In doubt it is the first, so that nobody is given it at
// offsets that it may never have had. Error: io.
Result<bool> is_first_wrong(BatchScanner& scanner, Offset behind_first, const ScannedBatch& second,
                            Offset limit);

}  // namespace weir::log
