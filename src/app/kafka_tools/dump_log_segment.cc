// .log and .checkpoint.

#include <fmt/format.h>

#include "app/cli/log_files/batch_text.h"
#include "app/cli/log_files/message_json.h"
#include "app/kafka_tools/dump_log_run.h"
#include "app/kafka_tools/file_batches.h"
#include "app/kafka_tools/java_string.h"
#include "wire/compression/compression.h"
#include "wire/record/record.h"

namespace weir::app::kafka {
namespace {

std::string_view timestamp_type(const wire::BatchView& batch) {
  return batch.is_log_append_time() ? "LogAppendTime" : "CreateTime";
}

Result<std::string_view> codec_name(wire::Codec codec) {
  constexpr std::string_view names[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  const auto number = static_cast<std::size_t>(codec);
  if (number < std::size(names)) return names[number];
  return fail(Errc::unsupported, fmt::format("Unknown compression type id: {}", number));
}

// As Kafka counts, in 32 bits that wrap, also where a sequence or a delta cannot be.
Sequence last_sequence(const wire::BatchView& batch) {
  const auto wrapped = [](std::int64_t value) { return static_cast<std::int32_t>(value); };
  const std::int64_t base = batch.base_sequence();
  const std::int64_t delta = batch.last_offset_delta();
  if (base == no_sequence) return no_sequence;
  if (base > wrapped(INT32_MAX - delta)) return wrapped(delta - (INT32_MAX - base) - 1);
  return wrapped(base + delta);
}

Result<> print_batch(DumpLogRun& run, const wire::BatchView& batch, std::uint64_t position) {
  run.print(fmt::format(
      "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} "
      "producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} isControl: {} "
      "deleteHorizonMs: {}",
      batch.base_offset(), batch.last_offset(), batch.records_count(), batch.base_sequence(),
      last_sequence(batch), batch.producer_id(), batch.producer_epoch(), batch.leader_epoch(),
      batch.is_transactional(), batch.is_control(),
      batch.has_delete_horizon() ? fmt::format("OptionalLong[{}]", batch.base_timestamp())
                                 : "OptionalLong.empty"));
  TRY_ASSIGN(const auto codec, codec_name(batch.codec()));
  run.print(
      fmt::format(" position: {} {}: {} size: {} magic: {} compresscodec: {} crc: {} isvalid: {}\n",
                  position, timestamp_type(batch), batch.max_timestamp(), batch.size(),
                  batch.magic(), codec, batch.crc(), batch.crc_is_good()));
  return {};
}

void print_control(DumpLogRun& run, const ControlJson& control) {
  switch (control.type) {
    case 0:
    case 1:
      run.print(fmt::format(" endTxnMarker: {} coordinatorEpoch: {}", control.name,
                            control.coordinator_epoch));
      break;
    case 2:
      run.print(fmt::format(" LeaderChange: {}", control.json));
      break;
    case 3:
      run.print(fmt::format(" SnapshotHeader {}", control.json));
      break;
    case 4:
      run.print(fmt::format(" SnapshotFooter {}", control.json));
      break;
    case 5:
      run.print(fmt::format(" KRaftVersion {}", control.json));
      break;
    case 6:
      run.print(fmt::format(" KRaftVoters {}", control.json));
      break;
    default:
      run.print(fmt::format(" controlType: {}({})", control.name, control.type));
  }
}

Result<> print_record_metadata(DumpLogRun& run, const wire::BatchView& batch,
                               const wire::Record& record) {
  const auto size_of = [](const wire::Blob& blob) {
    return blob.is_null() ? std::int64_t{-1} : static_cast<std::int64_t>(blob.size());
  };
  std::string names;
  for (const auto& header : record.headers) {
    if (!names.empty()) names += ',';
    names += java_string(as_bytes(header.key));
  }
  run.print(
      fmt::format("| offset: {} {}: {} keySize: {} valueSize: {} sequence: {} headerKeys: [{}]",
                  record.offset, timestamp_type(batch), record.timestamp, size_of(record.key),
                  size_of(record.value), record.sequence, names));
  if (!batch.is_control()) return {};
  TRY_ASSIGN(const auto control, control_json(record));
  print_control(run, control);
  return {};
}

Result<std::string> plain_text(PlainDecoder decoder, Bytes bytes) {
  if (decoder == PlainDecoder::string) return java_string(bytes);
  const std::size_t size = decoder == PlainDecoder::integer ? 4 : 8;
  if (bytes.size() < size) {
    return fail(Errc::corrupt, fmt::format("{} bytes are no number of {}", bytes.size(), size));
  }
  return size == 4 ? fmt::format("{}", load_be<std::int32_t>(bytes.data()))
                   : fmt::format("{}", load_be<std::int64_t>(bytes.data()));
}

struct Contents {
  std::optional<std::string> key;
  std::optional<std::string> value;
};

Contents unreadable(const DumpLogRun& run, const wire::Record& record, const Error& error) {
  if (run.settings.records == RecordKind::cluster_metadata) {
    return {std::nullopt, fmt::format("Error at {}, skipping. {}", record.offset, error.what)};
  }
  if (error.code == Errc::out_of_range) {
    return {fmt::format("Unknown record type {} at offset {}, skipping.",
                        static_cast<std::int16_t>(error.at), record.offset),
            std::nullopt};
  }
  return {fmt::format("Error at offset {}, skipping. {}", record.offset, error.what), std::nullopt};
}

Result<Contents> contents_of(const DumpLogRun& run, const wire::Record& record) {
  Contents contents;
  if (run.settings.records == RecordKind::plain) {
    if (!record.key.is_null()) {
      TRY_ASSIGN(contents.key, plain_text(run.settings.key_decoder, record.key));
    }
    if (!record.value.is_null()) {
      TRY_ASSIGN(contents.value, plain_text(run.settings.value_decoder, record.value));
    }
    return contents;
  }
  auto json = record_json(run.settings.records, record);
  if (!json && json.error().code == Errc::not_found) {
    return fail(Errc::corrupt, fmt::format("Failed to decode message at offset {} using the "
                                           "specified decoder (message had a missing key)",
                                           record.offset));
  }
  if (!json) return unreadable(run, record, json.error());
  const bool has_keys = run.settings.records != RecordKind::cluster_metadata;
  contents.key = std::move(json->key);
  contents.value = json->value || !has_keys ? std::move(json->value) : "<DELETE>";
  return contents;
}

Result<> print_contents(DumpLogRun& run, const wire::Record& record) {
  TRY_ASSIGN(const auto contents, contents_of(run, record));
  std::string_view prefix = run.settings.skip_record_metadata ? "| " : " ";
  if (contents.key) {
    run.print(fmt::format("{}key: {}", prefix, *contents.key));
    prefix = " ";
  }
  if (contents.value) run.print(fmt::format("{}payload: {}", prefix, *contents.value));
  return {};
}

class RecordDump {
 public:
  RecordDump(DumpLogRun& run, const std::string& path) : run_(run), path_(path) {}

  Result<> dump(const wire::BatchView& batch) {
    if (batch.records_count() == 0) return {};
    TRY_ASSIGN(const auto bytes,
               wire::decompressed_records(context_, batch, unpacked_batch_max, storage_));
    wire::RecordIterator records(batch, bytes);
    for (wire::Record record;;) {
      TRY_ASSIGN(const bool is_there, records.next(record));
      if (!is_there) return {};
      if (record.offset != last_offset_ + 1) {
        run_.gaps[absolute_path(path_)][last_offset_] = record.offset;
      }
      last_offset_ = record.offset;
      if (!run_.settings.skip_record_metadata) TRY(print_record_metadata(run_, batch, record));
      if (run_.settings.print_data && !batch.is_control()) TRY(print_contents(run_, record));
      run_.print("\n");
    }
  }

 private:
  DumpLogRun& run_;
  const std::string& path_;
  wire::CompressionContext context_;
  std::vector<std::byte> storage_;
  Offset last_offset_ = -1;
};

Result<> print_title(DumpLogRun& run, const std::string& path) {
  if (path.ends_with(".log")) {
    TRY_ASSIGN(const Offset base_offset, offset_of_name(path));
    run.print(fmt::format("Log starting offset: {}\n", base_offset));
    return {};
  }
  if (split_path(path).name == "bootstrap.checkpoint") {
    run.print("KRaft bootstrap snapshot\n");
    return {};
  }
  const auto file = identify(path);
  if (!file || file->kind != FileKind::metadata_snapshot) {
    return fail(Errc::invalid, "No value present");
  }
  run.print(fmt::format("Snapshot end offset: {}, epoch: {}\n", file->base_offset, file->epoch));
  return {};
}

}  // namespace

Result<> dump_segment(DumpLogRun& run, const std::string& path) {
  TRY(print_title(run, path));
  std::shared_ptr<env::File> holder;
  TRY_ASSIGN(const auto whole, FileSlice::open(run.disk, path, holder));
  TRY_ASSIGN(const auto slice, whole.slice(0, static_cast<std::uint64_t>(run.settings.bytes_max)));
  FileBatches batches(slice);
  RecordDump records(run, path);
  for (;;) {
    const std::uint64_t position = batches.position();
    TRY_ASSIGN(const auto batch, batches.next());
    if (!batch) break;
    TRY(print_batch(run, *batch, position));
    if (run.settings.deep) TRY(records.dump(*batch));
  }
  const std::uint64_t trailing = slice.size - batches.position();
  if (trailing > 0 && run.settings.bytes_max == INT32_MAX) {
    run.print(
        fmt::format("Found {} invalid bytes at the end of {}\n", trailing, split_path(path).name));
  }
  return {};
}

}  // namespace weir::app::kafka
