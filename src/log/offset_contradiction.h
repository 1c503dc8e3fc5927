#pragma once
// Two batches in a row whose base offsets cannot both be right, which no checksum covers.
//
// Where it is not known from what comes before them that the first is right, the one behind them
// tells: it stands where that one leads to that is right.

#include <limits>

#include "base/ids.h"
#include "base/result.h"
#include "log/format/batch_scanner.h"

namespace weir::log {

inline constexpr Offset no_limit = std::numeric_limits<Offset>::max();

// Whether the first is the wrong one, which says that it ends before `behind_first`. The scanner
// has just returned the second; what that says may be read no more. `limit`: no batch of the
// segment reaches it, and when the second is its last, it ends there. When neither says anything,
// it is the first, so that nobody is given what may be wrong. Error: io.
Result<bool> is_first_wrong(BatchScanner& scanner, Offset behind_first, const ScannedBatch& second,
                            Offset limit);

}  // namespace weir::log
