#include "wire/record/validator.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/random.h"
#include "wire/record/batch_builder.h"
#include "wire/record/record_test_support.h"
#include "wire/varint.h"

namespace weir::wire {
namespace {

using Buffer = std::vector<std::byte>;
constexpr TimestampMs now = 1'000'000'000;
constexpr Codec every_codec[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

// One record written by hand, so that it can be wrong.
struct RawFields {
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  std::int32_t key_size = 1;
  std::string key = "k";
  std::int32_t value_size = 1;
  std::string value = "v";
  std::int32_t headers = 0;
  std::string after;  // the encoded headers
  std::int32_t length_error = 0;
};

void put(Buffer& out, std::string_view text) {
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
}
template <class T>
void put_varint(Buffer& out, T value) {
  std::byte buffer[varlong_size_max];
  out.insert(out.end(), buffer, write_varint(buffer, value));
}
Buffer encode(const RawFields& fields) {
  Buffer body{std::byte{0}};
  put_varint(body, fields.timestamp_delta);
  put_varint(body, fields.offset_delta);
  put_varint(body, fields.key_size);
  put(body, fields.key);
  put_varint(body, fields.value_size);
  put(body, fields.value);
  put_varint(body, fields.headers);
  put(body, fields.after);
  Buffer out;
  put_varint(out, static_cast<std::int32_t>(body.size()) + fields.length_error);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

void fix_crc(Buffer& batch) {
  store_be(batch.data() + 8, static_cast<std::int32_t>(batch.size() - batch_overhead));
  store_be(batch.data() + 17, crc32c(Bytes(batch).subspan(21)));
}

class ValidatorTest : public testing::Test {
 protected:
  // A batch around whatever records.
  Buffer around(Bytes records, std::int32_t count, Codec codec = Codec::none,
                TimestampMs max_timestamp = now) {
    Buffer batch(batch_header_size);
    auto* at = batch.data();
    store_be<std::int32_t>(at + 12, -1);
    store_be<std::int8_t>(at + 16, 2);
    store_be<std::int16_t>(at + 21, static_cast<std::int16_t>(codec));
    store_be<std::int32_t>(at + 23, count - 1);
    store_be<std::int64_t>(at + 27, now);
    store_be<std::int64_t>(at + 35, max_timestamp);
    store_be<std::int64_t>(at + 43, -1);
    store_be<std::int16_t>(at + 51, -1);
    store_be<std::int32_t>(at + 53, -1);
    store_be<std::int32_t>(at + 57, count);
    EXPECT_TRUE(compress(context, {codec, {}}, records, batch));
    fix_crc(batch);
    return batch;
  }
  Buffer of(std::vector<RawFields> records, Codec codec = Codec::none) {
    Buffer bytes;
    for (const auto& record : records) {
      const auto one = encode(record);
      bytes.insert(bytes.end(), one.begin(), one.end());
    }
    return around(bytes, static_cast<std::int32_t>(records.size()), codec);
  }
  // Three good records.
  Buffer good(Codec codec = Codec::none) {
    return of({{.offset_delta = 0}, {.offset_delta = 1}, {.offset_delta = 2}}, codec);
  }
  auto validate(Buffer& bytes, std::int16_t version = 13) {
    return validate_produced(bytes, rules, now, version, context, storage);
  }
  // The code, or 0 when it was accepted.
  int code_of(Buffer bytes, std::int16_t version = 13) {
    const auto before = bytes;
    const auto result = validate(bytes, version);
    if (result) return 0;
    EXPECT_EQ(bytes, before) << "what is refused is not touched";
    EXPECT_FALSE(result.error().message.empty());
    return static_cast<int>(result.error().code);
  }
  int code_of_header(std::function<void(std::byte*)> change, Codec codec = Codec::none) {
    auto bytes = good(codec);
    change(bytes.data());
    store_be(bytes.data() + 17, crc32c(Bytes(bytes).subspan(21)));
    return code_of(std::move(bytes));
  }
  std::vector<RecordError> record_errors(Buffer bytes) {
    const auto result = validate(bytes);
    return result ? std::vector<RecordError>{} : result.error().record_errors;
  }

  ProduceRules rules;
  CompressionContext context;
  Buffer storage;
};

TEST_F(ValidatorTest, a_good_batch_is_stored_as_it_came) {
  for (const auto codec : every_codec) {
    auto bytes = good(codec);
    const auto before = bytes;
    const auto result = validate(bytes);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(bytes, before);
    EXPECT_EQ(result->bytes.data(), bytes.data());
    EXPECT_EQ(result->bytes.size(), bytes.size());
    EXPECT_FALSE(result->reencoded);
    EXPECT_EQ(result->count(), 3);
    EXPECT_EQ(result->max_timestamp(), now);
    EXPECT_EQ(result->source_codec, codec);
    EXPECT_EQ(result->uncompressed_size, 27u);
  }
}

TEST_F(ValidatorTest, exactly_one_whole_batch_of_magic_2_may_come) {
  const auto one = good();
  EXPECT_EQ(code_of({}), 87);
  for (std::size_t size = 1; size < one.size(); ++size) {
    EXPECT_EQ(code_of(Buffer(one.begin(), one.begin() + static_cast<long>(size))), 87) << size;
  }
  auto two = one;
  two.insert(two.end(), one.begin(), one.end());
  EXPECT_EQ(code_of(two), 87);
  for (const auto& [magic, code] : {std::pair{-1, 2}, {0, 87}, {1, 87}, {3, 2}, {127, 2}}) {
    auto other = one;
    other[16] = static_cast<std::byte>(magic);
    EXPECT_EQ(code_of(other), code) << magic;
  }
}

TEST_F(ValidatorTest, lengths_below_any_record_are_corrupt) {
  for (const std::int32_t length : {-1, 0, 13, INT32_MIN}) {
    auto bytes = good();
    store_be(bytes.data() + 8, length);
    EXPECT_EQ(code_of(bytes), 2) << length;
  }
  auto small = good();
  store_be<std::int32_t>(small.data() + 8, 48);
  EXPECT_EQ(code_of(small), 2);
  store_be<std::int32_t>(small.data() + 8, INT32_MAX);
  EXPECT_EQ(code_of(small), 87) << "it is not whole";
}

TEST_F(ValidatorTest, bytes_behind_the_batch_are_cut_off_unless_they_start_a_senseless_one) {
  const auto one = good();
  for (const std::size_t size : {1uz, 11uz, 16uz, 30uz}) {
    auto trailing = one;
    trailing.insert(trailing.end(), one.begin(), one.begin() + static_cast<long>(size));
    const auto result = validate(trailing);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->bytes.size(), one.size());
  }
  auto zeros = one;
  zeros.resize(zeros.size() + 12);
  EXPECT_EQ(code_of(zeros), 2) << "a length of 0";
  auto magic = one;
  magic.insert(magic.end(), one.begin(), one.begin() + 20);
  magic[one.size() + 16] = std::byte{9};
  EXPECT_EQ(code_of(magic), 2);
}

TEST_F(ValidatorTest, zstd_needs_version_7) {
  EXPECT_EQ(code_of(good(Codec::zstd), 6), 76);
  EXPECT_EQ(code_of(good(Codec::zstd), 7), 0);
  EXPECT_EQ(code_of(good(Codec::lz4), 3), 0);
}

TEST_F(ValidatorTest, headers_that_kafka_refuses) {
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int64_t>(at, 1); }), 87) << "base offset";
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int32_t>(at + 23, -1); }), 87);
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int32_t>(at + 23, 3); }), 87);
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int32_t>(at + 23, INT32_MAX); }), 87);
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int32_t>(at + 57, 0); }), 87);
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int32_t>(at + 57, -3); }), 87);
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int32_t>(at + 57, 2); }), 87);
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int16_t>(at + 21, 0x20); }), 87)
      << "control";
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int16_t>(at + 21, 5); }), 76) << "codec 5";
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int64_t>(at + 43, 7); }), 87)
      << "sequence -1";
  EXPECT_EQ(code_of_header([](auto* at) { store_be<std::int32_t>(at + 12, 99); }), 0)
      << "any epoch";
}

