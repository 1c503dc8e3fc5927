#include "wire/record/record_stream.h"

#include <algorithm>
#include <limits>
#include <string>
#include <type_traits>

#include "base/steps.h"
#include "wire/record/record.h"
#include "wire/varint.h"

namespace weir::wire {

Result<bool> RecordStream::at_end() {
  if (at_ != end_) return false;
  count_steps();
  TRY_ASSIGN(const auto piece, pieces_.next());
  at_ = piece.data();
  end_ = at_ + piece.size();
  return piece.empty();
}

Result<RecordOutline> RecordStream::next() {
  RecordOutline outline;
  std::int32_t length = 0;
  const auto* body = read_varint(at_, end_, length);
  if (body == nullptr || length > end_ - body) {
    TRY(next_across_pieces(outline));
    return outline;
  }
  RawRecord record;
  const char* problem = nullptr;
  if (length > body_size_max_) {
    return fail(Errc::invalid,
                "a record of " + std::to_string(length) + " bytes is beyond the limit");
  }
  const auto* after = parse_record(at_, end_, record, problem);
  if (after == nullptr) return fail(Errc::invalid, problem);
  outline.size = static_cast<std::uint64_t>(after - at_);
  outline.offset_delta = record.offset_delta;
  outline.timestamp_delta = record.timestamp_delta;
  outline.has_key = !record.key.is_null();
  at_ = after;
  return outline;
}

Result<> RecordStream::next_across_pieces(RecordOutline& outline) {
  body_left_ = varint_size_max;  // of the length itself
  TRY_ASSIGN(const auto body_size, read_varint_across<std::int32_t>());
  if (body_size < 0) return fail(Errc::invalid, "a record has a negative length");
  if (body_size > body_size_max_) {
    return fail(Errc::invalid,
                "a record of " + std::to_string(body_size) + " bytes is beyond the limit");
  }
  body_left_ = body_size;
  outline.size = varint_size(body_size) + static_cast<std::uint64_t>(body_size);
  TRY(skip(1));  // attributes
  TRY_ASSIGN(outline.timestamp_delta, read_varint_across<std::int64_t>());
  TRY_ASSIGN(outline.offset_delta, read_varint_across<std::int32_t>());
  TRY_ASSIGN(const auto key_size, skip_blob());
  outline.has_key = key_size >= 0;
  TRY(skip_blob());
  TRY_ASSIGN(const auto headers, read_varint_across<std::int32_t>());
  if (headers < 0 || headers > body_left_) {
    return fail(Errc::invalid, "a record has " + std::to_string(headers) + " headers");
  }
  for (std::int32_t i = 0; i < headers; ++i) {
    TRY_ASSIGN(const auto header_key_size, skip_blob());
    if (header_key_size < 0) return fail(Errc::invalid, "a record's header has no key");
    TRY(skip_blob());
  }
  if (body_left_ != 0) return fail(Errc::invalid, "a record's fields do not fit its length");
  return {};
}

template <class T>
Result<T> RecordStream::read_varint_across() {
  constexpr std::size_t size_max = sizeof(T) == 4 ? varint_size_max : varlong_size_max;
  std::make_unsigned_t<T> raw = 0;
  for (std::size_t i = 0; i < size_max; ++i) {
    TRY_ASSIGN(const auto next_byte, read_byte());
    const auto byte = static_cast<std::uint8_t>(next_byte);
    raw |= static_cast<std::make_unsigned_t<T>>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) return unzigzag(raw);
  }
  return fail(Errc::invalid, "a number in a record does not end");
}

Result<std::byte> RecordStream::read_byte() {
  count_steps();
  if (body_left_ == 0) return fail(Errc::invalid, "a record's fields do not fit its length");
  TRY_ASSIGN(const auto ended, at_end());
  if (ended) return fail(Errc::invalid, "the records end within a record");
  --body_left_;
  return *at_++;
}

Result<> RecordStream::skip(std::int64_t size) {
  if (size > body_left_) return fail(Errc::invalid, "a record's fields do not fit its length");
  body_left_ -= size;
  while (size > 0) {
    TRY_ASSIGN(const auto ended, at_end());
    if (ended) return fail(Errc::invalid, "the records end within a record");
    const auto here = std::min<std::int64_t>(size, end_ - at_);
    at_ += here;
    size -= here;
  }
  return {};
}

Result<std::int32_t> RecordStream::skip_blob() {
  TRY_ASSIGN(const auto size, read_varint_across<std::int32_t>());
  if (size > 0) TRY(skip(size));
  return size;
}

}  // namespace weir::wire
