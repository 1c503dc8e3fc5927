#include "wire/record/batch_filter.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "wire/record/batch_builder.h"

namespace weir::wire {
namespace {

BatchOptions options_of(BatchView batch) {
  BatchOptions options{.base_offset = batch.base_offset(),
                       .leader_epoch = batch.leader_epoch(),
                       .producer_id = batch.producer_id(),
                       .producer_epoch = batch.producer_epoch(),
                       .base_sequence = batch.base_sequence(),
                       .transactional = batch.is_transactional(),
                       .control = batch.is_control()};
  if (batch.is_log_append_time()) options.log_append_time = batch.max_timestamp();
  return options;
}

// A batch whose records do not ascend within its offsets was not written by any log.
bool fits(BatchView batch, Offset last_kept, Offset offset) {
  return offset > last_kept && offset >= batch.base_offset() && offset <= batch.last_offset();
}

// A bit for each record: a batch may hold very many, each of a few bytes.
struct Kept {
  std::vector<bool> records;
  std::int32_t count = 0;
  bool tombstones = false;
};

Result<Kept> select(BatchView batch, Bytes bytes, const std::function<bool(const Record&)>& keep,
                    FilteredBatch& result) {
  Kept kept;
  RecordIterator iterator(batch, bytes);
  Record record;
  for (;;) {
    TRY_ASSIGN(const auto more, iterator.next(record));
    if (!more) return kept;
    ++result.records_read;
    kept.records.push_back(keep(record));
    if (!kept.records.back()) continue;
    if (!fits(batch, result.max_kept_offset, record.offset)) {
      return fail(Errc::corrupt, "the offsets of a batch do not ascend",
                  static_cast<std::uint64_t>(record.offset));
    }
    result.max_kept_offset = record.offset;
    kept.tombstones = kept.tombstones || record.value.is_null();
    ++kept.count;
  }
}

// What was selected, as a batch of its own.
BatchBuilder rebuild(BatchView batch, Bytes bytes, const Kept& kept, const BatchOptions& options) {
  BatchBuilder builder(options);
  builder.reserve(bytes.size());
  RecordIterator iterator(batch, bytes);
  Record record;
  for (const bool keeps : kept.records) {
    const auto more = iterator.next(record);
    CHECK(more && *more, "the records were walked before");
    if (keeps) builder.add_at(record.offset, record);
  }
  builder.set_last_offset(batch.last_offset());
  return builder;
}

void write_empty(BatchView batch, std::vector<std::byte>& out) {
  const auto empty = build_empty_batch({.options = options_of(batch),
                                        .last_offset = batch.last_offset(),
                                        .max_timestamp = batch.max_timestamp()});
  out.insert(out.end(), empty.begin(), empty.end());
}

}  // namespace

Result<FilteredBatch> filter_batch(CompressionContext& context, BatchView batch,
                                   const BatchFilter& filter,
                                   const std::function<bool(const Record&)>& keep,
                                   std::vector<std::byte>& out) {
  FilteredBatch result;
  const auto start = out.size();
  if (batch.base_offset() < 0 || batch.last_offset() < batch.base_offset()) {
    return fail(Errc::corrupt, "a batch has senseless offsets",
                static_cast<std::uint64_t>(batch.base_offset()));
  }
  std::vector<std::byte> decompressed;
  if (batch.records_count() > 0) {
    TRY_ASSIGN(const auto bytes,
               decompressed_records(context, batch, filter.decompressed_bytes_max, decompressed));
    TRY_ASSIGN(const auto kept, select(batch, bytes, keep, result));
    result.records_kept = kept.count;
    if (kept.count > 0) {
      const bool needs_horizon =
          (kept.tombstones || filter.marker_of_empty_transaction) && !batch.has_delete_horizon();
      result.unchanged = result.records_kept == result.records_read && !needs_horizon;
      if (result.unchanged) {
        out.insert(out.end(), batch.bytes().begin(), batch.bytes().end());
      } else {
        auto options = options_of(batch);
        if (needs_horizon) options.delete_horizon = filter.delete_horizon;
        if (batch.has_delete_horizon()) options.delete_horizon = batch.base_timestamp();
        auto builder = rebuild(batch, bytes, kept, options);
        decompressed = std::vector<std::byte>();  // gives its memory back
        TRY(builder.build_to(context, {.codec = batch.codec()}, out));
      }
    }
  }
  if (result.records_kept == 0 && filter.keep_when_empty) write_empty(batch, out);
  result.bytes_written = out.size() - start;
  return result;
}

}  // namespace weir::wire
