#pragma once
// A seed from the system's random source; ends the process when there is none.

#include <cstdint>

namespace weir::runtime {

std::uint64_t entropy();

}  // namespace weir::runtime
