#include "broker/connection/frame_reader.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace weir::broker {
namespace {

constexpr std::size_t size_bytes = 4;
constexpr std::size_t least_room = 4096;

}  // namespace

MutableBytes FrameReader::room() {
  if (!chunk_) {
    chunk_ = pool_.take();
    begin_ = end_ = 0;
  } else if (begin_ == end_ && !chunk_.is_shared()) {
    begin_ = end_ = 0;
  }
  make_room();
  return chunk_.bytes().subspan(end_);
}

// The partial frame at the end moves to a fresh chunk when this one cannot take the rest of it, or
// is nearly full. Requests that still use the old chunk keep it alive.
void FrameReader::make_room() {
  const std::size_t have = end_ - begin_;
  std::size_t wanted = have + 1;
  if (have >= size_bytes) {
    const auto announced =
        static_cast<std::size_t>(load_be<std::uint32_t>(chunk_.bytes().data() + begin_));
    const std::size_t whole = size_bytes + std::min(announced, frame_bytes_max_);
    const std::size_t trusted =
        std::max({2 * have, largest_frame_ + size_bytes, ChunkPool::usual_size});
    wanted = std::min(whole, trusted);
  }
  const std::size_t capacity = chunk_.bytes().size();
  const bool fits = begin_ + wanted <= capacity;
  const bool enough = capacity - end_ >= std::min(least_room, begin_ + wanted - end_);
  if (fits && enough && end_ < capacity) return;

  // A usual chunk has room for what comes behind, and goes back to the pool.
  ChunkRef next =
      pool_.take(wanted <= ChunkPool::usual_size ? ChunkPool::usual_size : wanted + least_room);
  std::memcpy(next.bytes().data(), chunk_.bytes().data() + begin_, have);
  chunk_ = std::move(next);
  begin_ = 0;
  end_ = have;
}

void FrameReader::received(std::size_t bytes) {
  CHECK(chunk_ && end_ + bytes <= chunk_.bytes().size());
  end_ += bytes;
}

void FrameReader::release() {
  CHECK(!has_partial_frame());
  chunk_ = {};
  begin_ = end_ = 0;
}

Result<std::optional<Frame>> FrameReader::next() {
  const std::size_t have = end_ - begin_;
  if (have < size_bytes) return std::nullopt;
  const auto size = load_be<std::int32_t>(chunk_.bytes().data() + begin_);
  if (size <= 0) return fail(Errc::invalid, "a frame of no or negative size");
  const auto length = static_cast<std::size_t>(size);
  if (length > frame_bytes_max_) {
    return fail(Errc::too_large, "a frame larger than socket.request.max.bytes", length);
  }
  if (have < size_bytes + length) return std::nullopt;
  Frame frame{chunk_, chunk_.bytes().subspan(begin_ + size_bytes, length)};
  begin_ += size_bytes + length;
  largest_frame_ = std::max(largest_frame_, length);
  return frame;
}

}  // namespace weir::broker
