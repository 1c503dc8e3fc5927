#include "socket/frame_reader.h"

#include <algorithm>
#include <cstring>

namespace weir::bench {

MutableBytes FrameReader::room() {
  if (begin_ > 0) {
    std::memmove(data_.data(), data_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t wanted = end_ + std::max(least_room, missing_);
  if (data_.size() < wanted) data_.resize(wanted);
  return MutableBytes(data_).subspan(end_);
}

Result<std::optional<Bytes>> FrameReader::next() {
  const std::size_t here = end_ - begin_;
  missing_ = 0;
  if (here < 4) return std::nullopt;
  const auto size = load_be<std::int32_t>(data_.data() + begin_);
  if (size < 0 || size > largest_frame) return fail(Errc::corrupt, "no size of a frame");
  const std::size_t whole = 4 + static_cast<std::size_t>(size);
  if (here < whole) {
    missing_ = whole - here;
    return std::nullopt;
  }
  const Bytes frame(data_.data() + begin_ + 4, whole - 4);
  begin_ += whole;
  return frame;
}

}  // namespace weir::bench
