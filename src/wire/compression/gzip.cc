#include "wire/compression/gzip.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/steps.h"

namespace weir::wire {
namespace {

constexpr std::size_t whole_size_max = std::size_t{1} << 20;
constexpr std::size_t trailer_size = 8;  // CRC-32, then the size modulo 2^32, little-endian
constexpr std::size_t deflate_ratio_max = 1032;

std::uint32_t claimed_size(Bytes input) {
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    size |= static_cast<std::uint32_t>(input[input.size() - 4 + i]) << (8 * i);
  }
  return size;
}

}  // namespace

GzipCodec::~GzipCodec() {
  for (auto* compressor : compressors_) libdeflate_free_compressor(compressor);
  libdeflate_free_decompressor(decompressor_);
  if (stream_made_) inflateEnd(&stream_);
}

Result<> GzipCodec::compress(int level, Bytes input, std::vector<std::byte>& out) {
  auto*& compressor = compressors_[static_cast<std::size_t>(level)];
  if (compressor == nullptr) compressor = libdeflate_alloc_compressor(level);
  if (compressor == nullptr) return fail(Errc::io, "no memory for gzip");
  const auto before = out.size();
  out.resize(before + libdeflate_gzip_compress_bound(compressor, input.size()));
  const auto written = libdeflate_gzip_compress(compressor, input.data(), input.size(),
                                                out.data() + before, out.size() - before);
  CHECK(written != 0, "the bound of libdeflate was enough");
  out.resize(before + written);
  return {};
}

Result<> GzipCodec::start(Bytes input, std::uint64_t limit) {
  done_ = false;
  ready_ = {};
  if (decompress_whole(input, limit)) return {};
  if (!stream_made_) {
    constexpr int gzip_only = 15 + 16;
    if (inflateInit2(&stream_, gzip_only) != Z_OK) return fail(Errc::io, "no memory for gzip");
    stream_made_ = true;
  }
  inflateReset(&stream_);
  if (input.size() > std::numeric_limits<uInt>::max()) {
    return fail(Errc::too_large, "gzip data beyond 4 GiB");
  }
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));
  stream_.avail_in = static_cast<uInt>(input.size());
  in_member_ = true;
  return {};
}

bool GzipCodec::decompress_whole(Bytes input, std::uint64_t limit) {
  if (input.size() < trailer_size) return false;
  const std::size_t claimed = claimed_size(input);
  if (claimed == 0 || claimed > whole_size_max || claimed > limit) return false;
  if (claimed / deflate_ratio_max > input.size()) return false;
  if (decompressor_ == nullptr) decompressor_ = libdeflate_alloc_decompressor();
  if (decompressor_ == nullptr) return false;
  if (whole_.size() < claimed) whole_.resize(claimed);
  std::size_t used = 0;
  std::size_t produced = 0;
  const auto result = libdeflate_gzip_decompress_ex(decompressor_, input.data(), input.size(),
                                                    whole_.data(), claimed, &used, &produced);
  // Anything unusual (several members, damage) is left to the stream, which knows how to say it.
  if (result != LIBDEFLATE_SUCCESS || used != input.size()) return false;
  ready_ = Bytes(whole_).first(produced);
  done_ = true;
  return true;
}

Result<Bytes> GzipCodec::next(MutableBytes scratch) {
  if (!ready_.empty()) return std::exchange(ready_, Bytes{});
  if (done_) return Bytes{};
  stream_.next_out = reinterpret_cast<Bytef*>(scratch.data());
  stream_.avail_out = static_cast<uInt>(scratch.size());
  while (stream_.avail_out != 0) {
    count_steps();
    if (!in_member_) {
      if (stream_.avail_in == 0) {
        done_ = true;
        break;
      }
      inflateReset(&stream_);
      in_member_ = true;
    }
    const auto in_before = stream_.avail_in;
    const auto out_before = stream_.avail_out;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      in_member_ = false;
    } else if (result != Z_OK ||
               (stream_.avail_in == in_before && stream_.avail_out == out_before)) {
      // No progress with room in the output: the input ended within a member.
      return fail(Errc::corrupt, "gzip data is damaged or cut short", stream_.total_in);
    }
  }
  return Bytes(scratch).first(scratch.size() - stream_.avail_out);
}

}  // namespace weir::wire
