// What a batch costs that unpacks to far more than it is, or says so: memory while it is judged and
// while it is read, codecs' own included.

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zstd.h>

#include <array>
#include <cstring>

#include "base/memory_count/memory_count_test_support.h"
#include "wire/record/batch_builder.h"
#include "wire/record/batch_filter.h"
#include "wire/record/record.h"
#include "wire/record/validator.h"
#include "wire/varint.h"

namespace weir::wire {
namespace {

using Buffer = std::vector<std::byte>;
constexpr std::size_t kib = 1 << 10;
constexpr std::size_t mib = 1 << 20;
constexpr std::size_t piece_size = 64 * kib;

// The most that a codec holds for reading, a piece_size and small things apart.
constexpr std::size_t gzip_memory = mib + 128 * kib;  // a whole small batch, or zlib's window
constexpr std::size_t lz4_memory(std::size_t block) { return 2 * block + 192 * kib; }
constexpr std::size_t zstd_memory(std::size_t window) { return window + 640 * kib; }
constexpr std::size_t snappy_block = 32 * kib;

void put_signed(Buffer& out, std::int32_t value) {
  std::byte bytes[varint_size_max];
  const auto* end = write_varint(bytes, value);
  out.insert(out.end(), static_cast<const std::byte*>(bytes), end);
}

// The beginning of a record of which `value` bytes of value are still to come.
Buffer open_record(std::int32_t value) {
  Buffer body{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}};
  put_signed(body, value);
  Buffer record;
  put_signed(record, static_cast<std::int32_t>(body.size()) + value + 1);
  record.insert(record.end(), body.begin(), body.end());
  return record;
}

// Compressed records in a batch of `count`.
Buffer batch_of(Codec codec, Bytes records, std::int32_t count = 1) {
  BatchBuilder builder({});
  builder.add({.value = Blob(Bytes{})});
  auto batch = builder.build();
  batch.resize(batch_header_size);
  batch.insert(batch.end(), records.begin(), records.end());
  store_be(batch.data() + 8, static_cast<std::int32_t>(batch.size() - batch_overhead));
  store_be(batch.data() + 21, static_cast<std::int16_t>(codec));
  store_be(batch.data() + 23, count - 1);
  store_be(batch.data() + 57, count);
  store_be(batch.data() + 17, crc32c(Bytes(batch).subspan(21)));
  return batch;
}

class BombMemory : public testing::Test {
 protected:
  struct Judged {
    int code = 0;
    std::size_t peak = 0;
  };
  // With a context that has nothing yet.
  Judged judge(Buffer batch) {
    CompressionContext context;
    std::vector<std::byte> storage;
    const MemoryPeak peak;
    const auto verdict = validate_produced(batch, rules, 0, 12, context, storage);
    return {verdict ? 0 : static_cast<int>(verdict.error().code), peak.bytes()};
  }
  Buffer packed(Codec codec, Bytes bytes) {
    CompressionContext context;
    Buffer out;
    EXPECT_TRUE(compress(context, {codec, {}}, bytes, out));
    return out;
  }
  void expect_all_within(const std::string& what, Codec codec, const Buffer& records,
                         std::size_t codec_memory) {
    for (const std::int32_t record_max : {1 << 20, INT32_MAX}) {
      rules.decompressed_message_bytes_max = record_max;
      const auto judged = judge(batch_of(codec, records));
      EXPECT_TRUE(judged.code == 2 || judged.code == 10 || judged.code == 87)
          << what << ": " << judged.code;
      EXPECT_LE(judged.peak, codec_memory + piece_size + 8 * kib) << what << ", " << record_max;
    }
    // Whoever reads it whole: compaction, and a coordinator that loads.
    CompressionContext context;
    Buffer out;
    const MemoryPeak peak;
    EXPECT_FALSE(decompress(context, codec, records, 64 * mib, out)) << what;
    // What it grew to before its size was asked for: a MiB, and the half of it that was copied.
    EXPECT_LE(peak.bytes(), codec_memory + piece_size + 3 * mib + 8 * kib) << what;
  }

