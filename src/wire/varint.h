#pragma once
// Variable-length integers as Kafka writes them: seven bits a byte, least significant first, the
// high bit says that more follows. "Signed" ones are zigzag encoded (records), unsigned ones are
// not (flexible messages). A 32-bit one takes at most 5 bytes, a 64-bit one at most 10; bits beyond
// the width in the last byte are dropped, as Kafka drops them; a continuation bit in the last byte
// is an error.
//
// Readers take [from, end) and return the byte after the number, or null when it is truncated or
// too long. Writers return the byte after the last one written; the caller has made room.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weir::wire {

inline constexpr std::size_t varint_size_max = 5;
inline constexpr std::size_t varlong_size_max = 10;

constexpr std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int32_t unzigzag(std::uint32_t value) {
  return static_cast<std::int32_t>((value >> 1) ^ (0 - (value & 1)));
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

// T is std::uint32_t or std::uint64_t.
template <class T>
constexpr const std::byte* read_unsigned_varint(const std::byte* from, const std::byte* end,
                                                T& value) {
  static_assert(std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>);
  constexpr std::size_t size_max = sizeof(T) == 4 ? varint_size_max : varlong_size_max;
  if (from != end && static_cast<std::uint8_t>(*from) < 0x80) {  // most are one byte
    value = static_cast<std::uint8_t>(*from);
    return from + 1;
  }
  T result = 0;
  for (std::size_t i = 0; i < size_max && from != end; ++i) {
    const auto byte = static_cast<std::uint8_t>(*from++);
    result |= static_cast<T>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      value = result;
      return from;
    }
  }
  return nullptr;
}

// T is std::int32_t or std::int64_t.
template <class T>
constexpr const std::byte* read_varint(const std::byte* from, const std::byte* end, T& value) {
  std::make_unsigned_t<T> raw = 0;
  from = read_unsigned_varint(from, end, raw);
  if (from != nullptr) value = unzigzag(raw);
  return from;
}

template <class T>
constexpr std::byte* write_unsigned_varint(std::byte* to, T value) {
  static_assert(std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>);
  while (value >= 0x80) {
    *to++ = static_cast<std::byte>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<std::byte>(value);
  return to;
}
template <class T>
constexpr std::byte* write_varint(std::byte* to, T value) {
  return write_unsigned_varint(to, zigzag(value));
}

template <class T>
constexpr std::size_t unsigned_varint_size(T value) {
  static_assert(std::is_unsigned_v<T>);
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}
template <class T>
constexpr std::size_t varint_size(T value) {
  return unsigned_varint_size(zigzag(value));
}

}  // namespace weir::wire
