#pragma once
// The records of a compressed batch in one pass over its decompressed pieces. Keys, values and
// headers are checked for their lengths and skipped, so that a batch costs no more memory than a
// piece. A record that lies within one piece is parsed there; one that does not is read piece by
// piece.

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "wire/compression/compression.h"

namespace weir::wire {

// What a validator asks of a record.
struct RecordOutline {
  std::uint64_t size = 0;  // with its length
  std::int32_t offset_delta = 0;
  std::int64_t timestamp_delta = 0;
  bool has_key = false;
};

class RecordStream {
 public:
  // No record may be longer than `body_size_max` (Kafka's max.decompressed.message.bytes).
  RecordStream(Decompressor& pieces, std::int64_t body_size_max)
      : pieces_(pieces), body_size_max_(body_size_max) {}

  // Errors: invalid (a malformed or too long record, or the data ends within it), and those of
  // Decompressor (corrupt, too_large, unsupported). Must not be called again after an error.
  Result<RecordOutline> next();

  // Whether nothing is left. Errors: those of Decompressor.
  Result<bool> at_end();

 private:
  Result<> next_across_pieces(RecordOutline& outline);
  template <class T>
  Result<T> read_varint_across();
  Result<std::byte> read_byte();
  Result<> skip(std::int64_t size);
  Result<std::int32_t> skip_blob();

  Decompressor& pieces_;
  std::int64_t body_size_max_;
  const std::byte* at_ = nullptr;  // in the current piece
  const std::byte* end_ = nullptr;
  std::int64_t body_left_ = 0;  // of the record that is read across pieces
};

}  // namespace weir::wire
