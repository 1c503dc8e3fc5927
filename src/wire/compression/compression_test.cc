#include "wire/compression/compression.h"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <string>

#include "base/random.h"

namespace weir::wire {
namespace {

using Buffer = std::vector<std::byte>;
constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr Codec every_codec[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

Buffer text_like(std::size_t size, std::uint64_t seed) {
  SeededRandom random(seed);
  Buffer out;
  while (out.size() < size) {
    const std::string word = "word" + std::to_string(random.below(500)) + ' ';
    for (const char c : word) out.push_back(static_cast<std::byte>(c));
  }
  out.resize(size);
  return out;
}

Buffer noise(std::size_t size, std::uint64_t seed) {
  SeededRandom random(seed);
  Buffer out(size);
  for (auto& byte : out) byte = static_cast<std::byte>(random.next());
  return out;
}

class CompressionTest : public testing::Test {
 protected:
  Buffer pack(const Compression& how, Bytes input) {
    Buffer out;
    const auto result = compress(context, how, input, out);
    EXPECT_TRUE(result) << result.error().message();
    return out;
  }
  Result<Buffer> unpack(Codec codec, Bytes input, std::uint64_t limit = 64 * mib) {
    Buffer out;
    TRY(decompress(context, codec, input, limit, out));
    return out;
  }
  Errc error_of(Codec codec, Bytes input, std::uint64_t limit = 64 * mib) {
    const auto result = unpack(codec, input, limit);
    EXPECT_FALSE(result) << "it should have been refused";
    return result ? Errc::io : result.error().code;
  }

  CompressionContext context;
};

TEST_F(CompressionTest, every_codec_gives_back_what_it_took) {
  for (const auto codec : every_codec) {
    for (const std::size_t size : {1uz, 100uz, 32768uz, 32769uz, 65536uz, 65537uz, 300'000uz}) {
      for (const auto& input : {text_like(size, size), noise(size, size), Buffer(size)}) {
        EXPECT_EQ(unpack(codec, pack({codec, {}}, input)), input) << int(codec) << ' ' << size;
      }
    }
  }
}

TEST_F(CompressionTest, nothing_compresses_to_something_that_is_nothing) {
  for (const auto codec : every_codec) {
    EXPECT_EQ(unpack(codec, pack({codec, {}}, {})), Buffer{}) << int(codec);
  }
}

TEST_F(CompressionTest, every_level_round_trips_and_appends) {
  const auto input = text_like(50'000, 1);
  const Buffer before(3, std::byte{9});
  for (const auto codec : {Codec::gzip, Codec::lz4, Codec::zstd}) {
    const auto range = level_range(codec);
    ASSERT_TRUE(range);
    for (int level = std::max(range->min, -7); level <= range->max; ++level) {
      if (codec != Codec::zstd && level < 1) continue;
      auto out = before;
      ASSERT_TRUE(compress(context, {codec, level}, input, out));
      EXPECT_TRUE(std::equal(before.begin(), before.end(), out.begin()));
      EXPECT_EQ(unpack(codec, Bytes(out).subspan(3)), input) << int(codec) << ' ' << level;
    }
  }
  EXPECT_LT(pack({Codec::gzip, 9}, input).size(), pack({Codec::gzip, 1}, input).size());
  EXPECT_LT(pack({Codec::lz4, 12}, input).size(), pack({Codec::lz4, 9}, input).size())
      << "level 9 is Kafka's name of the fast compressor";
}

TEST_F(CompressionTest, a_truncated_stream_is_corrupt_wherever_it_is_cut) {
  const auto input = text_like(200'000, 2);
  for (const auto codec : {Codec::gzip, Codec::lz4, Codec::zstd}) {
    const auto packed = pack({codec, {}}, input);
    for (std::size_t size = 0; size < packed.size(); size += 1 + size / 50) {
      EXPECT_EQ(error_of(codec, Bytes(packed).first(size)), Errc::corrupt)
          << int(codec) << ' ' << size;
    }
  }
}

TEST_F(CompressionTest, a_truncated_snappy_stream_is_corrupt_or_ends_between_blocks) {
  const auto input = text_like(40'000, 2);
  const auto packed = pack({Codec::snappy, {}}, input);
  int whole_blocks = 0;
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto result = unpack(Codec::snappy, Bytes(packed).first(size));
    if (result) {
      ++whole_blocks;
      EXPECT_EQ(result->size() % 32768, 0u);
    } else {
      EXPECT_EQ(result.error().code, Errc::corrupt);
    }
  }
  EXPECT_EQ(whole_blocks, 2) << "framing has no end mark: no block, or one of 32 KiB";
}

TEST_F(CompressionTest, the_limit_is_exact) {
  for (const auto codec : every_codec) {
    for (const std::size_t size : {1000uz, 100'000uz, 400'000uz}) {
      const auto input = text_like(size, 3);
      const auto packed = pack({codec, {}}, input);
      EXPECT_TRUE(unpack(codec, packed, size)) << int(codec) << ' ' << size;
      EXPECT_EQ(error_of(codec, packed, size - 1), Errc::too_large) << int(codec) << ' ' << size;
    }
  }
}

TEST_F(CompressionTest, a_bomb_is_too_large_before_it_is_unpacked) {
  const Buffer zeros(16 * mib);
  for (const auto codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const auto bomb = pack({codec, {}}, zeros);
    std::uint64_t seen = 0;
    Decompressor stream(context, codec, bomb, mib);
    for (;;) {
      const auto piece = stream.next();
      if (!piece) {
        EXPECT_EQ(piece.error().code, Errc::too_large);
        break;
      }
      ASSERT_FALSE(piece->empty());
      ASSERT_LE(piece->size(), 64 * 1024u);
      seen += piece->size();
    }
    EXPECT_LE(seen, mib);
  }
}

TEST_F(CompressionTest, an_error_leaves_the_context_usable) {
  const auto input = text_like(500'000, 4);
  for (const auto codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const auto packed = pack({codec, {}}, input);
    auto bad = packed;
    for (std::size_t at = 100; at < bad.size(); at += 97) bad[at] = std::byte{0xff};
    EXPECT_EQ(error_of(codec, bad), Errc::corrupt) << int(codec);
    EXPECT_EQ(unpack(codec, packed), input) << int(codec);
  }
}

TEST_F(CompressionTest, unknown_codec_numbers_are_unsupported) {
  for (const int number : {5, 6, 7}) {
    EXPECT_EQ(error_of(static_cast<Codec>(number), as_bytes("abc")), Errc::unsupported);
    Buffer out;
    EXPECT_EQ(
        compress(context, {static_cast<Codec>(number), {}}, as_bytes("abc"), out).error().code,
        Errc::unsupported);
  }
}

TEST_F(CompressionTest, gzip_members_follow_one_another_and_rubbish_does_not) {
  auto packed = pack({Codec::gzip, {}}, as_bytes("hello "));
  const auto second = pack({Codec::gzip, {}}, as_bytes("world"));
  packed.insert(packed.end(), second.begin(), second.end());
  const auto result = unpack(Codec::gzip, packed);
  ASSERT_TRUE(result);
  EXPECT_EQ(as_text(*result), "hello world");
  packed.push_back(std::byte{7});
  EXPECT_EQ(error_of(Codec::gzip, packed), Errc::corrupt);
}

TEST_F(CompressionTest, a_gzip_trailer_that_lies_is_corrupt) {
  const auto good = pack({Codec::gzip, {}}, text_like(5000, 5));
  for (std::size_t from_end = 1; from_end <= 8; ++from_end) {
    auto bad = good;
    bad[bad.size() - from_end] ^= std::byte{1};
    EXPECT_EQ(error_of(Codec::gzip, bad), Errc::corrupt) << from_end;
  }
}

TEST_F(CompressionTest, raw_snappy_is_read_and_xerial_is_written) {
  const auto input = text_like(100'000, 6);
  std::string raw;
  snappy::Compress(reinterpret_cast<const char*>(input.data()), input.size(), &raw);
  EXPECT_EQ(unpack(Codec::snappy, as_bytes(raw)), input);
  EXPECT_EQ(error_of(Codec::snappy, as_bytes(raw), 99'999), Errc::too_large);
  const auto packed = pack({Codec::snappy, {}}, input);
  EXPECT_EQ(std::memcmp(packed.data(), "\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16), 0);
}

TEST_F(CompressionTest, xerial_streams_may_be_concatenated) {
  auto packed = pack({Codec::snappy, {}}, as_bytes("one"));
  const auto second = pack({Codec::snappy, {}}, as_bytes("two"));
  packed.insert(packed.end(), second.begin(), second.end());
  const auto result = unpack(Codec::snappy, packed);
  ASSERT_TRUE(result);
  EXPECT_EQ(as_text(*result), "onetwo");
}

TEST_F(CompressionTest, snappy_lengths_that_lie_are_corrupt) {
  const auto good = pack({Codec::snappy, {}}, as_bytes("some text in one block"));
  for (const std::int32_t length : {-1, 0, 1'000'000, INT32_MAX, INT32_MIN}) {
    auto bad = good;
    store_be(bad.data() + 16, length);
    EXPECT_EQ(error_of(Codec::snappy, bad), Errc::corrupt) << length;
  }
  // Five bytes that claim to hold 4 GiB.
  const Buffer claim{std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                     std::byte{0xf}};
  EXPECT_EQ(error_of(Codec::snappy, claim, std::uint64_t{1} << 40), Errc::corrupt);
  EXPECT_EQ(error_of(Codec::snappy, {}), Errc::corrupt);
}

Buffer lz4_frame(Bytes input, const LZ4F_preferences_t& how) {
  Buffer out(LZ4F_compressFrameBound(input.size(), &how));
  out.resize(LZ4F_compressFrame(out.data(), out.size(), input.data(), input.size(), &how));
  return out;
}

TEST_F(CompressionTest, lz4_frames_with_every_checksum_and_block_size_are_read) {
  const auto input = text_like(1'000'000, 7);
  for (const auto block : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max1MB, LZ4F_max4MB}) {
    LZ4F_preferences_t how{};
    how.frameInfo = {.blockSizeID = block,
                     .blockMode = LZ4F_blockIndependent,
                     .contentChecksumFlag = LZ4F_contentChecksumEnabled,
                     .contentSize = input.size(),
                     .blockChecksumFlag = LZ4F_blockChecksumEnabled};
    EXPECT_EQ(unpack(Codec::lz4, lz4_frame(input, how)), input);
  }
}

TEST_F(CompressionTest, lz4_frames_that_kafka_does_not_read_are_refused) {
  const auto input = text_like(200'000, 8);
  LZ4F_preferences_t dependent{};
  dependent.frameInfo.blockMode = LZ4F_blockLinked;
  EXPECT_EQ(error_of(Codec::lz4, lz4_frame(input, dependent)), Errc::unsupported);

  const auto frame = pack({Codec::lz4, {}}, input);
  Buffer skippable{std::byte{0x50}, std::byte{0x2a}, std::byte{0x4d}, std::byte{0x18},
                   std::byte{0},    std::byte{0},    std::byte{0},    std::byte{0}};
  skippable.insert(skippable.end(), frame.begin(), frame.end());
  EXPECT_EQ(error_of(Codec::lz4, skippable), Errc::corrupt);

  auto two = frame;
  two.insert(two.end(), frame.begin(), frame.end());
  EXPECT_EQ(error_of(Codec::lz4, two), Errc::corrupt);
}

TEST_F(CompressionTest, an_lz4_content_size_that_lies_is_corrupt) {
  const auto input = text_like(1000, 9);
  for (const std::uint64_t claim : {std::uint64_t{999}, std::uint64_t{1} << 62}) {
    LZ4F_cctx* writer = nullptr;
    LZ4F_createCompressionContext(&writer, LZ4F_VERSION);
    LZ4F_preferences_t how{};
    how.frameInfo.blockMode = LZ4F_blockIndependent;
    how.frameInfo.contentSize = claim;
    Buffer frame(10'000);
    auto size = LZ4F_compressBegin(writer, frame.data(), frame.size(), &how);
    size += LZ4F_compressUpdate(writer, frame.data() + size, frame.size() - size, input.data(),
                                input.size(), nullptr);
    size += LZ4F_flush(writer, frame.data() + size, frame.size() - size, nullptr);
    LZ4F_freeCompressionContext(writer);
    frame.resize(size + 4);  // the end mark
    EXPECT_EQ(error_of(Codec::lz4, frame), Errc::corrupt) << claim;
  }
}

TEST_F(CompressionTest, zstd_frames_follow_one_another_with_skippable_ones_between) {
  auto packed = pack({Codec::zstd, {}}, as_bytes("one "));
  const Buffer skippable{std::byte{0x50}, std::byte{0x2a}, std::byte{0x4d},
                         std::byte{0x18}, std::byte{1},    std::byte{0},
                         std::byte{0},    std::byte{0},    std::byte{9}};
  for (int i = 0; i < 10'000; ++i) packed.insert(packed.end(), skippable.begin(), skippable.end());
  const auto second = pack({Codec::zstd, {}}, as_bytes("two"));
  packed.insert(packed.end(), second.begin(), second.end());
  const auto result = unpack(Codec::zstd, packed);
  ASSERT_TRUE(result);
  EXPECT_EQ(as_text(*result), "one two");
}

TEST_F(CompressionTest, a_zstd_content_size_or_window_that_lies_is_refused) {
  // Single segment, content size 2^40, no block: the window is the content size.
  const Buffer claim{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd},
                     std::byte{0xe0}, std::byte{0},    std::byte{0},    std::byte{0},
                     std::byte{0},    std::byte{0},    std::byte{1},    std::byte{0},
                     std::byte{0}};
  EXPECT_EQ(error_of(Codec::zstd, claim), Errc::too_large);
  // A window of 64 MiB where 1 MiB is the limit.
  const Buffer window{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f},
                      std::byte{0xfd}, std::byte{0},    std::byte{0x80},
                      std::byte{1},    std::byte{0},    std::byte{0}};
  EXPECT_EQ(error_of(Codec::zstd, window, mib), Errc::too_large);
  EXPECT_EQ(unpack(Codec::zstd, window, 64 * mib), Buffer{})
      << "an empty frame with that window is fine";
  // A content size one too small.
  auto lying = pack({Codec::zstd, {}}, text_like(1000, 10));
  ASSERT_EQ(lying[4], std::byte{0x60});  // single segment, two bytes of size - 256
  lying[5] ^= std::byte{1};
  EXPECT_EQ(error_of(Codec::zstd, lying), Errc::corrupt);
}

TEST_F(CompressionTest, mutated_streams_give_an_error_or_something_within_the_limit) {
  SeededRandom random(11);
  const auto input = text_like(20'000, 11);
  for (const auto codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const auto packed = pack({codec, {}}, input);
    for (int round = 0; round < 2000; ++round) {
      auto bad = packed;
      for (auto flips = 1 + random.below(4); flips > 0; --flips) {
        bad[random.below(bad.size())] = static_cast<std::byte>(random.next());
      }
      const auto result = unpack(codec, bad, 30'000);
      if (result) {
        EXPECT_LE(result->size(), 30'000u);
      } else {
        const auto code = result.error().code;
        EXPECT_TRUE(code == Errc::corrupt || code == Errc::too_large || code == Errc::unsupported);
      }
    }
  }
}

}  // namespace
}  // namespace weir::wire