  ProduceRules rules{.message_bytes_max = INT32_MAX};
};

TEST_F(BombMemory, a_bomb_costs_a_piece_and_a_block_however_large_it_is) {
  auto zeros = open_record(1 << 30);
  zeros.resize(220 * mib);
  const struct {
    Codec codec;
    std::size_t memory;
  } cases[] = {{Codec::gzip, gzip_memory},
               {Codec::snappy, snappy_block},
               {Codec::lz4, lz4_memory(64 * kib)},
               {Codec::zstd, zstd_memory(2 * mib)}};
  for (const auto& [codec, memory] : cases) {
    const auto bomb = packed(codec, zeros);
    EXPECT_LE(bomb.size(), 11 * mib);
    expect_all_within("codec " + std::to_string(int(codec)), codec, bomb, memory);
  }
  std::string raw;
  snappy::Compress(reinterpret_cast<const char*>(zeros.data()), zeros.size(), &raw);
  const auto block = as_bytes(raw);
  expect_all_within("raw snappy", Codec::snappy, {block.begin(), block.end()}, 0);
}

// 10 GiB in 330 KB: blocks that repeat one byte 128 Ki times.
TEST_F(BombMemory, ten_gibibytes_of_zstd_cost_no_more) {
  Buffer bomb{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f},
              std::byte{0xfd}, std::byte{0},    std::byte{0x58}};  // a window of 2 MiB
  const auto add_block = [&bomb](std::uint32_t type, std::uint32_t size, Bytes content) {
    const std::uint32_t header = type << 1 | size << 3;
    for (int i = 0; i < 3; ++i) bomb.push_back(static_cast<std::byte>(header >> (8 * i)));
    bomb.insert(bomb.end(), content.begin(), content.end());
  };
  const auto begun = open_record(INT32_MAX - 100);
  add_block(0, static_cast<std::uint32_t>(begun.size()), begun);
  const std::byte zero{0};
  for (int i = 0; i < 80 * 1024; ++i) add_block(1, 128 * kib, {&zero, 1});
  expect_all_within("10 GiB", Codec::zstd, bomb, zstd_memory(2 * mib));
}

TEST_F(BombMemory, a_size_that_is_only_claimed_costs_nothing) {
  auto begun = open_record(1 << 30);
  begun.resize(kib);
  const auto append = [](Buffer to, std::initializer_list<int> bytes) {
    for (const int byte : bytes) to.push_back(static_cast<std::byte>(byte));
    return to;
  };
  const auto in_place = [](Buffer of, std::size_t at, std::initializer_list<int> bytes) {
    for (const int byte : bytes) of.at(at++) = static_cast<std::byte>(byte);
    return of;
  };
  // gzip: what the trailer says.
  const auto gzip = packed(Codec::gzip, begun);
  for (const auto& claim : {in_place(gzip, gzip.size() - 4, {0xff, 0xff, 0xff, 0xff}),
                            in_place(gzip, gzip.size() - 4, {0, 0, 0x10, 0})}) {
    expect_all_within("gzip trailer", Codec::gzip, claim, gzip_memory);
  }
  // snappy: the length of a chunk, and of what is in a block.
  const auto snappy = packed(Codec::snappy, begun);
  expect_all_within("negative chunk", Codec::snappy, in_place(snappy, 16, {0xff, 0xff, 0xff, 0xff}),
                    snappy_block);
  expect_all_within("lowest chunk", Codec::snappy, in_place(snappy, 16, {0x80, 0, 0, 0}),
                    snappy_block);
  expect_all_within("chunk of 2 GiB", Codec::snappy, in_place(snappy, 16, {0x7f, 0xff, 0xff, 0xff}),
                    snappy_block);
  expect_all_within("block of 4 GiB", Codec::snappy,
                    append({}, {0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0}), snappy_block);
  Buffer framed(snappy.begin(), snappy.begin() + 16);
  expect_all_within("framed block of 2 GiB", Codec::snappy,
                    append(framed, {0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0, 0}),
                    snappy_block);
  // zstd: the content's size, and the window.
  expect_all_within("content of 2^40", Codec::zstd,
                    append({}, {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}),
                    zstd_memory(0));
  expect_all_within("window of 2 GiB", Codec::zstd,
                    append({}, {0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8, 1, 0, 0}), zstd_memory(0));
}

