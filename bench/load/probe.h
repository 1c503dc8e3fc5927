#pragma once
// How the machine is just now: what the first touch of a page costs. On a virtual machine whose
// free memory goes back to the host this moves tenfold, and everything that grows the page cache
// with it.

#include <cstdint>

#include "load/json_line.h"

namespace weir::bench {

// Touches `warm` bytes and gives them back, so that a lap which follows finds them; then touches
// `bytes` five times and tells what a page took, the median of them.
JsonLine probe(std::size_t warm, std::size_t bytes);

}  // namespace weir::bench
