#pragma once
// What a lap does, from the words of the command line.

#include <cstdint>
#include <string>

#include "base/result.h"
#include "load/requests.h"
#include "options/options.h"
#include "payload/payload.h"
#include "socket/poller.h"

namespace weir::bench {

struct LapSettings {
  Address broker;
  std::string topic;
  std::int32_t partitions = 1;
  std::int32_t connections = 1;
  std::int64_t rate = 0;      // requests a second, on a schedule; 0: flat out
  std::int64_t depth = 1;     // flat out: requests in flight on each connection
  std::int64_t requests = 0;  // it ends after so many, 0: no such end
  Nanos length = 0;           // ... or when so much time has passed, 0: no such end
  Nanos spin = 50'000;        // how long before a request is due it stops sleeping
  std::int64_t bytes = 0;     // fetch: it ends after so many of batches, 0: at the partitions' ends
  PayloadOptions payload;
  FetchLimits fetch;
};

// Errors: invalid, naming what is wrong.
Result<LapSettings> parse_lap(Options& options);

}  // namespace weir::bench
