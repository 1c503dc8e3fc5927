#pragma once
// Everything a shard may do to the world. One Env a shard; the core reaches the world by no other
// way. runtime/ implements it on Linux, sim/ on virtual time with faults.

#include "base/env/clock.h"
#include "base/env/disk.h"
#include "base/env/executor.h"
#include "base/env/log_sink.h"
#include "base/env/network.h"
#include "base/random.h"

namespace weir::env {

struct Env {
  Clock& clock;
  Timers& timers;
  Executor& executor;
  Shards& shards;
  Disk& disk;
  Network& network;
  RandomSource& random;
  LogSink& log;
};

}  // namespace weir::env
