#include "sim/node/allocation_counter_test_support.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace weir::sim {
namespace {

std::size_t live = 0;  // the program has one thread
std::size_t peak = 0;

void* counted(void* memory) {
  if (!memory) std::abort();
  live += ::malloc_usable_size(memory);
  peak = std::max(peak, live);
  return memory;
}

void release(void* memory) {
  if (!memory) return;
  live -= ::malloc_usable_size(memory);
  std::free(memory);
}

std::size_t rounded(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return (size + unit - 1) / unit * unit;
}

}  // namespace

std::size_t allocated_bytes() { return live; }
std::size_t allocated_bytes_peak() { return peak; }
void reset_allocation_peak() { peak = live; }

}  // namespace weir::sim

void* operator new(std::size_t size) {
  return weir::sim::counted(std::malloc(size == 0 ? 1 : size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return weir::sim::counted(
      std::aligned_alloc(static_cast<std::size_t>(alignment), weir::sim::rounded(size, alignment)));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return weir::sim::counted(std::malloc(size == 0 ? 1 : size));
}
// A sanitizer has its own ones for arrays, which would not be counted.
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete[](void* memory) noexcept { weir::sim::release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { weir::sim::release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { weir::sim::release(memory); }
void operator delete(void* memory) noexcept { weir::sim::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { weir::sim::release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { weir::sim::release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  weir::sim::release(memory);
}