// A frame of nine bytes whose window is 128 MiB is legal, and costs that where records may be so
// large; never more than 8 MiB where they may not.
TEST_F(BombMemory, a_zstd_window_is_bounded_by_the_largest_record) {
  const Buffer frame{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f},
                     std::byte{0xfd}, std::byte{0},    std::byte{0x88},
                     std::byte{1},    std::byte{0},    std::byte{0}};
  rules.decompressed_message_bytes_max = INT32_MAX;
  EXPECT_LE(judge(batch_of(Codec::zstd, frame)).peak, zstd_memory(128 * mib) + piece_size);
  for (const std::size_t bound : {1 * mib, 64 * mib, 127 * mib}) {
    rules.decompressed_message_bytes_max = static_cast<std::int32_t>(bound);
    const auto judged = judge(batch_of(Codec::zstd, frame));
    EXPECT_EQ(judged.code, 10);
    EXPECT_LE(judged.peak, zstd_memory(0) + piece_size) << bound;
  }
}

// Found by fuzzing: records behind a window of 128 MiB were judged good, and encoding them anew
// ended the program, as it allowed a window of all records' size only.
TEST_F(BombMemory, what_is_good_behind_the_largest_window_is_encoded_anew) {
  auto records = open_record(4);
  const auto rest = as_bytes(std::string_view("abcd\0", 5));  // the value, and no headers
  records.insert(records.end(), rest.begin(), rest.end());
  const auto head = std::to_array<std::uint8_t>(
      {0x28, 0xb5, 0x2f, 0xfd, 0, 0x88, static_cast<std::uint8_t>(1 | records.size() << 3), 0, 0});
  Buffer frame(head.size());
  std::memcpy(frame.data(), head.data(), head.size());
  frame.insert(frame.end(), records.begin(), records.end());
  rules.compression = Compression{Codec::gzip, {}};
  EXPECT_EQ(judge(batch_of(Codec::zstd, frame)).code, 0);
}

TEST_F(BombMemory, frames_that_go_on_and_on_cost_nothing) {
  // A megabyte of each: skippable and empty frames, empty members, headers, empty chunks.
  const auto repeated = [](std::string_view what) {
    Buffer out;
    while (out.size() < mib) {
      const auto bytes = as_bytes(what);
      out.insert(out.end(), bytes.begin(), bytes.end());
    }
    return out;
  };
  const auto text = [](const Buffer& bytes) { return std::string(as_text(bytes)); };
  using namespace std::string_view_literals;
  const auto expect = [&](const char* what, Codec codec, std::string_view unit,
                          std::size_t memory) {
    for (const std::int32_t record_max : {1 << 20, INT32_MAX}) {
      rules.decompressed_message_bytes_max = record_max;
      const auto judged = judge(batch_of(codec, repeated(unit)));
      EXPECT_TRUE(judged.code == 2 || judged.code == 87) << what << ": " << judged.code;
      EXPECT_LE(judged.peak, memory + piece_size + 8 * kib) << what;
    }
  };
  expect("zstd skippable", Codec::zstd, "\x50\x2a\x4d\x18\0\0\0\0"sv, zstd_memory(0));
  expect("zstd empty", Codec::zstd, "\x28\xb5\x2f\xfd\0\0\x01\0\0"sv, zstd_memory(mib));
  expect("gzip empty", Codec::gzip, text(packed(Codec::gzip, {})), gzip_memory);
  expect("xerial headers", Codec::snappy, "\x82SNAPPY\0\0\0\0\1\0\0\0\1"sv, snappy_block);
  expect("xerial empty", Codec::snappy,
         text(packed(Codec::snappy, {})) + std::string("\0\0\0\1\0", 5), snappy_block);
  expect("lz4 skippable", Codec::lz4, "\x50\x2a\x4d\x18\0\0\0\0"sv, lz4_memory(0));
  expect("lz4 empty", Codec::lz4, text(packed(Codec::lz4, {})), lz4_memory(64 * kib));
}

TEST_F(BombMemory, the_largest_blocks_of_lz4_and_snappy_are_one_block) {
  auto zeros = open_record(1 << 30);
  zeros.resize(90 * mib);
  LZ4F_preferences_t how{};
  how.frameInfo.blockSizeID = LZ4F_max4MB;
  how.frameInfo.blockMode = LZ4F_blockIndependent;
  Buffer lz4(LZ4F_compressFrameBound(zeros.size(), &how));
  lz4.resize(LZ4F_compressFrame(lz4.data(), lz4.size(), zeros.data(), zeros.size(), &how));
  const auto judged = judge(batch_of(Codec::lz4, lz4));
  EXPECT_EQ(judged.code, 87);  // the record does not end
  EXPECT_LE(judged.peak, lz4_memory(4 * mib) + piece_size);
  std::string raw;
  snappy::Compress(reinterpret_cast<const char*>(zeros.data()), zeros.size(), &raw);
  const auto whole = judge(batch_of(Codec::snappy, {as_bytes(raw).begin(), as_bytes(raw).end()}));
  EXPECT_EQ(whole.code, 87);
  EXPECT_LE(whole.peak, zeros.size() + piece_size + 8 * kib);
}

