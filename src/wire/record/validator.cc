#include "wire/record/validator.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "wire/record/batch_builder.h"
#include "wire/record/record.h"
#include "wire/record/record_stream.h"

namespace weir::wire {
namespace {

constexpr std::int16_t version_with_zstd = 7;
constexpr std::size_t size_up_to_magic = 17;
constexpr std::int32_t smallest_legacy_record = 14;  // Kafka still reads lengths by magic 0's bound

using Failure = std::unexpected<ValidationFailure>;
using Step = std::expected<void, ValidationFailure>;

Failure refuse(ErrorCode code, std::string message) {
  return Failure(ValidationFailure{code, std::move(message), {}});
}
Failure invalid_record(std::string message) {
  return refuse(ErrorCode::invalid_record, std::move(message));
}
Failure corrupt(std::string message) {
  return refuse(ErrorCode::corrupt_message, std::move(message));
}
Failure from_error(const Error& error) {
  if (error.code == Errc::invalid) return invalid_record(error.what);
  if (error.code == Errc::too_large) return refuse(ErrorCode::message_too_large, error.what);
  return corrupt(error.what);
}

// The size of the batch at the front, or 0 when the bytes do not hold a whole one.
std::expected<std::size_t, ValidationFailure> size_of_next(Bytes bytes) {
  if (bytes.size() < batch_overhead) return 0;
  const auto length = load_be<std::int32_t>(bytes.data() + 8);
  if (length < smallest_legacy_record) {
    return corrupt("a record batch has length " + std::to_string(length));
  }
  if (bytes.size() < size_up_to_magic) return 0;
  const auto magic = load_be<std::int8_t>(bytes.data() + 16);
  if (magic < 0 || magic > batch_magic) {
    return corrupt("a record batch has magic " + std::to_string(magic));
  }
  const auto size = batch_overhead + static_cast<std::size_t>(length);
  return bytes.size() < size ? 0 : size;
}

// What ProduceRequest.validateRecords asks: one whole batch of magic 2.
std::expected<MutableBytes, ValidationFailure> only_batch(MutableBytes records,
                                                          std::int16_t api_version) {
  TRY_ASSIGN(const auto size, size_of_next(records));
  if (size == 0) return invalid_record("a partition's records hold no whole record batch");
  const auto batch = records.first(size);
  if (BatchView(batch).magic() != batch_magic) {
    return invalid_record("only record batches of magic 2 can be produced");
  }
  if (api_version < version_with_zstd && BatchView(batch).codec() == Codec::zstd) {
    return refuse(ErrorCode::unsupported_compression_type,
                  "zstd needs version 7 of the produce request");
  }
  TRY_ASSIGN(const auto second, size_of_next(records.subspan(size)));
  if (second != 0) return invalid_record("a partition's records hold more than one record batch");
  return batch;
}

// The header, in the order in which Kafka looks.
Step check_header(BatchView batch, const ProduceRules& rules) {
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  if (batch.base_offset() != 0) {
    return invalid_record("the base offset of a produced batch is " + number(batch.base_offset()));
  }
  if (batch.size() > static_cast<std::size_t>(std::max(rules.message_bytes_max, 0))) {
    return refuse(ErrorCode::message_too_large,
                  "a record batch of " + std::to_string(batch.size()) + " bytes is beyond " +
                      number(rules.message_bytes_max));
  }
  if (batch.size() < batch_header_size) {
    return corrupt("a record batch is smaller than its header");
  }
  if (!batch.crc_is_good()) return corrupt("a record batch has a bad CRC");
  if (batch.codec() > Codec::zstd) {
    return refuse(ErrorCode::unsupported_compression_type, "no codec has this number");
  }
  if (batch.last_offset_delta() < 0) {
    return invalid_record("a record batch has last offset delta " +
                          number(batch.last_offset_delta()));
  }
  if (batch.records_count() <= 0) {
    return invalid_record("a record batch counts " + number(batch.records_count()) + " records");
  }
  if (std::int64_t{batch.last_offset_delta()} + 1 != batch.records_count()) {
    return invalid_record("a record batch counts " + number(batch.records_count()) +
                          " records, its offsets " + number(batch.last_offset_delta()) + " + 1");
  }
  if (batch.is_control()) return invalid_record("a client may not produce control records");
  if (batch.has_producer_id() && batch.base_sequence() < 0) {
    return invalid_record("a batch with a producer id has sequence " +
                          number(batch.base_sequence()));
  }
  return {};
}

// Judges one record after the other and remembers what the batch's header must say.
class Judge {
 public:
  Judge(BatchView batch, const ProduceRules& rules, TimestampMs now)
      : rules_(rules),
        now_(now),
        base_timestamp_(batch.base_timestamp()),
        claims_append_time_(batch.is_log_append_time()),
        batch_max_timestamp_(batch.max_timestamp()) {}

