#pragma once
// A TCP connection as the network sees it: two directions of bytes between two machines.

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/env/network.h"
#include "sim/event_queue.h"

namespace weir::sim {

class Host;
class Stream;

// From one side to the other.
struct Pipe {
  std::string arrived;  // and not read; the first `read` bytes of it are
  std::size_t read = 0;
  std::size_t on_the_way = 0;
  env::Instant last_arrival{};
  bool ended = false;         // the reader has been told that no more comes
  bool reader_reset = false;  // ... that the connection is dead
  bool writer_reset = false;  // the writer has been told so
  bool reader_gone = false;   // nobody will read any more

  std::size_t unread() const { return arrived.size() - read; }
};

struct Side {
  Host* host = nullptr;
  const Life* life = nullptr;
  env::Address address;
  Stream* stream = nullptr;  // while adopted and open
  bool closed = false;
};

struct Link {
  std::uint64_t id = 0;
  bool is_dead = false;       // half-open: nothing that is sent arrives any more
  std::size_t window = 0;     // bytes on the way and unread at most, in each direction
  std::array<Side, 2> sides;  // 0: who connected
  std::array<Pipe, 2> pipes;  // pipes[i] leaves side i

  Pipe& from(int side) { return pipes[static_cast<std::size_t>(side)]; }
  Pipe& to(int side) { return pipes[static_cast<std::size_t>(1 - side)]; }
  Side& at(int side) { return sides[static_cast<std::size_t>(side)]; }
  Side& opposite(int side) { return sides[static_cast<std::size_t>(1 - side)]; }
};

}  // namespace weir::sim
