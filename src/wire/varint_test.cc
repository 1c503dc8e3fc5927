#include "wire/varint.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

namespace weir::wire {
namespace {

template <class T>
void expect_round_trip(T value) {
  std::array<std::byte, varlong_size_max> buffer{};
  const auto* end = write_varint(buffer.data(), value);
  EXPECT_EQ(static_cast<std::size_t>(end - buffer.data()), varint_size(value));
  T back = 0;
  EXPECT_EQ(read_varint(buffer.data(), end, back), end);
  EXPECT_EQ(back, value);
  for (const auto* shorter = buffer.data(); shorter != end; ++shorter) {
    EXPECT_EQ(read_varint(buffer.data(), shorter, back), nullptr) << "truncated " << value;
  }
}

TEST(Varint, extremes_and_byte_boundaries_survive_a_round_trip) {
  for (int bit = 0; bit < 64; ++bit) {
    const auto power = std::uint64_t{1} << bit;
    for (const std::uint64_t bits : {power, power - 1, -power, ~power}) {
      const auto value = static_cast<std::int64_t>(bits);
      expect_round_trip(value);
      expect_round_trip(static_cast<std::int32_t>(value));
    }
  }
  expect_round_trip(std::numeric_limits<std::int64_t>::min());
  expect_round_trip(std::numeric_limits<std::int32_t>::min());
}

TEST(Varint, known_bytes) {
  const auto encode = [](std::int32_t value) {
    std::vector<std::byte> out(varint_size(value));
    write_varint(out.data(), value);
    return out;
  };
  EXPECT_EQ(encode(0), std::vector<std::byte>{std::byte{0}});
  EXPECT_EQ(encode(-1), std::vector<std::byte>{std::byte{1}});
  EXPECT_EQ(encode(63), std::vector<std::byte>{std::byte{0x7e}});
  EXPECT_EQ(encode(-65), (std::vector<std::byte>{std::byte{0x81}, std::byte{1}}));
}

TEST(Varint, a_continuation_bit_in_the_last_byte_is_refused) {
  const std::vector<std::byte> ones(11, std::byte{0xff});
  std::uint32_t narrow = 0;
  std::uint64_t wide = 0;
  EXPECT_EQ(read_unsigned_varint(ones.data(), ones.data() + 11, narrow), nullptr);
  EXPECT_EQ(read_unsigned_varint(ones.data(), ones.data() + 11, wide), nullptr);
}

TEST(Varint, bits_beyond_the_width_are_dropped) {
  const std::array<std::byte, 5> bytes{std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                                       std::byte{0xff}, std::byte{0x7f}};
  std::uint32_t value = 0;
  EXPECT_EQ(read_unsigned_varint(bytes.data(), bytes.data() + 5, value), bytes.data() + 5);
  EXPECT_EQ(value, std::numeric_limits<std::uint32_t>::max());
}

}  // namespace
}  // namespace weir::wire
