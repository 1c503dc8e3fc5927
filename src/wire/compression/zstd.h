#pragma once
// zstd for CompressionContext. Frames may follow one another, skippable ones among them.

#include <zstd.h>

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::wire {

class ZstdCodec {
 public:
  ZstdCodec() = default;
  ~ZstdCodec();
  ZstdCodec(const ZstdCodec&) = delete;
  ZstdCodec& operator=(const ZstdCodec&) = delete;

  Result<> compress(int level, Bytes input, std::vector<std::byte>& out);

  // A frame whose window is larger than both 8 MiB and `window_limit` is refused, as its memory
  // would be.
  Result<> start(Bytes input, std::uint64_t window_limit);
  Result<Bytes> next(MutableBytes scratch);

 private:
  ZSTD_CCtx* compressor_ = nullptr;
  ZSTD_DCtx* decompressor_ = nullptr;
  ZSTD_inBuffer input_{};
  bool in_frame_ = false;
};

}  // namespace weir::wire