TEST_F(ValidatorTest, counts_that_do_not_meet_the_records) {
  for (const auto codec : every_codec) {
    for (const std::int32_t count : {2, 4}) {
      const auto change = [count](auto* at) {
        store_be<std::int32_t>(at + 23, count - 1);
        store_be<std::int32_t>(at + 57, count);
      };
      EXPECT_EQ(code_of_header(change, codec), 87) << int(codec) << ' ' << count;
    }
  }
}

TEST_F(ValidatorTest, a_flipped_bit_is_a_corrupt_message) {
  const auto one = good();
  for (std::size_t at = 17; at < one.size(); ++at) {
    auto bad = one;
    bad[at] ^= std::byte{4};
    EXPECT_EQ(code_of(bad), 2) << at;
  }
}

TEST_F(ValidatorTest, the_size_of_a_batch_is_bounded) {
  auto one = good();
  rules.message_bytes_max = static_cast<std::int32_t>(one.size());
  EXPECT_EQ(code_of(one), 0);
  --rules.message_bytes_max;
  EXPECT_EQ(code_of(one), 10);
  one[20] ^= std::byte{1};
  EXPECT_EQ(code_of(one), 10) << "the size is looked at before the CRC";
  store_be<std::int64_t>(one.data(), 1);
  EXPECT_EQ(code_of(one), 87) << "and the base offset before the size";
}

