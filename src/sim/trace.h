#pragma once
// The fingerprint of a run: every event and everything that went through a door, hashed in order.
// Two runs of one seed must give the same; nothing that depends on addresses may ever be added.

#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"

namespace weir::sim {

enum class TraceKind : std::uint8_t {
  turn,
  alarm,
  message,
  offload_work,
  offload_done,
  network,
  script,
  crash,
  restart,
  disk_write,
  disk_truncate,
  disk_sync,
  disk_name,
  disk_sync_directory,
  log_line,
  clock_jump,
  network_fault,
};

std::uint64_t hash_of(Bytes bytes);

class Trace {
 public:
  void add(TraceKind kind, std::initializer_list<std::uint64_t> values) {
    mix(static_cast<std::uint64_t>(kind) << 32 | values.size());
    for (const auto value : values) mix(value);
    ++entries_;
  }
  std::uint64_t hash() const { return hash_; }
  std::uint64_t entries() const { return entries_; }

 private:
  void mix(std::uint64_t value);
  std::uint64_t hash_ = 0x243F6A8885A308D3ULL;
  std::uint64_t entries_ = 0;
};

}  // namespace weir::sim