  void see(const RecordOutline& record) {
    const auto timestamp = claims_append_time_ ? batch_max_timestamp_
                                               : add_delta(base_timestamp_, record.timestamp_delta);
    if (rules_.compacted && !record.has_key) {
      add_error("a compacted topic takes no record without a key");
    } else if (!rules_.log_append_time && timestamp != no_timestamp) {
      if (out_of_range(timestamp)) refuse_time(record, timestamp);
    } else if (claims_append_time_) {
      timestamps_wrong_ = true;
      add_error("a producer may not claim LogAppendTime");
    }
    max_timestamp_ = std::max(max_timestamp_, timestamp);
    in_order_ = in_order_ && record.offset_delta == index_;
    uncompressed_size_ += record.size;
    ++index_;
  }

  bool offsets_in_order() const { return in_order_; }
  TimestampMs max_timestamp() const { return max_timestamp_; }
  std::uint64_t uncompressed_size() const { return uncompressed_size_; }

  Step verdict() {
    if (errors_ == 0) return {};
    if (timestamps_wrong_) {
      return Failure(ValidationFailure{ErrorCode::invalid_timestamp,
                                       "records are refused for their timestamps",
                                       std::move(record_errors_)});
    }
    return Failure(ValidationFailure{
        ErrorCode::invalid_record,
        std::to_string(errors_) + " records are refused: first, " + record_errors_.front().message,
        std::move(record_errors_)});
  }

 private:
  // As in Kafka, a difference that overflows wraps: a timestamp of -2^63 lies in the future.
  bool out_of_range(TimestampMs timestamp) const {
    const auto age = static_cast<std::uint64_t>(now_) - static_cast<std::uint64_t>(timestamp);
    return static_cast<std::int64_t>(age) > rules_.timestamp_before_max_ms ||
           static_cast<std::int64_t>(0 - age) > rules_.timestamp_after_max_ms;
  }
  void refuse_time(const RecordOutline& record, TimestampMs timestamp) {
    timestamps_wrong_ = true;
    add_error("timestamp " + std::to_string(timestamp) + " at offset delta " +
              std::to_string(record.offset_delta) + " is too far from now, which is " +
              std::to_string(now_));
  }
  void add_error(std::string message) {
    if (errors_++ < record_errors_max) record_errors_.push_back({index_, std::move(message)});
  }

