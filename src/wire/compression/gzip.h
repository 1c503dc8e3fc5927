#pragma once
// gzip for CompressionContext. Compression and small decompressions are libdeflate's (whole
// buffers, two to three times as fast); what is larger, or made of several members, is streamed
// through zlib.

#include <libdeflate.h>
#include <zlib.h>

#include <array>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::wire {

class GzipCodec {
 public:
  GzipCodec() = default;
  ~GzipCodec();
  GzipCodec(const GzipCodec&) = delete;
  GzipCodec& operator=(const GzipCodec&) = delete;

  Result<> compress(int level, Bytes input, std::vector<std::byte>& out);

  // One stream at a time: start, then next until it answers empty.
  Result<> start(Bytes input, std::uint64_t limit);
  Result<Bytes> next(MutableBytes scratch);

 private:
  bool decompress_whole(Bytes input, std::uint64_t limit);

  std::array<libdeflate_compressor*, 13> compressors_{};  // by level
  libdeflate_decompressor* decompressor_ = nullptr;
  std::vector<std::byte> whole_;  // at most whole_size_max
  Bytes ready_;                   // of whole_, not handed out yet
  z_stream stream_{};
  bool stream_made_ = false;
  bool in_member_ = false;
  bool done_ = false;
};

}  // namespace weir::wire
