// Segments and metadata snapshots.

#include <fmt/format.h>

#include "app/cli/log_files/batch_text.h"
#include "app/cli/log_files/dump.h"
#include "app/cli/log_files/dump_line.h"
#include "app/cli/log_files/message_json.h"
#include "log/format/batch_scanner.h"
#include "wire/compression/compression.h"
#include "wire/record/record.h"

namespace weir::app {
namespace {

DumpLine batch_line(const LogFile& file, const DumpSettings& settings, const log::ScannedBatch& at,
                    const wire::BatchView& batch) {
  DumpLine line(settings.as_json, file.path, "batch");
  line.number("base_offset", batch.base_offset())
      .number("last_offset", batch.last_offset())
      .number("count", batch.records_count())
      .number("position", static_cast<std::int64_t>(at.position))
      .number("size", static_cast<std::int64_t>(at.size))
      .number("leader_epoch", batch.leader_epoch())
      .number("magic", batch.magic())
      .text("codec", codec_text(batch))
      .text("timestamp_type", batch.is_log_append_time() ? "LogAppendTime" : "CreateTime")
      .time("base_timestamp", batch.base_timestamp())
      .time("max_timestamp", batch.max_timestamp())
      .number("producer_id", batch.producer_id())
      .number("producer_epoch", batch.producer_epoch())
      .number("base_sequence", batch.base_sequence())
      .number("last_sequence", batch.last_sequence())
      .flag("transactional", batch.is_transactional())
      .flag("control", batch.is_control())
      .flag("delete_horizon", batch.has_delete_horizon())
      .number("crc", batch.crc())
      .flag("crc_good", batch.crc_is_good());
  return line;
}

std::optional<Bytes> bytes_of(const wire::Blob& blob) {
  return blob.is_null() ? std::nullopt : std::optional(blob.view());
}

void put_plain(DumpLine& line, const wire::Record& record) {
  line.bytes("key", bytes_of(record.key)).bytes("value", bytes_of(record.value));
}

void put_control(DumpLine& line, const wire::Record& record) {
  const auto control = control_json(record);
  if (!control) {
    put_plain(line, record);
    line.text("error", control.error().what);
    return;
  }
  line.text("control_type", control->name);
  if (!control->json.empty()) {
    line.json("data", control->json);
  } else if (control->name == "UNKNOWN") {
    put_plain(line, record);
  } else {
    line.number("coordinator_epoch", control->coordinator_epoch);
  }
}

void put_contents(DumpLine& line, RecordKind kind, const wire::Record& record) {
  if (kind == RecordKind::plain) return put_plain(line, record);
  const auto json = record_json(kind, record);
  if (!json) {
    put_plain(line, record);
    line.text("error", json.error().what);
    return;
  }
  if (json->key) line.json("key", *json->key);
  line.json("value", json->value.value_or("null"));
}

void put_headers(DumpLine& line, const DumpSettings& settings, const wire::Record& record) {
  if (record.headers.empty()) return;
  std::string list;
  for (const auto& header : record.headers) {
    const auto value = bytes_of(header.value);
    list += list.empty() ? "" : ",";
    list += settings.as_json ? header_json(header.key, value)
                             : fmt::format("{}:{}", shown_text(header.key),
                                           value ? shown_text(as_text(*value)) : "null");
  }
  line.json("headers", settings.as_json ? "[" + list + "]" : list);
}

class RecordsDump {
 public:
  RecordsDump(const LogFile& file, const DumpSettings& settings)
      : file_(file), settings_(settings) {}

  Result<> dump(const wire::BatchView& batch) {
    if (batch.records_count() == 0) return {};
    TRY_ASSIGN(const auto bytes,
               wire::decompressed_records(context_, batch, unpacked_batch_max, storage_));
    wire::RecordIterator records(batch, bytes);
    for (wire::Record record;;) {
      TRY_ASSIGN(const bool is_there, records.next(record));
      if (!is_there) return {};
      DumpLine line(settings_.as_json, file_.path, "record");
      line.number("offset", record.offset).time("timestamp", record.timestamp);
      if (record.sequence != no_sequence) line.number("sequence", record.sequence);
      if (batch.is_control()) {
        put_control(line, record);
      } else {
        put_contents(line, file_.records, record);
      }
      put_headers(line, settings_, record);
      settings_.print(line.take());
    }
  }

 private:
  const LogFile& file_;
  const DumpSettings& settings_;
  wire::CompressionContext context_;
  std::vector<std::byte> storage_;
};

}  // namespace

Result<> dump_batches(env::Disk& disk, const LogFile& file, const DumpSettings& settings) {
  TRY_ASSIGN(const auto opened, disk.open(file.path, env::OpenMode::read));
  TRY_ASSIGN(const auto size, opened->size());
  log::BatchScanner scanner(*opened, 0, size, log::BatchScanner::large_window);
  RecordsDump records(file, settings);
  for (;;) {
    const auto scanned = scanner.next();
    if (!scanned) {
      TRY_ASSIGN(const bool is_empty, only_zeroes(*opened, scanner.position(), size));
      if (!is_empty) return std::unexpected(scanned.error());
      DumpLine line(settings.as_json, file.path, "preallocated");
      line.number("position", static_cast<std::int64_t>(scanner.position()));
      line.number("size", static_cast<std::int64_t>(size - scanner.position()));
      settings.print(line.take());
      return {};
    }
    if (!*scanned) return {};
    const log::ScannedBatch at = **scanned;
    TRY_ASSIGN(const auto batch, scanner.whole(at));
    settings.print(batch_line(file, settings, at, batch).take());
    if (!settings.with_data) continue;
    if (const auto dumped = records.dump(batch); !dumped) {
      return fail(dumped.error().code, dumped.error().what, at.position);
    }
  }
}

}  // namespace weir::app
