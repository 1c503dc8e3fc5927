#pragma once
// Steps: how much work a decoder of foreign bytes does. It counts where it loops, and fuzz targets
// and tests check that what is counted stays within a constant times the bytes that it was given: a
// quadratic loop over a few kilobytes is no second of time, and an hour for a whole frame.
//
//   count_steps();       // one element, record, piece
//   count_steps(bytes);  // what a loop beneath does to each byte
//
// Counted in programs built with AddressSanitizer only, which all fuzzing is; anywhere else it is
// nothing at compile time.

#include <cstdint>

#include "base/sanitizer.h"

namespace weir {

#ifdef WEIR_HAS_ASAN
inline constexpr bool steps_are_counted = true;
namespace internal {
constinit inline thread_local std::uint64_t steps_of_thread = 0;
}
inline void count_steps(std::uint64_t steps = 1) { internal::steps_of_thread += steps; }
inline std::uint64_t steps_so_far() { return internal::steps_of_thread; }
#else
inline constexpr bool steps_are_counted = false;
constexpr void count_steps(std::uint64_t = 1) {}
constexpr std::uint64_t steps_so_far() { return 0; }
#endif

// Steps of this thread since it was made; none where they are not counted.
class StepsSince {
 public:
  std::uint64_t taken() const { return steps_so_far() - before_; }

 private:
  std::uint64_t before_ = steps_so_far();
};

}  // namespace weir