TEST_F(ValidatorTest, malformed_records_are_invalid) {
  const std::vector<std::pair<const char*, RawFields>> bad{
      {"length beyond the batch", {.length_error = 1}},
      {"length of 1 GiB", {.length_error = 1 << 30}},
      {"length short of its fields", {.length_error = -1}},
      {"length zero", {.length_error = -8}},
      {"negative length", {.length_error = -9}},
      {"key beyond the record", {.key_size = 100}},
      {"key of 1 GiB", {.key_size = 1 << 30}},
      {"value beyond the record", {.value_size = 3}},
      {"negative header count", {.headers = -1}},
      {"a million headers", {.headers = 1'000'000}},
      {"null header key", {.headers = 1, .after = {"\x01\x00", 2}}},
      {"header value beyond the record", {.headers = 1, .after = {"\x02h\x7e", 3}}},
      {"bytes behind the fields", {.after = "x"}},
  };
  for (const auto codec : every_codec) {
    for (const auto& [name, record] : bad) {
      EXPECT_EQ(code_of(of({record}, codec)), 87) << name << " in codec " << int(codec);
    }
    auto trailing = encode({});
    trailing.push_back(std::byte{0});
    EXPECT_EQ(code_of(around(trailing, 1, codec)), 87) << int(codec);
  }
}

TEST_F(ValidatorTest, null_and_empty_fields_and_odd_negative_lengths_are_fine) {
  for (const auto codec : every_codec) {
    EXPECT_EQ(code_of(of({{.key_size = -1, .key = "", .value_size = -1, .value = ""}}, codec)), 0);
    EXPECT_EQ(code_of(of({{.key_size = -7, .key = "", .value_size = 0, .value = ""}}, codec)), 0);
    EXPECT_EQ(code_of(of({{.headers = 2, .after = {"\x02h\x01\x00\x02x", 6}}}, codec)), 0);
  }
}

TEST_F(ValidatorTest, damaged_compression_is_a_corrupt_message) {
  const Buffer noise(100, std::byte{0x5a});
  for (const auto codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    auto batch = around({}, 1);
    batch.resize(batch_header_size);
    batch.insert(batch.end(), noise.begin(), noise.end());
    batch[22] = static_cast<std::byte>(codec);
    fix_crc(batch);
    EXPECT_EQ(code_of(batch), 2) << int(codec);
    // Cut short within the last record.
    auto cut = good(codec);
    cut.resize(cut.size() - 9);
    fix_crc(cut);
    const auto code = code_of(cut);
    EXPECT_TRUE(code == 2 || code == 87) << code;
  }
}

TEST_F(ValidatorTest, a_bomb_is_too_large) {
  // One record of 50 MiB of zeros, and behind it nothing that anybody has to look at.
  Buffer body{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}};
  constexpr std::int32_t value_size = 50 << 20;
  put_varint(body, value_size);
  body.resize(body.size() + value_size);
  body.push_back(std::byte{0});
  Buffer record;
  put_varint(record, static_cast<std::int32_t>(body.size()));
  record.insert(record.end(), body.begin(), body.end());
  for (const auto codec : {Codec::gzip, Codec::lz4, Codec::zstd, Codec::snappy}) {
    const auto bomb = around(record, 1, codec);
    rules.message_bytes_max = INT32_MAX;
    rules.decompressed_batch_bytes_max = record.size();
    EXPECT_EQ(code_of(bomb), 0) << int(codec);
    rules.decompressed_batch_bytes_max = record.size() - 1;
    EXPECT_EQ(code_of(bomb), 10) << int(codec);
    rules.decompressed_batch_bytes_max = record.size();
    rules.decompressed_message_bytes_max = static_cast<std::int32_t>(body.size()) - 1;
    EXPECT_EQ(code_of(bomb), 87) << "one record is bounded by Kafka's setting";
    rules.decompressed_message_bytes_max = INT32_MAX;
  }
}

