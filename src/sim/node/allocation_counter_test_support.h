#pragma once
// What this test program has allocated: every operator new and delete of it is counted, in bytes as
// the allocator gave them. The broker under test and everything else of the program count together.

#include <cstddef>

namespace weir::sim {

std::size_t allocated_bytes();       // now
std::size_t allocated_bytes_peak();  // the most since reset_allocation_peak()
void reset_allocation_peak();

}  // namespace weir::sim
