#pragma once
// snappy for CompressionContext, in the framing of xerial's snappy-java (what Kafka's Java client
// writes):
//
//   0x82 'S' 'N' 'A' 'P' 'P' 'Y' 0 | version i32 | compatible version i32 | {length i32, raw snappy
//   block}...
//
// Streams may be concatenated: a header where a block's length would stand starts over. Data
// without the header is one raw snappy block, as other clients send it.

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::wire {

class SnappyCodec {
 public:
  Result<> compress(Bytes input, std::vector<std::byte>& out);

  Result<> start(Bytes input);
  // `budget` bounds the block that may be decompressed (too_large).
  Result<Bytes> next(std::size_t budget);

 private:
  Result<Bytes> block(Bytes compressed, std::size_t budget);

  Bytes input_;  // what is left
  bool framed_ = false;
  std::vector<std::byte> block_;
};

}  // namespace weir::wire
