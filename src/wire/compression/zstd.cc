#include "wire/compression/zstd.h"

#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <string>

#include "base/check.h"
#include "base/steps.h"

namespace weir::wire {
namespace {

constexpr std::size_t zstd_kept_max = std::size_t{16}
                                      << 20;  // of memory, from one batch to the next
constexpr int window_log_min =
    23;  // 8 MiB: what honest writers claim up to level 19, however small the data
constexpr int window_log_max = 27;  // zstd's own default, 128 MiB

}  // namespace

ZstdCodec::~ZstdCodec() {
  ZSTD_freeCCtx(compressor_);
  ZSTD_freeDCtx(decompressor_);
}

Result<> ZstdCodec::compress(int level, Bytes input, std::vector<std::byte>& out) {
  if (compressor_ != nullptr && ZSTD_sizeof_CCtx(compressor_) > zstd_kept_max) {
    ZSTD_freeCCtx(compressor_);
    compressor_ = nullptr;
  }
  if (compressor_ == nullptr) compressor_ = ZSTD_createCCtx();
  if (compressor_ == nullptr) return fail(Errc::io, "no memory for zstd");
  const auto before = out.size();
  out.resize(before + ZSTD_compressBound(input.size()));
  const auto written = ZSTD_compressCCtx(compressor_, out.data() + before, out.size() - before,
                                         input.data(), input.size(), level);
  if (ZSTD_isError(written)) {
    out.resize(before);
    return fail(Errc::io, std::string("zstd could not compress: ") + ZSTD_getErrorName(written));
  }
  out.resize(before + written);
  return {};
}

Result<> ZstdCodec::start(Bytes input, std::uint64_t window_limit) {
  if (decompressor_ != nullptr && ZSTD_sizeof_DCtx(decompressor_) > zstd_kept_max) {
    ZSTD_freeDCtx(decompressor_);
    decompressor_ = nullptr;
  }
  if (decompressor_ == nullptr) decompressor_ = ZSTD_createDCtx();
  if (decompressor_ == nullptr) return fail(Errc::io, "no memory for zstd");
  ZSTD_DCtx_reset(decompressor_, ZSTD_reset_session_only);
  const auto window_log = std::clamp(static_cast<int>(std::bit_width(window_limit)) - 1,
                                     window_log_min, window_log_max);
  ZSTD_DCtx_setParameter(decompressor_, ZSTD_d_windowLogMax, window_log);
  if (input.empty()) return fail(Errc::corrupt, "zstd data is empty");
  input_ = {input.data(), input.size(), 0};
  in_frame_ = true;
  return {};
}

Result<Bytes> ZstdCodec::next(MutableBytes scratch) {
  ZSTD_outBuffer out{scratch.data(), scratch.size(), 0};
  while (out.pos < out.size) {
    count_steps();
    if (!in_frame_ && input_.pos == input_.size) break;
    const auto in_before = input_.pos;
    const auto out_before = out.pos;
    const auto result = ZSTD_decompressStream(decompressor_, &out, &input_);
    if (ZSTD_isError(result)) {
      const bool large = ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge;
      return fail(large ? Errc::too_large : Errc::corrupt,
                  std::string("zstd frame is refused: ") + ZSTD_getErrorName(result), input_.pos);
    }
    in_frame_ = result != 0;
    if (input_.pos == in_before && out.pos == out_before && in_frame_) {
      return fail(Errc::corrupt, "zstd frame is cut short", input_.pos);
    }
  }
  return Bytes(scratch).first(out.pos);
}

}  // namespace weir::wire
