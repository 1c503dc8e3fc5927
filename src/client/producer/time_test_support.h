#pragma once

#include "base/env/clock.h"

namespace weir::client {

inline env::Instant at(int ms) { return env::Instant(std::chrono::milliseconds(ms)); }

}  // namespace weir::client
