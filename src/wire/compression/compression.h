#pragma once
// Compressing and decompressing the records of a batch (KIP-110, levels KIP-390), byte for byte
// what Kafka's own clients can read:
//   gzip    RFC 1952                          levels 1 to 9, default 6 (-1 says default)
//   snappy  xerial framing, 32 KiB blocks     no levels; raw blocks are read too
//   lz4     one frame, independent blocks     levels 1 to 17, default 9 = the fast compressor, as
//   in Kafka zstd    frames                            levels -131072 to 22, default 3
//
// The state of every codec lives in a CompressionContext: one for each shard, handed to whoever
// needs it, used by one Decompressor at a time. It keeps what it allocated, up to some MiB, for the
// next batch.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "wire/compression/compression_codec.h"

namespace weir::wire {

struct Compression {
  Codec codec = Codec::none;
  std::optional<int> level;  // the codec's default when absent
  bool operator==(const Compression&) const = default;
};

struct LevelRange {
  int min;
  int max;
  int default_level;
};
// Nothing for codecs without levels.
std::optional<LevelRange> level_range(Codec codec);

class GzipCodec;
class SnappyCodec;
class Lz4Codec;
class ZstdCodec;

class CompressionContext {
 public:
  CompressionContext();
  ~CompressionContext();
  CompressionContext(const CompressionContext&) = delete;
  CompressionContext& operator=(const CompressionContext&) = delete;

 private:
  friend class Decompressor;
  friend Result<> compress(CompressionContext&, const Compression&, Bytes, std::vector<std::byte>&);
  GzipCodec& gzip();
  SnappyCodec& snappy();
  Lz4Codec& lz4();
  ZstdCodec& zstd();

  std::unique_ptr<GzipCodec> gzip_;  // made when first needed
  std::unique_ptr<SnappyCodec> snappy_;
  std::unique_ptr<Lz4Codec> lz4_;
  std::unique_ptr<ZstdCodec> zstd_;
  std::vector<std::byte> scratch_;  // where decompressed pieces lie
  bool in_use_ = false;             // by a Decompressor
};

// Appends the compressed form of `input` to `out` (for Codec::none a copy). Levels are in range
// (CHECK). Errors: too_large (beyond what the codec can hold), io when the library fails; `out` is
// then as before.
Result<> compress(CompressionContext& context, const Compression& how, Bytes input,
                  std::vector<std::byte>& out);

// Decompresses piece by piece. Memory is bounded: by the pieces of 64 KiB, one snappy block (at
// most 22 times the input) or two lz4 blocks (4 MiB each at most), a MiB for gzip, and a zstd
// window of at most 8 MiB or the largest power of two within `window_limit`, never above 128 MiB.
// Work is bounded by the input and the limit.
class Decompressor {
 public:
  // `limit` bounds the decompressed size. `compressed` must outlive the object.
  Decompressor(CompressionContext& context, Codec codec, Bytes compressed, std::uint64_t limit)
      : Decompressor(context, codec, compressed, limit, limit) {}
  Decompressor(CompressionContext& context, Codec codec, Bytes compressed, std::uint64_t limit,
               std::uint64_t window_limit);
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  // The next piece, valid until the next call; empty at the end. Errors: corrupt, too_large (beyond
  // the limit), unsupported (a codec number or a frame feature that Kafka does not read). After an
  // error or the end it must not be called again.
  Result<Bytes> next();

 private:
  Result<Bytes> next_piece(std::size_t budget);

  CompressionContext& context_;
  Codec codec_;
  Bytes input_;  // what no piece was made of yet; for Codec::none only
  std::uint64_t limit_;
  std::uint64_t window_limit_;
  std::uint64_t produced_ = 0;
  bool started_ = false;
};

// All of it at once, appended to `out`. What is larger than a MiB is unpacked once to learn its
// size and once to keep it, so that `out` grows by that size and no more, and by nothing beyond a
// MiB when the limit is passed.
Result<> decompress(CompressionContext& context, Codec codec, Bytes compressed, std::uint64_t limit,
                    std::vector<std::byte>& out);

}  // namespace weir::wire
