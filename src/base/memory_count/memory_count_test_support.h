#pragma once
// How much memory a piece of a test takes at most, with what libraries in C take: malloc and its
// family are counted, in bytes as the allocator gives them. For programs of one
// thread that link weir_memory_count.
//
//   MemoryPeak peak;
//   ... what is measured ...
//   EXPECT_LE(peak.bytes(), 64 << 10);

#include <cstddef>

namespace weir {

class MemoryPeak {
 public:
  MemoryPeak();               // begins to measure; one at a time
  std::size_t bytes() const;  // the most that was held since then, beyond what was held before
  std::size_t held() const;   // now, likewise

 private:
  std::ptrdiff_t before_;
};

}  // namespace weir
