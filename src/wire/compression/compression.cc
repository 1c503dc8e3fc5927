#include "wire/compression/compression.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/steps.h"
#include "wire/compression/gzip.h"
#include "wire/compression/lz4.h"
#include "wire/compression/snappy.h"
#include "wire/compression/zstd.h"

namespace weir::wire {
namespace {

constexpr std::size_t piece_size = 64 * 1024;
constexpr std::size_t input_max = std::size_t{1} << 30;  // beyond it no codec's own limit is near
constexpr int gzip_level_default = 6;
constexpr std::size_t grown_max = std::size_t{1} << 20;  // beyond it a size is learnt first

template <class T>
T& made(std::unique_ptr<T>& codec) {
  if (codec == nullptr) codec = std::make_unique<T>();
  return *codec;
}

// False: `out` would pass `size_max`, and holds what came before.
Result<bool> decompress_while(CompressionContext& context, Codec codec, Bytes compressed,
                              std::uint64_t limit, std::size_t size_max,
                              std::vector<std::byte>& out) {
  Decompressor stream(context, codec, compressed, limit);
  for (;;) {
    TRY_ASSIGN(const auto piece, stream.next());
    if (piece.empty()) return true;
    if (out.size() + piece.size() > size_max) return false;
    out.insert(out.end(), piece.begin(), piece.end());
  }
}

Result<std::uint64_t> decompressed_size(CompressionContext& context, Codec codec, Bytes compressed,
                                        std::uint64_t limit) {
  Decompressor stream(context, codec, compressed, limit);
  std::uint64_t size = 0;
  for (;;) {
    TRY_ASSIGN(const auto piece, stream.next());
    if (piece.empty()) return size;
    size += piece.size();
  }
}

}  // namespace

std::optional<LevelRange> level_range(Codec codec) {
  switch (codec) {
    case Codec::gzip:
      return LevelRange{1, 9, -1};
    case Codec::lz4:
      return LevelRange{1, 17, 9};
    case Codec::zstd:
      return LevelRange{-131072, 22, 3};
    case Codec::none:
    case Codec::snappy:
      break;
  }
  return std::nullopt;
}

CompressionContext::CompressionContext() = default;
CompressionContext::~CompressionContext() = default;
GzipCodec& CompressionContext::gzip() { return made(gzip_); }
SnappyCodec& CompressionContext::snappy() { return made(snappy_); }
Lz4Codec& CompressionContext::lz4() { return made(lz4_); }
ZstdCodec& CompressionContext::zstd() { return made(zstd_); }

Result<> compress(CompressionContext& context, const Compression& how, Bytes input,
                  std::vector<std::byte>& out) {
  if (input.size() > input_max) return fail(Errc::too_large, "more than 1 GiB to compress at once");
  const auto range = level_range(how.codec);
  const auto level = how.level.value_or(range ? range->default_level : 0);
  CHECK(!range || level == range->default_level || (level >= range->min && level <= range->max));
  switch (how.codec) {
    case Codec::none:
      out.insert(out.end(), input.begin(), input.end());
      return {};
    case Codec::gzip:
      return context.gzip().compress(level == -1 ? gzip_level_default : level, input, out);
    case Codec::snappy:
      return context.snappy().compress(input, out);
    case Codec::lz4:
      return context.lz4().compress(level, input, out);
    case Codec::zstd:
      return context.zstd().compress(level, input, out);
  }
  return fail(Errc::unsupported, "no codec has this number", static_cast<std::uint64_t>(how.codec));
}

Decompressor::Decompressor(CompressionContext& context, Codec codec, Bytes compressed,
                           std::uint64_t limit, std::uint64_t window_limit)
    : context_(context),
      codec_(codec),
      input_(compressed),
      limit_(limit),
      window_limit_(window_limit) {
  CHECK(!context_.in_use_, "a context serves one Decompressor at a time");
  context_.in_use_ = true;
}

Decompressor::~Decompressor() { context_.in_use_ = false; }

Result<Bytes> Decompressor::next() {
  count_steps();
  const auto budget = limit_ - produced_;
  TRY_ASSIGN(const auto piece, next_piece(budget));
  if (piece.size() > budget) {
    return fail(Errc::too_large, "decompressed beyond " + std::to_string(limit_) + " bytes");
  }
  produced_ += piece.size();
  return piece;
}

Result<Bytes> Decompressor::next_piece(std::size_t budget) {
  auto& scratch = context_.scratch_;
  if (scratch.empty()) scratch.resize(piece_size);
  const bool first = !std::exchange(started_, true);
  switch (codec_) {
    case Codec::none:
      return std::exchange(input_, Bytes{});
    case Codec::gzip:
      if (first) TRY(context_.gzip().start(input_, limit_));
      return context_.gzip().next(scratch);
    case Codec::snappy:
      if (first) TRY(context_.snappy().start(input_));
      return context_.snappy().next(budget);
    case Codec::lz4:
      if (first) TRY(context_.lz4().start(input_));
      return context_.lz4().next(scratch);
    case Codec::zstd:
      if (first) TRY(context_.zstd().start(input_, window_limit_));
      return context_.zstd().next(scratch);
  }
  return fail(Errc::unsupported, "no codec has this number", static_cast<std::uint64_t>(codec_));
}

Result<> decompress(CompressionContext& context, Codec codec, Bytes compressed, std::uint64_t limit,
                    std::vector<std::byte>& out) {
  const auto start = out.size();
  TRY_ASSIGN(const bool whole,
             decompress_while(context, codec, compressed, limit, start + grown_max, out));
  if (whole) return {};
  out.resize(start);
  TRY_ASSIGN(const auto size, decompressed_size(context, codec, compressed, limit));
  out.reserve(start + size);
  TRY_ASSIGN(const bool again,
             decompress_while(context, codec, compressed, limit, start + size, out));
  CHECK(again, "the same bytes have the same size");
  return {};
}

}  // namespace weir::wire
