#pragma once
// The records of one batch, read in place: DefaultRecord.java.
//
//   length varint (of what follows) | attributes i8 | timestamp_delta varlong | offset_delta varint
//   key length varint, key | value length varint, value      (a negative length is null)
//   header count varint, each: key length varint, key, value length varint (negative: null), value
//
// No length is trusted: a record is checked whole, its headers included, before it is handed out,
// so that walking the headers of a Record cannot fail. Everything is a view into the batch's
// (decompressed) bytes. Budget: about 15 ns for a record without headers.

#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/codec/value.h"
#include "wire/record/batch.h"

namespace weir::wire {

class CompressionContext;

struct RecordHeader {
  std::string_view key;
  Blob value;  // may be null
};

// The headers of one record, parsed as one walks them.
class RecordHeaders {
 public:
  RecordHeaders() = default;
  // `bytes` holds exactly `count` well-formed headers (parse_record has seen to it).
  RecordHeaders(Bytes bytes, std::int32_t count) : bytes_(bytes), count_(count) {}

  class Iterator {
   public:
    using value_type = RecordHeader;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const std::byte* at, const std::byte* end, std::int32_t left);
    const RecordHeader& operator*() const { return header_; }
    const RecordHeader* operator->() const { return &header_; }
    const std::byte* after() const { return at_; }  // where the next header begins
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return left_ == 0; }

   private:
    void read();
    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
    std::int32_t left_ = 0;  // this one counted
    RecordHeader header_;
  };

  Iterator begin() const { return {bytes_.data(), bytes_.data() + bytes_.size(), count_}; }
  std::default_sentinel_t end() const { return {}; }
  std::size_t size() const { return static_cast<std::size_t>(count_); }
  bool empty() const { return count_ == 0; }
  Bytes bytes() const { return bytes_; }  // as encoded, without the count

 private:
  Bytes bytes_;
  std::int32_t count_ = 0;
};

// One record as encoded: deltas instead of the batch's absolute numbers.
struct RawRecord {
  std::int8_t attributes = 0;  // unused by Kafka
  std::int32_t offset_delta = 0;
  std::int64_t timestamp_delta = 0;
  Blob key = Blob::null();
  Blob value = Blob::null();
  RecordHeaders headers;
};

// Parses the record at the front of [from, end); returns the byte after it, or null with `problem`
// set to a constant sentence.
const std::byte* parse_record(const std::byte* from, const std::byte* end, RawRecord& record,
                              const char*& problem);

struct Record {
  Offset offset = no_offset;
  TimestampMs timestamp = no_timestamp;
  Sequence sequence = no_sequence;
  Blob key = Blob::null();
  Blob value = Blob::null();
  RecordHeaders headers;
};

// The records of a batch, ready for RecordIterator: the batch's own bytes when it is not
// compressed, else those in `storage`, which is overwritten.
Result<Bytes> decompressed_records(CompressionContext& context, BatchView batch,
                                   std::uint64_t limit, std::vector<std::byte>& storage);

// Walks the records of a batch. The batch and the decompressed bytes must outlive it and its
// records.
class RecordIterator {
 public:
  explicit RecordIterator(BatchView uncompressed);  // CHECKs that the codec is none
  RecordIterator(BatchView batch, Bytes decompressed_records);

  // True: `record` is the next one. False: all of records_count have been read and no byte is left.
  // Errors: corrupt (fewer records than counted, bytes left over, a malformed record). After an
  // error or the end, next() goes on answering the same.
  Result<bool> next(Record& record);

  std::int32_t records_left() const { return left_; }

 private:
  BatchView batch_;
  const std::byte* at_;
  const std::byte* end_;
  std::int32_t left_;
  const char* problem_ = nullptr;
};

}  // namespace weir::wire
