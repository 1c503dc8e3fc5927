#include "sim/node/allocation_counter_test_support.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace weir::sim {
namespace {

std::atomic<std::size_t> live{0};
std::atomic<std::size_t> peak{0};

void* counted(void* memory) {
  if (!memory) std::abort();
  const std::size_t size = ::malloc_usable_size(memory);
  const std::size_t now = live.fetch_add(size, std::memory_order_relaxed) + size;
  if (now > peak.load(std::memory_order_relaxed)) peak.store(now, std::memory_order_relaxed);
  return memory;
}

void release(void* memory) {
  if (!memory) return;
  live.fetch_sub(::malloc_usable_size(memory), std::memory_order_relaxed);
  std::free(memory);
}

std::size_t rounded(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return (size + unit - 1) / unit * unit;
}

}  // namespace

std::size_t allocated_bytes() { return live.load(std::memory_order_relaxed); }
std::size_t allocated_bytes_peak() { return peak.load(std::memory_order_relaxed); }
void reset_allocation_peak() { peak.store(allocated_bytes(), std::memory_order_relaxed); }

}  // namespace weir::sim

void* operator new(std::size_t size) {
  return weir::sim::counted(std::malloc(size == 0 ? 1 : size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return weir::sim::counted(
      std::aligned_alloc(static_cast<std::size_t>(alignment), weir::sim::rounded(size, alignment)));
}
void operator delete(void* memory) noexcept { weir::sim::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { weir::sim::release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { weir::sim::release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  weir::sim::release(memory);
}
