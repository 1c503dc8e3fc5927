#pragma once
// The shards of a process: N threads, each with its loop and its Env. The threads start in the
// constructor and wait for messages; the program sends each shard its first one with post().
//
// Ending: destroy connections and listeners on their shard, let the tasks end, then stop(), then
// join() or the destructor. Callbacks that have not run by then are dropped; a coroutine that still
// sleeps then is never resumed.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/env/env.h"

namespace weir::runtime {

struct ShardSettings {
  std::size_t shards = 1;
  std::size_t helper_threads = 4;  // of the whole process
};

class Shards {
 public:
  Shards(const ShardSettings& settings, env::LogSink& log);
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  std::size_t count() const;
  // For use on that shard; handing out references to its doors elsewhere is fine.
  env::Env& env(env::ShardId shard);
  void post(env::ShardId target, env::Callback message);  // any thread
  void stop();                                            // any thread
  void join();                                            // not on a shard; once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::runtime
