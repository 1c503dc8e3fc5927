#include "base/settled_clock.h"

#include <algorithm>

namespace weir {

TimestampMs SettledClock::at(env::Instant now, TimestampMs wall) {
  const std::int64_t monotonic =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::int64_t offset = wall - monotonic;
  if (!offset_ || offset <= *offset_ + drift_ms) {
    offset_ = offset;
    ahead_.reset();
    return wall;
  }
  if (!ahead_) ahead_ = Ahead{now, offset};
  ahead_->offset = std::min(ahead_->offset, offset);
  if (now - ahead_->since >= believed_after) {
    offset_ = ahead_->offset;
    ahead_.reset();
  }
  return monotonic + *offset_;
}

}  // namespace weir
