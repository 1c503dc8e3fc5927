#pragma once
// The bytes of a connection as they come, and the whole frames among them (a frame: its size in
// four bytes, then so many). Read big, take all frames, nothing is moved but the part of a frame
// that stands at the end.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::bench {

class FrameReader {
 public:
  static constexpr std::size_t least_room = 256 << 10;
  static constexpr std::int32_t largest_frame = 128 << 20;

  // Where the next bytes go; what next() gave before is lost.
  MutableBytes room();
  void filled(std::size_t bytes) { end_ += bytes; }

  // The next whole frame, without its size; nothing when it is not whole yet. Error: corrupt.
  Result<std::optional<Bytes>> next();

 private:
  std::vector<std::byte> data_;
  std::size_t begin_ = 0;  // what is not taken: [begin_, end_)
  std::size_t end_ = 0;
  std::size_t missing_ = 0;  // of the frame at begin_, as far as that is known
};

}  // namespace weir::bench
