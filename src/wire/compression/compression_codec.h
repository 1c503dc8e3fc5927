#pragma once
// The codecs of record batches, by their number in a batch's attributes.

#include <cstdint>

namespace weir::wire {

enum class Codec : std::uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

}  // namespace weir::wire
