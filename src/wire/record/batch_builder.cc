#include "wire/record/batch_builder.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "wire/varint.h"

namespace weir::wire {
namespace {

struct HeaderFields {
  std::int16_t attributes;
  std::int32_t last_offset_delta;
  TimestampMs base_timestamp;
  TimestampMs max_timestamp;
  std::int32_t count;
};

std::int16_t attributes_of(const BatchOptions& options, Codec codec) {
  int attributes = static_cast<int>(codec);
  if (options.log_append_time) attributes |= attribute_log_append_time;
  if (options.transactional) attributes |= attribute_transactional;
  if (options.control) attributes |= attribute_control;
  if (options.delete_horizon) attributes |= attribute_delete_horizon;
  return static_cast<std::int16_t>(attributes);
}

void store_header(MutableBytes batch, const BatchOptions& options, const HeaderFields& fields) {
  CHECK(batch.size() - batch_overhead <= std::numeric_limits<std::int32_t>::max());
  auto* at = batch.data();
  store_be<std::int64_t>(at, options.base_offset);
  store_be<std::int32_t>(at + 8, static_cast<std::int32_t>(batch.size() - batch_overhead));
  store_be<std::int32_t>(at + 12, options.leader_epoch);
  store_be<std::int8_t>(at + 16, batch_magic);
  store_be<std::int16_t>(at + 21, fields.attributes);
  store_be<std::int32_t>(at + 23, fields.last_offset_delta);
  store_be<std::int64_t>(at + 27, fields.base_timestamp);
  store_be<std::int64_t>(at + 35, fields.max_timestamp);
  store_be<std::int64_t>(at + 43, options.producer_id);
  store_be<std::int16_t>(at + 51, options.producer_epoch);
  store_be<std::int32_t>(at + 53, options.base_sequence);
  store_be<std::int32_t>(at + 57, fields.count);
  store_be<std::uint32_t>(at + 17, crc32c(Bytes(batch).subspan(21)));
}

std::size_t blob_size(Blob blob) {
  return varint_size(blob.is_null() ? -1 : static_cast<std::int32_t>(blob.size())) + blob.size();
}

std::byte* write_bytes(std::byte* to, Bytes bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

std::byte* write_blob(std::byte* to, Blob blob) {
  to = write_varint(to, blob.is_null() ? -1 : static_cast<std::int32_t>(blob.size()));
  return write_bytes(to, blob.view());
}

std::size_t encoded_size(std::span<const RecordHeader> headers) {
  auto size = varint_size(static_cast<std::int32_t>(headers.size()));
  for (const auto& header : headers) {
    size += blob_size(Blob(as_bytes(header.key))) + blob_size(header.value);
  }
  return size;
}

std::byte* write_headers_to(std::byte* to, std::span<const RecordHeader> headers) {
  to = write_varint(to, static_cast<std::int32_t>(headers.size()));
  for (const auto& header : headers) {
    to = write_blob(to, Blob(as_bytes(header.key)));
    to = write_blob(to, header.value);
  }
  return to;
}

// What follows the length.
std::size_t body_size(std::int64_t timestamp_delta, std::int32_t offset_delta, Blob key, Blob value,
                      std::size_t headers_size) {
  return 1 + varint_size(timestamp_delta) + varint_size(offset_delta) + blob_size(key) +
         blob_size(value) + headers_size;
}

std::size_t with_length(std::size_t body) {
  return body + varint_size(static_cast<std::int32_t>(body));
}

}  // namespace

std::size_t record_size(std::int64_t timestamp_delta, std::int32_t offset_delta,
                        const NewRecord& record) {
  return with_length(body_size(timestamp_delta, offset_delta, record.key, record.value,
                               encoded_size(record.headers)));
}

BatchBuilder::BatchBuilder(BatchOptions options) { clear(options); }

void BatchBuilder::clear(BatchOptions options) {
  options_ = options;
  data_.resize(batch_header_size);
  count_ = 0;
  last_offset_delta_ = -1;
  base_timestamp_ = options.delete_horizon.value_or(no_timestamp);
  max_timestamp_ = no_timestamp;
}

void BatchBuilder::clear(BatchOptions options, std::vector<std::byte> memory) {
  data_ = std::move(memory);
  clear(options);
}

void BatchBuilder::add(const NewRecord& record) { add_at(next_offset(), record); }

void BatchBuilder::add_at(Offset offset, const NewRecord& record) {
  write(offset, record.timestamp, record.key, record.value, encoded_size(record.headers),
        [&](std::byte* to) { return write_headers_to(to, record.headers); });
}

void BatchBuilder::add_at(Offset offset, const Record& record) {
  const auto count = static_cast<std::int32_t>(record.headers.size());
  write(offset, record.timestamp, record.key, record.value,
        varint_size(count) + record.headers.bytes().size(), [&](std::byte* to) {
          return write_bytes(write_varint(to, count), record.headers.bytes());
        });
}

template <class WriteHeaders>
void BatchBuilder::write(Offset offset, TimestampMs timestamp, Blob key, Blob value,
                         std::size_t headers_size, WriteHeaders&& write_headers) {
  CHECK(offset >= next_offset(), "offsets of a batch ascend");
  CHECK(offset - options_.base_offset <= std::numeric_limits<std::int32_t>::max());
  if (count_ == 0 && !options_.delete_horizon) base_timestamp_ = timestamp;
  const auto offset_delta = static_cast<std::int32_t>(offset - options_.base_offset);
  const auto timestamp_delta = add_delta(timestamp, add_delta(~base_timestamp_, 1));
  const auto body = body_size(timestamp_delta, offset_delta, key, value, headers_size);

  const auto start = data_.size();
  data_.resize(start + with_length(body));
  auto* to = write_varint(data_.data() + start, static_cast<std::int32_t>(body));
  *to++ = std::byte{0};  // attributes
  to = write_varint(to, timestamp_delta);
  to = write_varint(to, offset_delta);
  to = write_blob(to, key);
  to = write_blob(to, value);
  to = write_headers(to);
  CHECK(to == data_.data() + data_.size());

  ++count_;
  last_offset_delta_ = offset_delta;
  max_timestamp_ = std::max(max_timestamp_, timestamp);
}

void BatchBuilder::set_last_offset(Offset offset) {
  CHECK(offset + 1 >= next_offset());
  CHECK(offset - options_.base_offset <= std::numeric_limits<std::int32_t>::max());
  last_offset_delta_ = static_cast<std::int32_t>(offset - options_.base_offset);
}

std::size_t BatchBuilder::size_with(const NewRecord& record) const {
  const auto base = count_ == 0 && !options_.delete_horizon ? record.timestamp : base_timestamp_;
  const auto delta = add_delta(record.timestamp, add_delta(~base, 1));
  return size() + record_size(delta, last_offset_delta_ + 1, record);
}

void BatchBuilder::write_header(MutableBytes batch, Codec codec) const {
  CHECK(count_ > 0, "a batch has records; see build_empty_batch");
  store_header(batch, options_,
               {.attributes = attributes_of(options_, codec),
                .last_offset_delta = last_offset_delta_,
                .base_timestamp = base_timestamp_,
                .max_timestamp = options_.log_append_time.value_or(max_timestamp_),
                .count = count_});
}

std::vector<std::byte> BatchBuilder::build() {
  write_header(data_, Codec::none);
  return data_;
}

std::vector<std::byte> BatchBuilder::take() {
  write_header(data_, Codec::none);
  return std::move(data_);
}

Result<> BatchBuilder::build_to(CompressionContext& context, const Compression& how,
                                std::vector<std::byte>& out) {
  const auto start = out.size();
  out.resize(start + batch_header_size);
  if (auto done = compress(context, how, Bytes(data_).subspan(batch_header_size), out); !done) {
    out.resize(start);
    return done;
  }
  write_header(MutableBytes(out).subspan(start), how.codec);
  return {};
}

std::vector<std::byte> build_empty_batch(const EmptyBatch& batch) {
  std::vector<std::byte> data(batch_header_size);
  const auto delta = batch.last_offset - batch.options.base_offset;
  CHECK(delta >= 0 && delta <= std::numeric_limits<std::int32_t>::max());
  store_header(data, batch.options,
               {.attributes = attributes_of(batch.options, Codec::none),
                .last_offset_delta = static_cast<std::int32_t>(delta),
                .base_timestamp = batch.options.delete_horizon.value_or(no_timestamp),
                .max_timestamp = batch.max_timestamp,
                .count = 0});
  return data;
}

}  // namespace weir::wire