TEST_F(ValidatorTest, a_small_record_beyond_the_decompressed_bound_is_invalid) {
  rules.decompressed_message_bytes_max = 8;
  EXPECT_EQ(code_of(good(Codec::lz4)), 0);
  rules.decompressed_message_bytes_max = 7;
  EXPECT_EQ(code_of(good(Codec::lz4)), 87);
  EXPECT_EQ(code_of(good(Codec::none)), 0) << "the bound is for decompressed records";
}

TEST_F(ValidatorTest, a_compacted_topic_wants_keys_and_names_the_records_without) {
  rules.compacted = true;
  for (const auto codec : every_codec) {
    const RawFields keyless{.offset_delta = 1, .key_size = -1, .key = ""};
    EXPECT_EQ(code_of(good(codec)), 0);
    EXPECT_EQ(
        code_of(
            of({{}, keyless, {.offset_delta = 2}, {.offset_delta = 3, .key_size = -1, .key = ""}},
               codec)),
        87);
    const auto errors = record_errors(of(
        {{}, keyless, {.offset_delta = 2}, {.offset_delta = 3, .key_size = -1, .key = ""}}, codec));
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_EQ(errors[0].batch_index, 1);
    EXPECT_EQ(errors[1].batch_index, 3);
    EXPECT_EQ(code_of(of({{.key_size = 0, .key = ""}}, codec)), 0) << "an empty key is a key";
  }
}

TEST_F(ValidatorTest, timestamps_out_of_range_are_refused_one_by_one) {
  rules.timestamp_before_max_ms = 1000;
  rules.timestamp_after_max_ms = 500;
  for (const auto codec : every_codec) {
    EXPECT_EQ(code_of(of({{.timestamp_delta = -1000}}, codec)), 0);
    EXPECT_EQ(code_of(of({{.timestamp_delta = -1001}}, codec)), 32);
    EXPECT_EQ(code_of(of({{.timestamp_delta = 500}}, codec)), 0);
    EXPECT_EQ(code_of(of({{.timestamp_delta = 501}}, codec)), 32);
    EXPECT_EQ(code_of(of({{.timestamp_delta = -now - 1}}, codec)), 0) << "-1 says: no timestamp";
    const auto errors =
        record_errors(of({{}, {.timestamp_delta = 9000, .offset_delta = 1}}, codec));
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].batch_index, 1);
  }
}

TEST_F(ValidatorTest, the_ends_of_time_are_out_of_range) {
  for (const std::int64_t delta : {INT64_MAX - now, INT64_MAX - now + 1, INT64_MAX}) {
    // 2^63-1, and what wraps around to -2^63 and a little later
    EXPECT_EQ(code_of(of({{.timestamp_delta = delta}})), 32) << delta;
  }
  EXPECT_EQ(code_of(of({{.timestamp_delta = -2 * now}})), 0)
      << "the past is open by default, before 1970 too";
}

TEST_F(ValidatorTest, one_wrong_timestamp_gives_the_whole_batch_its_code) {
  rules.compacted = true;
  rules.timestamp_after_max_ms = 0;
  const auto bytes = of({{.key_size = -1, .key = ""}, {.timestamp_delta = 5, .offset_delta = 1}});
  EXPECT_EQ(code_of(bytes), 32);
  EXPECT_EQ(record_errors(bytes).size(), 2u);
}

TEST_F(ValidatorTest, the_list_of_record_errors_is_bounded) {
  rules.compacted = true;
  std::vector<RawFields> records(5000, RawFields{.key_size = -1, .key = ""});
  for (std::size_t i = 0; i < records.size(); ++i)
    records[i].offset_delta = static_cast<std::int32_t>(i);
  EXPECT_EQ(record_errors(of(records)).size(), record_errors_max);
}

