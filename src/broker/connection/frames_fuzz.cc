// What a client may send before it is a request: the same frames whatever the pieces, and chunks
// for what came only.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "broker/connection/frame_reader.h"

namespace {

using namespace weir;
using namespace weir::broker;

struct FramesRead {
  std::vector<std::vector<std::byte>> frames;
  bool failed = false;
  bool operator==(const FramesRead&) const = default;
};

FramesRead frames_in(Bytes stream, std::size_t piece) {
  ChunkPool pool(2);
  FramesRead read;
  {
    FrameReader reader(pool, std::size_t{1} << 20);
    std::size_t received = 0;
    while (!stream.empty() && !read.failed) {
      const auto room = reader.room();
      CHECK(!room.empty());
      CHECK(pool.bytes_in_use() <= ChunkPool::usual_size + 32 * received);
      const auto taken = std::min({room.size(), stream.size(), piece});
      std::memcpy(room.data(), stream.data(), taken);
      stream = stream.subspan(taken);
      received += taken;
      reader.received(taken);
      for (;;) {
        const auto frame = reader.next();
        read.failed = !frame.has_value();
        if (!frame || !*frame) break;
        read.frames.emplace_back((*frame)->bytes.begin(), (*frame)->bytes.end());
      }
      if (!read.failed && !reader.has_partial_frame()) reader.release();
    }
  }
  CHECK(pool.bytes_in_use() == 0);
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Bytes stream(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  const FramesRead whole = frames_in(stream, std::max<std::size_t>(stream.size(), 1));
  CHECK(frames_in(stream, 1 + data[0] % 16) == whole, "pieces do not matter");
  return 0;
}
