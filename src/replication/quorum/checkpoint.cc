#include "replication/quorum/checkpoint.h"

#include <fmt/format.h>

#include <charconv>

#include "wire/record/record.h"

namespace weir::replication {
namespace {

constexpr std::string_view suffix = ".checkpoint";
constexpr std::size_t offset_digits = 20, epoch_digits = 10;

template <class T>
bool parse_digits(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0;
}

void append_control_batch(std::span<const ControlRecord> records, LeaderEpoch epoch,
                          TimestampMs now, Offset& next, std::vector<std::byte>& out) {
  wire::BatchBuilder builder({.base_offset = next, .leader_epoch = epoch, .control = true});
  for (const auto& record : records) add_control_record(record, now, builder);
  next = builder.next_offset();
  const auto batch = builder.build();
  out.insert(out.end(), batch.begin(), batch.end());
}

void append_record_batches(const SnapshotContent& content, TimestampMs now, Offset& next,
                           std::vector<std::byte>& out) {
  std::optional<wire::BatchBuilder> builder;
  const auto finish = [&] {
    next = builder->next_offset();
    const auto batch = builder->build();
    out.insert(out.end(), batch.begin(), batch.end());
    builder.reset();
  };
  for (const auto& value : content.records) {
    const wire::NewRecord record{.timestamp = now, .value = Bytes(value)};
    if (builder && builder->size_with(record) > snapshot_batch_bytes_max) finish();
    if (!builder) {
      builder.emplace(wire::BatchOptions{.base_offset = next, .leader_epoch = content.id.epoch});
    }
    builder->add(record);
  }
  if (builder) finish();
}

// What has been read so far, and what may come next.
class Reader {
 public:
  explicit Reader(const OnSnapshotBatch& on_batch) : on_batch_(on_batch) {}

  Result<> read(const wire::BatchView& batch) {
    if (!batch.crc_is_good()) return fail(Errc::corrupt, "a snapshot's batch has a bad crc");
    if (ended_) return fail(Errc::corrupt, "a snapshot goes on after its footer");
    return batch.is_control() ? read_control(batch) : read_records(batch);
  }
  Result<SnapshotSummary> finish() {
    if (!ended_) return fail(Errc::corrupt, "a snapshot has no footer");
    return std::move(summary_);
  }

 private:
  Result<> read_control(const wire::BatchView& batch) {
    TRY_ASSIGN(const auto records, read_control_batch(batch));
    for (const auto& record : records) {
      if (const auto* header = std::get_if<SnapshotHeader>(&record)) {
        summary_.last_contained_log_timestamp = header->last_contained_log_timestamp;
        began_ = true;
      } else if (!began_) {
        return fail(Errc::corrupt, "a snapshot does not begin with its header");
      }
      if (std::holds_alternative<SnapshotFooter>(record)) ended_ = true;
      apply_control_record(record, no_offset, summary_.membership);
    }
    return {};
  }

  Result<> read_records(const wire::BatchView& batch) {
    if (!began_) return fail(Errc::corrupt, "a snapshot does not begin with its header");
    if (batch.codec() != wire::Codec::none) return fail(Errc::unsupported, "a compressed snapshot");
    std::vector<Bytes> values;
    wire::RecordIterator iterator(batch);
    for (wire::Record record;;) {
      TRY_ASSIGN(const bool more, iterator.next(record));
      if (!more) break;
      values.push_back(record.value.view());
    }
    return on_batch_(batch.max_timestamp(), values);
  }

  const OnSnapshotBatch& on_batch_;
  SnapshotSummary summary_;
  bool began_ = false;
  bool ended_ = false;
};

}  // namespace

std::string snapshot_file_name(const SnapshotId& id) {
  return fmt::format("{:020d}-{:010d}{}", id.end_offset, id.epoch, suffix);
}

std::optional<SnapshotFileName> parse_snapshot_file_name(std::string_view name) {
  SnapshotFileName parsed;
  constexpr std::size_t id_size = offset_digits + 1 + epoch_digits;
  if (name.size() < id_size || name[offset_digits] != '-') return std::nullopt;
  if (!parse_digits(name.substr(0, offset_digits), parsed.id.end_offset) ||
      !parse_digits(name.substr(offset_digits + 1, epoch_digits), parsed.id.epoch)) {
    return std::nullopt;
  }
  const std::string_view rest = name.substr(id_size);
  if (rest == suffix) return parsed;
  parsed.is_partial = rest.ends_with(".checkpoint.part");
  parsed.is_deleted = rest == ".checkpoint.deleted";
  if (!parsed.is_partial && !parsed.is_deleted) return std::nullopt;
  return parsed;
}

std::vector<std::byte> encode_snapshot(const SnapshotContent& content, TimestampMs now) {
  std::vector<std::byte> out;
  Offset next = 0;
  std::vector<ControlRecord> head{SnapshotHeader{content.last_contained_log_timestamp}};
  if (content.kraft_version >= 1) {
    head.push_back(KRaftVersion{content.kraft_version});
    head.push_back(KRaftVoters{content.voters});
  }
  append_control_batch(head, content.id.epoch, now, next, out);
  append_record_batches(content, now, next, out);
  const ControlRecord footer = SnapshotFooter{};
  append_control_batch({&footer, 1}, content.id.epoch, now, next, out);
  return out;
}

Result<SnapshotSummary> read_snapshot(Bytes file, const OnSnapshotBatch& on_batch) {
  Reader reader(on_batch);
  for (Bytes rest = file; !rest.empty();) {
    TRY_ASSIGN(const auto batch, wire::read_batch(rest));
    TRY(reader.read(batch));
    rest = rest.subspan(batch.size());
  }
  return reader.finish();
}

}  // namespace weir::replication
