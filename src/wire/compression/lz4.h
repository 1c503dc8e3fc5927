#pragma once
// lz4 for CompressionContext: one LZ4 frame, version 1, independent blocks of 64 KiB, no checksums
// beyond the header's (what Kafka's Java client writes). Read is what it reads: a single frame with
// independent blocks, any block size, any checksum; skippable and dependent frames are not Kafka's.

#include <lz4frame.h>

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::wire {

class Lz4Codec {
 public:
  Lz4Codec() = default;
  ~Lz4Codec();
  Lz4Codec(const Lz4Codec&) = delete;
  Lz4Codec& operator=(const Lz4Codec&) = delete;

  Result<> compress(int level, Bytes input, std::vector<std::byte>& out);

  Result<> start(Bytes input);
  Result<Bytes> next(MutableBytes scratch);

 private:
  LZ4F_cctx* compressor_ = nullptr;
  LZ4F_dctx* decompressor_ = nullptr;
  Bytes input_;  // what is left
  bool done_ = false;
};

}  // namespace weir::wire
