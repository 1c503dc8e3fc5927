#pragma once
// The times of records and commits: milliseconds since the Unix epoch, as Kafka counts them.

#include <chrono>

namespace weir {

using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

}  // namespace weir