  const ProduceRules& rules_;
  TimestampMs now_;
  TimestampMs base_timestamp_;
  bool claims_append_time_;
  TimestampMs batch_max_timestamp_;
  std::int32_t index_ = 0;
  bool in_order_ = true;
  bool timestamps_wrong_ = false;
  TimestampMs max_timestamp_ = no_timestamp;
  std::uint64_t uncompressed_size_ = 0;
  std::uint64_t errors_ = 0;
  std::vector<RecordError> record_errors_;
};

Step walk_in_memory(Bytes records, std::int32_t count, Judge& judge) {
  const auto* at = records.data();
  const auto* end = at + records.size();
  RawRecord record;
  const char* problem = nullptr;
  for (std::int32_t i = 0; i < count; ++i) {
    const auto* after = parse_record(at, end, record, problem);
    if (after == nullptr) return invalid_record(problem);
    judge.see({static_cast<std::uint64_t>(after - at), record.offset_delta, record.timestamp_delta,
               !record.key.is_null()});
    at = after;
  }
  if (at != end) return invalid_record("bytes are left over after the last record of a batch");
  return judge.verdict();
}

// What is in a batch, by the limits of what is judged: zstd's window is one of them.
Decompressor pieces_of(BatchView batch, const ProduceRules& rules, CompressionContext& context) {
  return {context, batch.codec(), batch.records(), rules.decompressed_batch_bytes_max,
          static_cast<std::uint64_t>(rules.decompressed_message_bytes_max)};
}

Step walk_stream(BatchView batch, const ProduceRules& rules, CompressionContext& context,
                 Judge& judge) {
  auto pieces = pieces_of(batch, rules, context);
  RecordStream records(pieces, rules.decompressed_message_bytes_max);
  for (std::int32_t i = 0; i < batch.records_count(); ++i) {
    const auto record = records.next();
    if (!record) return from_error(record.error());
    judge.see(*record);
  }
  const auto ended = records.at_end();
  if (!ended) return from_error(ended.error());
  if (!*ended) return invalid_record("bytes are left over after the last record of a batch");
  return judge.verdict();
}

// What walk_stream saw, `size` bytes of it.
std::vector<std::byte> unpack_judged(BatchView batch, const ProduceRules& rules,
                                     CompressionContext& context, std::uint64_t size) {
  std::vector<std::byte> records;
  records.reserve(size);
  auto pieces = pieces_of(batch, rules, context);
  for (;;) {
    const auto piece = pieces.next();
    CHECK(piece.has_value(), "the records were walked before");
    if (piece->empty()) return records;
    records.insert(records.end(), piece->begin(), piece->end());
  }
}

// The header that Kafka would write over the batch's own; nothing is touched when it says so
// already.
void correct_timestamps(MutableBytes batch, const ProduceRules& rules, TimestampMs now,
                        TimestampMs max_timestamp) {
  const BatchView view(batch);
  if (rules.log_append_time) {
    set_log_append_time(batch, now);
  } else if (view.is_log_append_time() || view.max_timestamp() != max_timestamp) {
    set_max_timestamp(batch, max_timestamp);
  }
}

// `decompressed` is given up once its records are copied.
std::expected<ValidatedBatch, ValidationFailure> reencode(
    BatchView batch, Bytes records, std::vector<std::byte>& decompressed, const ProduceRules& rules,
    TimestampMs now, CompressionContext& context, std::vector<std::byte>& storage) {
  BatchBuilder builder(
      {.producer_id = batch.producer_id(),
       .producer_epoch = batch.producer_epoch(),
       .base_sequence = batch.base_sequence(),
       .transactional = batch.is_transactional(),
       .log_append_time = rules.log_append_time ? std::optional(now) : std::nullopt});
  const auto uncompressed_size = records.size();
  builder.reserve(uncompressed_size);
  RecordIterator iterator(batch, records);
  Record record;
  for (;;) {
    const auto more = iterator.next(record);
    CHECK(more.has_value(), "the records were walked before");
    if (!*more) break;
    builder.add_at(builder.next_offset(), record);
  }
  decompressed = std::vector<std::byte>();  // gives its memory back
  storage.clear();
  const auto target = rules.compression.value_or(Compression{batch.codec(), {}});
  const auto done = builder.build_to(context, target, storage);
  if (!done) return from_error(done.error());
  if (storage.size() > static_cast<std::size_t>(rules.message_bytes_max)) {
    return refuse(ErrorCode::message_too_large, "a record batch of " +
                                                    std::to_string(storage.size()) +
                                                    " bytes after re-encoding is beyond " +
                                                    std::to_string(rules.message_bytes_max));
  }
  return ValidatedBatch{.bytes = storage,
                        .reencoded = true,
                        .source_codec = batch.codec(),
                        .uncompressed_size = uncompressed_size};
}

}  // namespace

std::expected<ValidatedBatch, ValidationFailure> validate_produced(
    MutableBytes records, const ProduceRules& rules, TimestampMs now, std::int16_t api_version,
    CompressionContext& context, std::vector<std::byte>& storage) {
  TRY_ASSIGN(const auto bytes, only_batch(records, api_version));
  const BatchView batch(bytes);
  TRY(check_header(batch, rules));

  const auto source = batch.codec();
  Judge judge(batch, rules, now);
  if (source == Codec::none) {
    TRY(walk_in_memory(batch.records(), batch.records_count(), judge));
  } else {
    TRY(walk_stream(batch, rules, context, judge));
  }
  const bool same_codec = !rules.compression || rules.compression->codec == source;
  if (same_codec && judge.offsets_in_order()) {
    correct_timestamps(bytes, rules, now, judge.max_timestamp());
    return ValidatedBatch{
        .bytes = bytes, .source_codec = source, .uncompressed_size = judge.uncompressed_size()};
  }
  // Everything is known to be well formed and within bounds; only now is it decompressed whole.
  auto decompressed = source == Codec::none
                          ? std::vector<std::byte>()
                          : unpack_judged(batch, rules, context, judge.uncompressed_size());
  const Bytes whole = source == Codec::none ? batch.records() : Bytes(decompressed);
  return reencode(batch, whole, decompressed, rules, now, context, storage);
}

}  // namespace weir::wire
