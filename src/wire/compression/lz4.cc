#include "wire/compression/lz4.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/steps.h"

namespace weir::wire {
namespace {

constexpr std::size_t frame_header_min = 7;  // magic, FLG, BD, header checksum
constexpr std::uint32_t frame_magic = 0x184d2204;
constexpr std::uint8_t flag_independent_blocks = 0x20;
constexpr int level_fast = 9;  // Kafka's default level means the fast compressor
constexpr int level_high_min = 3;
constexpr int level_high_max = 12;

LZ4F_preferences_t preferences(int level) {
  LZ4F_preferences_t how{};
  how.frameInfo.blockSizeID = LZ4F_max64KB;
  how.frameInfo.blockMode = LZ4F_blockIndependent;
  how.compressionLevel =
      level == level_fast ? 0 : std::clamp(level, level_high_min, level_high_max);
  how.autoFlush = 1;  // whole blocks straight from the input, no copy
  return how;
}

}  // namespace

Lz4Codec::~Lz4Codec() {
  LZ4F_freeCompressionContext(compressor_);
  LZ4F_freeDecompressionContext(decompressor_);
}

Result<> Lz4Codec::compress(int level, Bytes input, std::vector<std::byte>& out) {
  if (compressor_ == nullptr &&
      LZ4F_isError(LZ4F_createCompressionContext(&compressor_, LZ4F_VERSION))) {
    return fail(Errc::io, "no memory for lz4");
  }
  const auto how = preferences(level);
  const auto before = out.size();
  out.resize(before + LZ4F_compressFrameBound(input.size(), &how));
  auto at = before;
  const auto advance = [&](std::size_t written) {
    if (LZ4F_isError(written)) return false;
    at += written;
    return true;
  };
  const auto room = [&] { return out.size() - at; };
  if (!advance(LZ4F_compressBegin(compressor_, out.data() + at, room(), &how)) ||
      !advance(LZ4F_compressUpdate(compressor_, out.data() + at, room(), input.data(), input.size(),
                                   nullptr)) ||
      !advance(LZ4F_compressEnd(compressor_, out.data() + at, room(), nullptr))) {
    out.resize(before);
    return fail(Errc::io, "lz4 could not compress");
  }
  out.resize(at);
  return {};
}

Result<> Lz4Codec::start(Bytes input) {
  if (decompressor_ == nullptr &&
      LZ4F_isError(LZ4F_createDecompressionContext(&decompressor_, LZ4F_VERSION))) {
    return fail(Errc::io, "no memory for lz4");
  }
  LZ4F_resetDecompressionContext(decompressor_);
  input_ = input;
  done_ = false;
  if (input.size() < frame_header_min) return fail(Errc::corrupt, "lz4 frame is cut short");
  if (std::byteswap(load_be<std::uint32_t>(input.data())) != frame_magic) {
    return fail(Errc::corrupt, "lz4 data does not start with a frame");
  }
  if ((static_cast<std::uint8_t>(input[4]) & flag_independent_blocks) == 0) {
    return fail(Errc::unsupported, "lz4 frame has dependent blocks, which Kafka does not read");
  }
  return {};
}

Result<Bytes> Lz4Codec::next(MutableBytes scratch) {
  std::size_t produced = 0;
  while (!done_ && produced < scratch.size()) {
    count_steps();
    auto room = scratch.size() - produced;
    auto used = input_.size();
    const auto result = LZ4F_decompress(decompressor_, scratch.data() + produced, &room,
                                        input_.data(), &used, nullptr);
    if (LZ4F_isError(result)) {
      return fail(Errc::corrupt, std::string("lz4 frame is damaged: ") + LZ4F_getErrorName(result));
    }
    input_ = input_.subspan(used);
    produced += room;
    if (result == 0) {
      if (!input_.empty()) return fail(Errc::corrupt, "bytes are left over after an lz4 frame");
      done_ = true;
    } else if (used == 0 && room == 0) {
      return fail(Errc::corrupt, "lz4 frame is cut short");
    }
  }
  return Bytes(scratch).first(produced);
}

}  // namespace weir::wire
