// Any bytes as compressed data: the first byte names the codec, the second the limit's size. What
// comes out is bounded, work too, and what is whole can be compressed and decompressed again.

#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/steps.h"
#include "wire/compression/compression.h"

using namespace weir;
using namespace weir::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static CompressionContext context;
  if (size < 2) return 0;
  const auto codec = static_cast<Codec>(data[0] % 8);
  const std::uint64_t limit = std::uint64_t{1} << (data[1] % 22);
  const Bytes input(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  std::vector<std::byte> out;
  const StepsSince steps;
  const auto result = decompress(context, codec, input, limit, out);
  CHECK(out.size() <= limit);
  // Up to three times the same: to find out that it is large, how large, and then all of it.
  CHECK(steps.taken() <= 16 + 3 * (input.size() + limit / 1024), "work is linear");
  if (!result) {
    const auto code = result.error().code;
    CHECK(code == Errc::corrupt || code == Errc::too_large || code == Errc::unsupported);
    return 0;
  }
  std::vector<std::byte> packed;
  CHECK(compress(context, {codec, {}}, out, packed).has_value());
  std::vector<std::byte> again;
  CHECK(decompress(context, codec, packed, out.size() + 1, again).has_value());
  CHECK(again == out);
  return 0;
}
