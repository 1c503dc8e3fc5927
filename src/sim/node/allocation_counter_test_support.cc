#include "sim/node/allocation_counter_test_support.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/check.h"
#include "sim/shard.h"

namespace weir::sim {
namespace {

struct Count {
  std::size_t live = 0;
  std::size_t peak = 0;

  void add(std::size_t bytes) {
    live += bytes;
    peak = std::max(peak, live);
  }
};

// The program has one thread.
Count of_everybody;
Count of_node;
const void* const* running = nullptr;  // whose turn it is, while a node is counted apart
const void* client_shard = nullptr;

// Stands right before each piece of memory that is handed out.
struct Header {
  std::size_t offset;  // from what malloc gave
  bool is_nodes;
};
constexpr std::size_t header_size = 16;
static_assert(sizeof(Header) <= header_size);

void* allocate(std::size_t size, std::size_t alignment) {
  const std::size_t offset = std::max(header_size, alignment);
  const std::size_t whole = (offset + size + alignment - 1) / alignment * alignment;
  void* memory =
      alignment <= header_size ? std::malloc(whole) : std::aligned_alloc(alignment, whole);
  if (!memory) std::abort();
  auto* const given = static_cast<std::byte*>(memory) + offset;
  const bool is_nodes = running && *running && *running != client_shard;
  new (given - header_size) Header{offset, is_nodes};
  const std::size_t bytes = ::malloc_usable_size(memory);
  of_everybody.add(bytes);
  if (is_nodes) of_node.add(bytes);
  return given;
}
void* allocate(std::size_t size) { return allocate(size, header_size); }

void release(void* given) {
  if (!given) return;
  const Header header = *reinterpret_cast<Header*>(static_cast<std::byte*>(given) - header_size);
  void* const memory = static_cast<std::byte*>(given) - header.offset;
  const std::size_t bytes = ::malloc_usable_size(memory);
  of_everybody.live -= bytes;
  if (header.is_nodes) of_node.live -= bytes;
  std::free(memory);
}

}  // namespace

std::size_t allocated_bytes() { return of_everybody.live; }
std::size_t allocated_bytes_peak() { return of_everybody.peak; }
void reset_allocation_peak() { of_everybody.peak = of_everybody.live; }

NodeAllocations::NodeAllocations(const World& world, Host& clients) {
  CHECK(running == nullptr && clients.shards() == 1);
  running = &world.running;
  client_shard = &clients.shard(0);
}
NodeAllocations::~NodeAllocations() { running = nullptr; }
std::size_t NodeAllocations::bytes() const { return of_node.live; }
std::size_t NodeAllocations::peak() const { return of_node.peak; }
void NodeAllocations::reset_peak() { of_node.peak = of_node.live; }

}  // namespace weir::sim

using weir::sim::allocate;
using weir::sim::release;

// All of them: a sanitizer has its own ones for those that are missing here.
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
