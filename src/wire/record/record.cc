#include "wire/record/record.h"

#include "base/check.h"
#include "base/steps.h"
#include "wire/compression/compression.h"
#include "wire/varint.h"

namespace weir::wire {
namespace {

// Reads a length and the bytes it speaks of; a negative length is null.
const std::byte* read_blob(const std::byte* from, const std::byte* end, Blob& blob) {
  std::int32_t size = 0;
  from = read_varint(from, end, size);
  if (from == nullptr) return nullptr;
  if (size < 0) {
    blob = Blob::null();
    return from;
  }
  if (end - from < size) return nullptr;
  blob = Blob(Bytes(from, static_cast<std::size_t>(size)));
  return from + size;
}

const std::byte* read_header(const std::byte* from, const std::byte* end, RecordHeader& header) {
  count_steps();
  Blob key;
  from = read_blob(from, end, key);
  if (from == nullptr || key.is_null()) return nullptr;
  header.key = as_text(key.view());
  return read_blob(from, end, header.value);
}

const std::byte* read_headers(const std::byte* from, const std::byte* end, RecordHeaders& headers) {
  std::int32_t count = 0;
  from = read_varint(from, end, count);
  if (from == nullptr || count < 0 || count > end - from) return nullptr;
  const auto* first = from;
  RecordHeader header;
  for (std::int32_t i = 0; i < count; ++i) {
    from = read_header(from, end, header);
    if (from == nullptr) return nullptr;
  }
  headers = RecordHeaders(Bytes(first, from), count);
  return from;
}

}  // namespace

RecordHeaders::Iterator::Iterator(const std::byte* at, const std::byte* end, std::int32_t left)
    : at_(at), end_(end), left_(left) {
  if (left_ > 0) read();
}

RecordHeaders::Iterator& RecordHeaders::Iterator::operator++() {
  if (--left_ > 0) read();
  return *this;
}

void RecordHeaders::Iterator::read() {
  at_ = read_header(at_, end_, header_);
  CHECK(at_ != nullptr, "headers were checked with their record");
}

const std::byte* parse_record(const std::byte* from, const std::byte* end, RawRecord& record,
                              const char*& problem) {
  count_steps();
  std::int32_t length = 0;
  from = read_varint(from, end, length);
  if (from == nullptr) {
    problem = "a record's length is cut short";
    return nullptr;
  }
  if (length < 0 || length > end - from) {
    problem = "a record is longer than what is left of its batch";
    return nullptr;
  }
  const auto* record_end = from + length;
  problem = "a record's fields do not fit its length";
  if (from == record_end) return nullptr;
  record.attributes = static_cast<std::int8_t>(*from++);
  from = read_varint(from, record_end, record.timestamp_delta);
  if (from == nullptr) return nullptr;
  from = read_varint(from, record_end, record.offset_delta);
  if (from == nullptr) return nullptr;
  from = read_blob(from, record_end, record.key);
  if (from == nullptr) return nullptr;
  from = read_blob(from, record_end, record.value);
  if (from == nullptr) return nullptr;
  from = read_headers(from, record_end, record.headers);
  if (from == nullptr) {
    problem = "a record's headers are malformed";
    return nullptr;
  }
  if (from != record_end) return nullptr;
  problem = nullptr;
  return from;
}

RecordIterator::RecordIterator(BatchView uncompressed)
    : RecordIterator(uncompressed, uncompressed.records()) {
  CHECK(uncompressed.codec() == Codec::none, "the records must be decompressed first");
}

RecordIterator::RecordIterator(BatchView batch, Bytes decompressed_records)
    : batch_(batch),
      at_(decompressed_records.data()),
      end_(decompressed_records.data() + decompressed_records.size()),
      left_(batch.records_count()) {
  if (left_ < 0) problem_ = "a batch has a negative number of records";
}

Result<bool> RecordIterator::next(Record& record) {
  if (problem_ == nullptr && left_ > 0) {
    RawRecord raw;
    const auto* after = parse_record(at_, end_, raw, problem_);
    if (after != nullptr) {
      --left_;
      at_ = after;
      record.offset = add_delta(batch_.base_offset(), raw.offset_delta);
      record.timestamp = batch_.is_log_append_time()
                             ? batch_.max_timestamp()
                             : add_delta(batch_.base_timestamp(), raw.timestamp_delta);
      record.sequence = batch_.base_sequence() < 0
                            ? no_sequence
                            : sequence_after(batch_.base_sequence(), raw.offset_delta);
      record.key = raw.key;
      record.value = raw.value;
      record.headers = raw.headers;
      return true;
    }
  } else if (problem_ == nullptr) {
    if (at_ == end_) return false;
    problem_ = "bytes are left over after the last record of a batch";
  }
  return fail(Errc::corrupt, problem_, static_cast<std::uint64_t>(batch_.base_offset()));
}

Result<Bytes> decompressed_records(CompressionContext& context, BatchView batch,
                                   std::uint64_t limit, std::vector<std::byte>& storage) {
  if (batch.codec() == Codec::none) return batch.records();
  storage.clear();
  TRY(decompress(context, batch.codec(), batch.records(), limit, storage));
  return Bytes(storage);
}

}  // namespace weir::wire