TEST_F(ValidatorTest, log_append_time_is_stamped) {
  rules.log_append_time = true;
  for (const auto codec : every_codec) {
    auto bytes = of({{.timestamp_delta = 1'000'000'000'000}}, codec);  // no range to keep here
    const auto result = validate(bytes);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_FALSE(result->reencoded);
    EXPECT_TRUE(result->view().is_log_append_time());
    EXPECT_EQ(result->max_timestamp(), now);
    EXPECT_TRUE(result->view().crc_is_good());
  }
}

TEST_F(ValidatorTest, a_client_may_not_claim_log_append_time) {
  const auto claim = [](auto* at) { at[22] |= std::byte{attribute_log_append_time}; };
  rules.log_append_time = true;
  EXPECT_EQ(code_of_header(claim), 32);
  rules.log_append_time = false;
  // On a topic with CreateTime Kafka takes the batch's maximum for every record, and clears the
  // attribute.
  auto bytes = good();
  claim(bytes.data());
  fix_crc(bytes);
  const auto result = validate(bytes);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->view().is_log_append_time());
  EXPECT_EQ(result->max_timestamp(), now);
  EXPECT_TRUE(result->view().crc_is_good());
  // Without a timestamp it is refused there too.
  EXPECT_EQ(code_of_header([&](auto* at) {
              claim(at);
              store_be<std::int64_t>(at + 35, -1);
            }),
            32);
}

TEST_F(ValidatorTest, a_wrong_maximum_timestamp_is_corrected) {
  for (const auto codec : every_codec) {
    Buffer records = encode({.timestamp_delta = 40});
    const auto second = encode({.timestamp_delta = 10, .offset_delta = 1});
    records.insert(records.end(), second.begin(), second.end());
    for (const TimestampMs wrong : {now, now + 41, TimestampMs{-1}, INT64_MAX}) {
      auto bytes = around(records, 2, codec, wrong);
      const auto result = validate(bytes);
      ASSERT_TRUE(result);
      EXPECT_EQ(result->max_timestamp(), now + 40);
      EXPECT_TRUE(result->view().crc_is_good());
      EXPECT_FALSE(result->reencoded);
    }
  }
}

// What a validated batch says, decompressed.
std::vector<std::string> contents(const ValidatedBatch& batch) {
  CompressionContext context;
  Buffer bytes;
  const auto records = decompressed_records(context, batch.view(), 1 << 30, bytes);
  EXPECT_TRUE(records);
  RecordIterator iterator(batch.view(), *records);
  std::vector<std::string> out;
  for (Record record; *iterator.next(record);) {
    std::string line =
        std::to_string(record.offset) + '@' + std::to_string(record.timestamp) + ' ' +
        std::string(as_text(record.key.view())) + '=' +
        (record.value.is_null() ? "null" : std::string(as_text(record.value.view())));
    for (const auto& header : record.headers) {
      line += ' ' + std::string(header.key) + ':' + std::string(as_text(header.value.view()));
    }
    out.push_back(line);
  }
  return out;
}

TEST_F(ValidatorTest, another_codec_of_the_topic_means_encoding_anew) {
  for (const auto source : every_codec) {
    for (const auto target : every_codec) {
      BatchBuilder builder(
          {.producer_id = 5, .producer_epoch = 1, .base_sequence = 9, .transactional = true});
      const RecordHeader header{"h", blob("x")};
      builder.add(
          {.timestamp = now, .key = blob("a"), .value = blob("1"), .headers = {&header, 1}});
      builder.add({.timestamp = now - 5, .key = blob("b")});
      Buffer bytes;
      ASSERT_TRUE(builder.build_to(context, {source, {}}, bytes));
      rules.compression = Compression{target, {}};
      const auto result = validate(bytes);
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(result->reencoded, source != target);
      EXPECT_EQ(result->view().codec(), target);
      EXPECT_EQ(result->source_codec, source);
      EXPECT_TRUE(result->view().crc_is_good());
      EXPECT_EQ(result->view().producer_id(), 5);
      EXPECT_EQ(result->view().producer_epoch(), 1);
      EXPECT_EQ(result->view().last_sequence(), 10);
      EXPECT_TRUE(result->view().is_transactional());
      EXPECT_EQ(result->max_timestamp(), now);
      EXPECT_EQ(contents(*result), (std::vector<std::string>{
                                       "0@" + std::to_string(now) + " a=1 h:x",
                                       "1@" + std::to_string(now - 5) + " b=null",
                                   }));
    }
  }
}

