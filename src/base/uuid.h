#pragma once
// 128-bit ids of topics, directories and clusters, in Kafka's text form: base64url without padding,
// 22 characters. The first hundred values are reserved (0 stands for "none").

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir {

class RandomSource;

struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Uuid&) const = default;
  bool is_zero() const { return high == 0 && low == 0; }

  std::string text() const;                          // "AAAAAAAAAAAAAAAAAAAAAQ"
  static Result<Uuid> parse(std::string_view text);  // 22 characters; error: invalid

  // A version 4 UUID that is not reserved and whose text does not start with '-', as Kafka makes
  // them.
  static Uuid random(RandomSource& random);
};

// Kafka's reserved ids (DirectoryId.java, Uuid.java).
inline constexpr Uuid zero_uuid{};
inline constexpr Uuid metadata_topic_id{0, 1};
inline constexpr Uuid directory_migrating{0, 0};
inline constexpr Uuid directory_unassigned{0, 1};
inline constexpr Uuid directory_lost{0, 2};

}  // namespace weir

template <>
struct std::hash<weir::Uuid> {
  std::size_t operator()(const weir::Uuid& id) const noexcept {
    return static_cast<std::size_t>(id.high * 0x9E3779B97F4A7C15ULL ^ id.low);
  }
};
