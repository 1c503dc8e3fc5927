// Arbitrary record values, one after the other, into one image; what applies must come back from
// its own snapshot. A record takes steps for itself and at most for all that the image holds.

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "base/steps.h"
#include "metadata/image/image_writer.h"
#include "metadata/image/replay.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  metadata::Replay replay;
  Offset offset = 0;
  std::uint64_t bytes_so_far = 0;
  Bytes rest(reinterpret_cast<const std::byte*>(data), size);
  while (rest.size() >= 2) {  // each value behind its length
    const std::size_t length =
        std::min<std::size_t>(load_be<std::uint16_t>(rest.data()), rest.size() - 2);
    metadata::Replay next = replay;
    bytes_so_far += length;
    const StepsSince steps;
    if (next.apply(rest.subspan(2, length), offset++)) replay = std::move(next);
    CHECK(steps.taken() <= 64 + 64 * std::uint64_t{length} + bytes_so_far, "work is linear");
    rest = rest.subspan(2 + length);
  }
  const auto records = metadata::records_of(replay.image());
  if (!records || replay.image().features.metadata_version == 0) return 0;
  metadata::Replay again;
  for (const auto& record : records->values()) {
    CHECK(again.apply(Bytes(record), 0).has_value(), "an image comes back from its own records");
  }
  return 0;
}