TEST_F(ValidatorTest, log_append_time_and_another_codec_go_together) {
  rules.log_append_time = true;
  rules.compression = Compression{Codec::lz4, 3};
  auto bytes = good(Codec::gzip);
  const auto result = validate(bytes);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->view().is_log_append_time());
  EXPECT_EQ(result->max_timestamp(), now);
}

TEST_F(ValidatorTest, wrong_offset_deltas_are_put_right) {
  for (const auto codec : every_codec) {
    auto bytes = of({{.offset_delta = 7}, {.offset_delta = 7}, {.offset_delta = -2}}, codec);
    const auto result = validate(bytes);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->reencoded);
    EXPECT_EQ(result->view().codec(), codec);
    EXPECT_EQ(result->view().last_offset_delta(), 2);
    const auto at = '@' + std::to_string(now) + " k=v";
    EXPECT_EQ(contents(*result), (std::vector<std::string>{"0" + at, "1" + at, "2" + at}));
  }
}

TEST_F(ValidatorTest, what_grew_by_encoding_anew_is_measured_again) {
  RawFields record{.value_size = 4000, .value = std::string(4000, 'x')};
  auto bytes = of({record}, Codec::zstd);
  rules.compression = Compression{};
  rules.message_bytes_max = 4000;
  EXPECT_EQ(code_of(bytes), 10);
  rules.message_bytes_max = 5000;
  EXPECT_EQ(code_of(bytes), 0);
}

TEST_F(ValidatorTest, records_of_every_size_are_walked_across_pieces) {
  SeededRandom random(7);
  for (int round = 0; round < 60; ++round) {
    BatchBuilder builder({});
    const auto step = 1 + random.below(200'000);
    while (builder.size() < 400'000) {
      const std::string key(random.below(step), 'k');
      std::string value(random.below(step), 'v');
      for (std::size_t i = 0; i < value.size(); i += 7) value[i] = static_cast<char>(random.next());
      const RecordHeader headers[] = {{key, blob(value)}, {"", Blob::null()}};
      builder.add({.timestamp = now + static_cast<TimestampMs>(random.below(1000)),
                   .key = blob(key),
                   .value = blob(value),
                   .headers = std::span(headers).first(random.below(3))});
    }
    rules.message_bytes_max = INT32_MAX;
    const auto codec = every_codec[1 + random.below(4)];
    Buffer bytes;
    ASSERT_TRUE(builder.build_to(context, {codec, {}}, bytes));
    const auto result = validate(bytes);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_FALSE(result->reencoded);
    EXPECT_EQ(result->max_timestamp(), builder.max_timestamp());
    EXPECT_EQ(result->uncompressed_size, builder.size() - batch_header_size);
  }
}

TEST_F(ValidatorTest, across_pieces_a_malformed_record_is_as_invalid_as_within_one) {
  // 65,530 bytes of good records, then a bad one that spans two pieces of 64 KiB.
  const std::vector<RawFields> bad{
      {.length_error = 1},
      {.length_error = -1},
      {.key_size = 1000},
      {.value_size = 1000},
      {.headers = -1},
      {.headers = 9},
      {.headers = 1, .after = {"\x01\x00", 2}},
      {.length_error = -9},
      {.after = "tail"},
      {.key_size = -1, .key = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
  };
  for (const auto codec : {Codec::gzip, Codec::lz4, Codec::zstd, Codec::snappy}) {
    const auto piece = codec == Codec::snappy ? 32768 : 65536;
    for (const auto& wrong : bad) {
      for (int before = 1; before < 12; ++before) {
        RawFields filler{};
        filler.value = std::string(static_cast<std::size_t>(piece - 16 - before), 'f');
        filler.value_size = static_cast<std::int32_t>(filler.value.size());
        auto records = encode(filler);
        auto second = wrong;
        second.offset_delta = 1;
        const auto last = encode(second);
        records.insert(records.end(), last.begin(), last.end());
        EXPECT_EQ(code_of(around(records, 2, codec)), 87) << int(codec) << ' ' << before;
      }
    }
  }
}

}  // namespace
}  // namespace weir::wire