// A context lives as long as its shard; the next small batch ends what a large one took.
TEST_F(BombMemory, what_a_large_block_took_is_not_kept) {
  auto zeros = open_record(1 << 30);
  zeros.resize(90 * mib);
  std::string raw;
  snappy::Compress(reinterpret_cast<const char*>(zeros.data()), zeros.size(), &raw);
  Buffer window(9);
  std::memcpy(window.data(), "\x28\xb5\x2f\xfd\0\x88\1\0\0", 9);
  const auto small_snappy = packed(Codec::snappy, as_bytes("a"));
  const auto small_zstd = packed(Codec::zstd, as_bytes("a"));
  CompressionContext context;
  const MemoryPeak peak;
  const auto read = [&context](Codec codec, Bytes bytes) {
    Decompressor stream(context, codec, bytes, INT32_MAX);
    while (!stream.next()->empty()) {
    }
  };
  read(Codec::snappy, as_bytes(raw));
  read(Codec::zstd, window);
  EXPECT_GE(peak.bytes(), 218 * mib);
  read(Codec::snappy, small_snappy);
  read(Codec::zstd, small_zstd);
  EXPECT_LE(peak.held(), mib);
}

// Honest and large: what is written anew is there twice, never three times.
TEST_F(BombMemory, a_batch_that_is_written_anew_is_there_twice) {
  BatchBuilder builder({});
  const Buffer value(40 * mib, std::byte{'v'});
  builder.add({.key = Blob(as_bytes("k")), .value = Blob(Bytes(value))});
  builder.add({.key = Blob(as_bytes("l")), .value = Blob(Bytes(value))});
  const std::size_t size = builder.size();
  CompressionContext context;
  Buffer batch;
  ASSERT_TRUE(builder.build_to(context, {Codec::zstd, {}}, batch));
  const auto stored = batch;

  rules.compression = Compression{Codec::lz4, {}};
  const auto judged = judge(batch);
  EXPECT_EQ(judged.code, 0);
  EXPECT_LE(judged.peak, 2 * size + 6 * mib);

  Buffer out;
  const MemoryPeak peak;
  const auto kept = filter_batch(
      context, BatchView(stored), {}, [](const Record& r) { return as_text(r.key.view()) == "k"; },
      out);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->records_kept, 1);
  EXPECT_LE(peak.bytes(), 2 * size + 6 * mib);
}

// A million records of seven bytes: no more is held for each than a bit.
TEST_F(BombMemory, many_tiny_records_are_not_held_one_by_one) {
  constexpr std::int32_t count = 1'000'000;
  Buffer records;
  records.reserve(11 * std::size_t{count});
  for (std::int32_t i = 0; i < count; ++i) {
    std::byte delta[varint_size_max];
    const auto size = write_varint(delta, i) - delta;
    put_signed(records, static_cast<std::int32_t>(6 + size));
    records.insert(records.end(), {std::byte{0}, std::byte{0}});
    records.insert(records.end(), delta, delta + size);
    records.insert(records.end(), {std::byte{2}, std::byte{'k'}, std::byte{0}, std::byte{0}});
  }
  const auto batch = batch_of(Codec::zstd, packed(Codec::zstd, records), count);
  ASSERT_EQ(judge(batch).code, 0);
  CompressionContext context;
  Buffer out;
  const MemoryPeak peak;
  std::int32_t seen = 0;
  const auto kept = filter_batch(
      context, BatchView(batch), {}, [&seen](const Record&) { return seen++ % 2 == 0; }, out);
  ASSERT_TRUE(kept) << kept.error().message();
  EXPECT_EQ(kept->records_kept, count / 2);
  EXPECT_LE(peak.bytes(), 2 * records.size() + 6 * mib);
}

}  // namespace
}  // namespace weir::wire
