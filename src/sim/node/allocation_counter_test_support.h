#pragma once
// What this test program has allocated: every operator new and delete of it is counted, in bytes as
// the allocator gave them; all of it, and apart from that what a simulated node asked for.

#include <cstddef>

#include "sim/world.h"

namespace weir::sim {

std::size_t allocated_bytes();       // now
std::size_t allocated_bytes_peak();  // the most since reset_allocation_peak()
void reset_allocation_peak();

// While it lives, what is allocated in a turn of any machine but `clients` belongs to the node:
// its own memory, and what it makes the simulated disk and network hold for it. What belongs to a
// node is known until it is freed. One at a time; `clients` has one shard.
class NodeAllocations {
 public:
  NodeAllocations(const World& world, Host& clients);
  ~NodeAllocations();
  NodeAllocations(const NodeAllocations&) = delete;
  NodeAllocations& operator=(const NodeAllocations&) = delete;

  std::size_t bytes() const;
  std::size_t peak() const;  // the most since reset_peak()
  void reset_peak();
};

}  // namespace weir::sim
