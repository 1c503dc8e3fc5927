// Thousands of produced batches, most of them wrong in some way, with what we make of each, left in
// build/.../record for test/record/run.sh, which asks Apache Kafka 4.4's own log the same.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/random.h"
#include "wire/record/batch_builder.h"
#include "wire/record/record_dump_test_support.h"
#include "wire/record/validator.h"

namespace weir::wire {
namespace {

using Buffer = std::vector<std::byte>;
constexpr TimestampMs broker_time = 1'000'000'000;  // Validate.java has the same
constexpr std::size_t case_count = 6000;

struct Setting {
  std::string name, value;
  std::function<void(ProduceRules&)> apply;
};

const std::vector<std::vector<Setting>>& topics() {
  static const std::vector<Setting> codecs{
      {"compression.type", "uncompressed", [](auto& r) { r.compression = Compression{}; }},
      {"compression.type", "gzip", [](auto& r) { r.compression = Compression{Codec::gzip, {}}; }},
      {"compression.type", "snappy",
       [](auto& r) { r.compression = Compression{Codec::snappy, {}}; }},
      {"compression.type", "lz4", [](auto& r) { r.compression = Compression{Codec::lz4, {}}; }},
      {"compression.type", "zstd", [](auto& r) { r.compression = Compression{Codec::zstd, {}}; }},
  };
  static const Setting append_time{"message.timestamp.type", "LogAppendTime",
                                   [](auto& r) { r.log_append_time = true; }};
  static const Setting compacted{"cleanup.policy", "compact", [](auto& r) { r.compacted = true; }};
  static const Setting small{"max.message.bytes", "700",
                             [](auto& r) { r.message_bytes_max = 700; }};
  static const Setting before{"message.timestamp.before.max.ms", "10000",
                              [](auto& r) { r.timestamp_before_max_ms = 10'000; }};
  static const Setting after{"message.timestamp.after.max.ms", "0",
                             [](auto& r) { r.timestamp_after_max_ms = 0; }};
  static const Setting unpacked{"max.decompressed.message.bytes", "150",
                                [](auto& r) { r.decompressed_message_bytes_max = 150; }};
  static const std::vector<std::vector<Setting>> all{
      {},
      {},
      {append_time},
      {compacted},
      {small},
      {before, after},
      {unpacked},
      {codecs[0]},
      {codecs[1]},
      {codecs[2]},
      {codecs[3]},
      {codecs[4]},
      {codecs[0], append_time},
      {codecs[3], append_time, compacted},
      {codecs[0], small},
      {compacted, before, after},
      {unpacked, codecs[4]},
  };
  return all;
}

class CaseMaker {
 public:
  explicit CaseMaker(std::uint64_t seed) : random_(seed) {}

  Buffer make() {
    auto records = make_records();
    Buffer batch = header(records.size());
    Buffer plain;
    for (const auto& record : records) plain.insert(plain.end(), record.begin(), record.end());
    // A flipped bit in the records of a batch whose CRC says that all is well.
    if (random_.one_in(6)) plain[random_.below(plain.size())] ^= std::byte{1} << random_.below(8);
    if (random_.one_in(40)) plain.push_back(std::byte{0});
    if (random_.one_in(40)) plain.pop_back();
    const auto codec = random_.one_in(2) ? Codec::none : static_cast<Codec>(1 + random_.below(4));
    store_be(batch.data() + 21, static_cast<std::int16_t>(load_be<std::int16_t>(batch.data() + 21) |
                                                          static_cast<int>(codec)));
    EXPECT_TRUE(compress(context_, {codec, {}}, plain, batch));
    if (random_.one_in(3)) spoil_header(batch);
    store_be(batch.data() + 8, static_cast<std::int32_t>(batch.size() - batch_overhead));
    store_be(batch.data() + 17, crc32c(Bytes(batch).subspan(21)));
    if (random_.one_in(8)) spoil_frame(batch);
    return batch;
  }

 private:
  std::vector<Buffer> make_records() {
    std::vector<Buffer> out;
    const auto count = 1 + random_.below(5);
    const bool keyless = random_.one_in(3);
    const bool wild_times = random_.one_in(5);
    const bool wild_offsets = random_.one_in(8);
    for (std::uint64_t i = 0; i < count; ++i) {
      BatchBuilder one(
          {.base_offset = 0, .delete_horizon = broker_time});  // deltas against `broker_time`
      const std::string value(random_.below(120), 'v');
      const RecordHeader headers[] = {{"h", Blob::null()}, {"", Blob(as_bytes("x"))}};
      auto time = broker_time - static_cast<TimestampMs>(random_.below(100));
      if (wild_times && random_.one_in(2)) time = wild_time();
      const auto delta = wild_offsets ? random_.below(4) : i;
      one.add_at(static_cast<Offset>(delta),
                 NewRecord{.timestamp = time,
                           .key = keyless && random_.one_in(3) ? Blob::null() : Blob(as_bytes("k")),
                           .value = random_.one_in(9) ? Blob::null() : Blob(as_bytes(value)),
                           .headers = std::span(headers).first(random_.below(3))});
      const auto bytes = one.build();
      out.emplace_back(bytes.begin() + batch_header_size, bytes.end());
    }
    return out;
  }
  TimestampMs wild_time() {
    const TimestampMs times[] = {-1,
                                 -2,
                                 0,
                                 broker_time + 1,
                                 broker_time + 3'600'000,
                                 broker_time + 3'600'001,
                                 broker_time - 10'000,
                                 broker_time - 10'001,
                                 INT64_MAX,
                                 INT64_MIN,
                                 INT64_MIN + broker_time};
    return times[random_.below(std::size(times))];
  }

  Buffer header(std::size_t count) {
    Buffer batch(batch_header_size);
    auto* at = batch.data();
    store_be<std::int32_t>(at + 12, -1);
    store_be<std::int8_t>(at + 16, 2);
    store_be<std::int32_t>(at + 23, static_cast<std::int32_t>(count) - 1);
    store_be<std::int64_t>(at + 27, broker_time);
    store_be<std::int64_t>(
        at + 35, random_.one_in(2) ? broker_time
                                   : broker_time - static_cast<TimestampMs>(random_.below(100)));
    const bool idempotent = random_.one_in(3);
    store_be<std::int64_t>(at + 43, idempotent ? next_producer_++ : -1);
    store_be<std::int16_t>(at + 51, idempotent ? 0 : -1);
    store_be<std::int32_t>(at + 53, idempotent ? 0 : -1);
    store_be<std::int32_t>(at + 57, static_cast<std::int32_t>(count));
    return batch;
  }

  void spoil_header(Buffer& batch) {
    auto* at = batch.data();
    const auto small = static_cast<std::int32_t>(random_.below(9)) - 2;
    switch (random_.below(9)) {
      case 0:
        return store_be<std::int64_t>(at, small);
      case 1:
        return store_be<std::int32_t>(at + 23, small);
      case 2:
        return store_be<std::int32_t>(at + 57, small);
      case 3:
        at[22] |= std::byte{0x20};
        return;  // control
      case 4:
        at[22] |= std::byte{0x08};
        return;  // LogAppendTime
      case 5:
        return store_be<std::int64_t>(at + 35, wild_time());
      case 6:
        store_be<std::int64_t>(at + 43, next_producer_++);
        store_be<std::int16_t>(at + 51, 0);
        return store_be<std::int32_t>(at + 53, -1);
      case 7:
        store_be<std::int32_t>(at + 23, small);
        return store_be<std::int32_t>(at + 57, small + 1);
      case 8:
        at[21] |= std::byte{0x05};
        return;  // bits that mean nothing
      default:
        return;
    }
  }

  void spoil_frame(Buffer& batch) {
    switch (random_.below(7)) {
      case 0:
        return batch.resize(random_.below(batch.size()));
      case 1:
        batch[16] = static_cast<std::byte>(random_.below(5) - 1);
        return;
      case 2:
        batch[17 + random_.below(batch.size() - 17)] ^= std::byte{1};
        return;
      case 3:
        return batch.resize(batch.size() + random_.below(20));
      case 4: {
        const auto copy = batch;
        batch.insert(batch.end(), copy.begin(), copy.end() - static_cast<long>(random_.below(3)));
        return;
      }
      case 5:
        return store_be(batch.data() + 8, static_cast<std::int32_t>(random_.below(80)) - 5);
      default:
        return store_be(batch.data() + 8, load_be<std::int32_t>(batch.data() + 8) + 1);
    }
  }

  SeededRandom random_;
  CompressionContext context_;
  std::int64_t next_producer_ = 1000;
};

void put_text(Buffer& out, const std::string& text) {  // as DataInput.readUTF wants it
  const auto at = out.size();
  out.resize(at + 2);
  store_be(out.data() + at, static_cast<std::uint16_t>(text.size()));
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
}
template <class T>
void put_number(Buffer& out, T value) {
  out.resize(out.size() + sizeof(T));
  store_be(out.data() + out.size() - sizeof(T), value);
}

std::string outcome(Buffer& bytes, const ProduceRules& rules, std::int16_t version,
                    CompressionContext& context, Buffer& storage) {
  const auto result = validate_produced(bytes, rules, broker_time, version, context, storage);
  if (result) {
    EXPECT_TRUE(result->view().crc_is_good());
    return "stored\n" + test::dump_header(result->view(), 0, -1) +
           test::dump_records(result->view(), 0);
  }
  std::string out = fmt::format("error {}", static_cast<int>(result.error().code));
  if (!result.error().record_errors.empty()) out += " at ";
  const char* comma = "";
  for (const auto& error : result.error().record_errors) {
    out += fmt::format("{}{}", std::exchange(comma, ","), error.batch_index);
  }
  return out + '\n';
}

TEST(ValidatorCases, are_left_for_kafka_to_judge) {
  SeededRandom random(44);
  CaseMaker maker(44);
  CompressionContext context;
  Buffer storage;
  Buffer cases;
  std::string outcomes;
  std::size_t stored = 0;
  for (std::size_t i = 0; i < case_count; ++i) {
    const auto& topic = topics()[random.below(topics().size())];
    const auto version =
        static_cast<std::int16_t>(random.one_in(20) ? 3 + random.below(4) : 7 + random.below(7));
    auto bytes = maker.make();
    put_number(cases, version);
    put_number(cases, static_cast<std::int16_t>(topic.size()));
    ProduceRules rules;
    for (const auto& setting : topic) {
      put_text(cases, setting.name);
      put_text(cases, setting.value);
      setting.apply(rules);
    }
    put_number(cases, static_cast<std::int32_t>(bytes.size()));
    cases.insert(cases.end(), bytes.begin(), bytes.end());
    const auto said = outcome(bytes, rules, version, context, storage);
    stored += said.starts_with("stored");
    outcomes += fmt::format("case {}: {}", i, said);
  }
  EXPECT_GT(stored, case_count / 3) << "most cases should reach the records";
  EXPECT_LT(stored, case_count * 9 / 10);
  test::write_file(WEIR_BINARY_DIR "/record/cases.bin", cases);
  test::write_file(WEIR_BINARY_DIR "/record/cases.weir", as_bytes(outcomes));
}

}  // namespace
}  // namespace weir::wire
