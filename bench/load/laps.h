#pragma once
// The laps: each runs its connections on one thread until it is done, and gives one line.

#include "load/json_line.h"
#include "load/lap_settings.h"

namespace weir::bench {

// Errors: whatever a broker refused or a connection met; a lap in which nothing was answered for
// 30 s.
Result<JsonLine> produce_lap(const LapSettings& lap);
Result<JsonLine> fetch_lap(const LapSettings& lap);
// Producers on a schedule, one record a request, and consumers that wait for them. `connections`
// divides `partitions`, so that a partition's records stay in order.
Result<JsonLine> end_to_end_lap(const LapSettings& lap);

// From `since` to the first acknowledgement of a broker that is being started; waits 120 s.
Result<JsonLine> first_ack_lap(const LapSettings& lap, Nanos since);

}  // namespace weir::bench
