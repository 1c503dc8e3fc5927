#include "app/cli/log_files/verify_batch.h"

#include <fmt/format.h>

#include "app/cli/log_files/batch_text.h"
#include "app/cli/log_files/message_json.h"

namespace weir::app {

void BatchCheck::check(const wire::BatchView& batch, std::uint64_t position) {
  const Place place{position, batch.base_offset()};
  if (!batch.crc_is_good()) {
    const std::uint32_t computed = wire::crc32c(batch.bytes().subspan(21));
    findings_.problem(
        path_, place,
        fmt::format("the batch's checksum says {}, its bytes {}", batch.crc(), computed));
    return;  // nothing else of it can be believed
  }
  if (batch.records_count() < 0) {
    findings_.problem(path_, place,
                      fmt::format("the batch counts {} records", batch.records_count()));
    return;
  }
  if (batch.records_count() > 0) check_records(batch, position);
}

void BatchCheck::check_records(const wire::BatchView& batch, std::uint64_t position) {
  const auto problem = [&](const Error& error) {
    findings_.problem(path_, {position, batch.base_offset()}, error.what);
  };
  const auto bytes = wire::decompressed_records(context_, batch, unpacked_batch_max, storage_);
  if (!bytes) return problem(bytes.error());
  wire::RecordIterator records(batch, *bytes);
  Offset previous = batch.base_offset() - 1;
  for (wire::Record record;;) {
    const auto is_there = records.next(record);
    if (!is_there) return problem(is_there.error());
    if (!*is_there) return;
    check_record(batch, position, record, previous);
    previous = record.offset;
  }
}

void BatchCheck::check_record(const wire::BatchView& batch, std::uint64_t position,
                              const wire::Record& record, Offset previous) {
  const auto problem = [&](std::string_view what) {
    findings_.problem(path_, {position, record.offset}, what);
  };
  if (record.offset <= previous || record.offset > batch.last_offset()) {
    problem(fmt::format("the record stands behind offset {} in a batch of offsets {} to {}",
                        previous, batch.base_offset(), batch.last_offset()));
  }
  if (record.timestamp > batch.max_timestamp()) {
    problem(fmt::format("the record's timestamp {} is above the batch's largest, {}",
                        record.timestamp, batch.max_timestamp()));
  }
  if (batch.is_control()) {
    const auto control = control_json(record);
    if (!control) problem(control.error().what);
    return;
  }
  if (kind_ == RecordKind::plain) return;
  const auto json = record_json(kind_, record);
  // A type that is not known is for somebody else.
  if (!json && json.error().code != Errc::out_of_range) problem(json.error().what);
}

}  // namespace weir::app
