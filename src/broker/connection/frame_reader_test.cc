#include "broker/connection/frame_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/random.h"

namespace weir::broker {
namespace {

std::vector<std::byte> framed(const std::vector<std::size_t>& sizes) {
  std::vector<std::byte> stream;
  std::uint8_t fill = 1;
  for (const std::size_t size : sizes) {
    std::byte head[4];
    store_be(head, static_cast<std::int32_t>(size));
    stream.insert(stream.end(), head, head + 4);
    stream.insert(stream.end(), size, std::byte{fill++});
  }
  return stream;
}

// Feeds the stream in pieces of the sizes that `piece` gives and returns the frames' contents.
template <class PieceSize>
std::vector<std::vector<std::byte>> read_all(FrameReader& reader, Bytes stream, PieceSize piece) {
  std::vector<std::vector<std::byte>> frames;
  while (!stream.empty()) {
    const MutableBytes room = reader.room();
    EXPECT_FALSE(room.empty());
    const std::size_t n = std::min({room.size(), stream.size(), piece()});
    std::memcpy(room.data(), stream.data(), n);
    reader.received(n);
    stream = stream.subspan(n);
    for (;;) {
      auto frame = reader.next();
      EXPECT_TRUE(frame.has_value());
      if (!*frame) break;
      frames.emplace_back((*frame)->bytes.begin(), (*frame)->bytes.end());
    }
  }
  return frames;
}

TEST(FrameReader, any_split_of_the_stream_gives_the_same_frames) {
  const std::vector<std::size_t> sizes{1, 10, 65536, 3, 65532, 200000, 1, 1000000, 70000, 12};
  const auto stream = framed(sizes);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ChunkPool pool(4);
    SeededRandom random(seed);
    FrameReader reader(pool, 1 << 20);
    const auto frames = read_all(reader, stream, [&] { return 1 + random.below(100000); });
    ASSERT_EQ(frames.size(), sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      EXPECT_EQ(frames[i], std::vector<std::byte>(sizes[i], std::byte(i + 1)));
    }
    reader.release();
    EXPECT_EQ(pool.bytes_in_use(), 0u);
  }
}

TEST(FrameReader, a_large_size_behind_a_small_frame_costs_no_more_than_a_usual_chunk) {
  ChunkPool pool(4);
  FrameReader reader(pool, 1 << 20);
  auto stream = framed({100, 500'000});
  stream.resize(110);
  const auto frames = read_all(reader, stream, [] { return std::size_t{110}; });
  EXPECT_EQ(frames.size(), 1u);
  EXPECT_FALSE(reader.room().empty());
  EXPECT_EQ(pool.bytes_in_use(), ChunkPool::usual_size);
}

TEST(FrameReader, a_frame_keeps_its_bytes_while_later_ones_arrive) {
  ChunkPool pool(4);
  FrameReader reader(pool, 1 << 20);
  std::vector<Frame> held;
  for (std::uint8_t i = 0; i < 100; ++i) {
    std::byte head[4];
    store_be(head, std::int32_t{3000});
    std::vector<std::byte> stream(head, head + 4);
    stream.resize(3004, std::byte{i});
    Bytes rest = stream;
    while (!rest.empty()) {
      const auto room = reader.room();
      const auto n = std::min(room.size(), rest.size());
      std::memcpy(room.data(), rest.data(), n);
      reader.received(n);
      rest = rest.subspan(n);
      auto frame = reader.next();
      if (frame && *frame) held.push_back(**frame);
    }
  }
  ASSERT_EQ(held.size(), 100u);
  for (std::uint8_t i = 0; i < 100; ++i) {
    EXPECT_TRUE(std::ranges::all_of(held[i].bytes, [i](std::byte b) { return b == std::byte{i}; }));
  }
}

TEST(FrameReader, an_announced_size_reserves_no_more_than_twice_what_came) {
  ChunkPool pool(4);
  FrameReader reader(pool, 100u << 20);
  std::byte head[4];
  store_be(head, std::int32_t{100 << 20});
  std::memcpy(reader.room().data(), head, 4);
  reader.received(4);
  ASSERT_TRUE(reader.next().has_value());
  reader.room();
  EXPECT_LE(pool.bytes_in_use(), 2 * ChunkPool::usual_size);
  std::size_t received = 4;
  while (received < (10u << 20)) {
    const auto room = reader.room();
    reader.received(room.size());
    received += room.size();
    EXPECT_LE(pool.bytes_in_use(), 4 * received + 2 * ChunkPool::usual_size);
  }
}

TEST(FrameReader, refuses_sizes_that_cannot_be) {
  for (const std::int32_t size : {0, -1, INT32_MIN, (1 << 20) + 1}) {
    ChunkPool pool(4);
    FrameReader reader(pool, 1 << 20);
    store_be(reader.room().data(), size);
    reader.received(4);
    EXPECT_FALSE(reader.next().has_value()) << size;
  }
}

TEST(FrameReader, an_idle_connection_holds_no_chunk) {
  ChunkPool pool(4);
  FrameReader reader(pool, 1 << 20);
  const auto stream = framed({100});
  EXPECT_EQ(read_all(reader, stream, [] { return std::size_t{1000}; }).size(), 1u);
  EXPECT_FALSE(reader.has_partial_frame());
  reader.release();
  EXPECT_EQ(pool.bytes_in_use(), 0u);
}

}  // namespace
}  // namespace weir::broker
