#include "load/probe.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "socket/poller.h"

namespace weir::bench {
namespace {

constexpr std::size_t page = 4096;

// The nanoseconds that touching took.
Nanos touch(std::size_t bytes) {
  if (bytes < page) return 0;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  ::madvise(memory, bytes, MADV_NOHUGEPAGE);
  const Nanos began = monotonic_now();
  auto* at = static_cast<volatile char*>(memory);
  for (std::size_t i = 0; i < bytes; i += page) at[i] = 1;
  const Nanos took = monotonic_now() - began;
  ::munmap(memory, bytes);
  return took;
}

}  // namespace

JsonLine probe(std::size_t warm, std::size_t bytes) {
  const Nanos warmed = touch(warm);
  std::array<Nanos, 5> took_each;
  for (Nanos& took : took_each) took = touch(bytes);
  std::ranges::sort(took_each);
  const Nanos took = took_each[took_each.size() / 2];
  JsonLine line;
  line.put("warm_seconds", static_cast<double>(warmed) / 1e9);
  line.put("touch_us", static_cast<double>(took) / 1000 / static_cast<double>(bytes / page));
  return line;
}

}  // namespace weir::bench
