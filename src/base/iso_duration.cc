#include "base/iso_duration.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <span>

namespace weir {
namespace {

constexpr std::size_t fraction_max = 9;  // digits

struct Unit {
  char letter;
  std::int64_t ms;
};
constexpr std::array<Unit, 1> of_days{{{'D', 86'400'000}}};
constexpr std::array<Unit, 3> of_time{{{'H', 3'600'000}, {'M', 60'000}, {'S', 1'000}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool take(std::string_view& text, char letter) {
  if (text.empty()) return false;
  const char front = text.front();
  const char upper = front >= 'a' && front <= 'z' ? static_cast<char>(front - 'a' + 'A') : front;
  if (upper != letter) return false;
  text.remove_prefix(1);
  return true;
}

// A sign or none; +1 or -1.
std::int64_t take_sign(std::string_view& text) {
  if (take(text, '-')) return -1;
  take(text, '+');
  return 1;
}

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::int64_t milliseconds_of(std::string_view fraction) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 3; ++i) ms = ms * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  return ms;
}

// A number of this unit, if one is in front. False: it cannot be, or `total` is too large for it.
bool take_component(std::string_view& text, const Unit& unit, std::int64_t& total, bool& any) {
  std::string_view rest = text;
  const std::int64_t sign = take_sign(rest);
  const std::string_view whole = take_digits(rest);
  const bool has_fraction = !whole.empty() && (take(rest, '.') || take(rest, ','));
  const std::string_view fraction = has_fraction ? take_digits(rest) : std::string_view();
  if (whole.empty() || !take(rest, unit.letter)) return true;
  if (has_fraction && (unit.letter != 'S' || fraction.size() > fraction_max)) return false;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  text = rest;
  any = true;
  return error == std::errc{} && !__builtin_mul_overflow(number, sign * unit.ms, &number) &&
         !__builtin_add_overflow(number, sign * milliseconds_of(fraction), &number) &&
         !__builtin_add_overflow(total, number, &total);
}

bool take_all(std::string_view& text, std::span<const Unit> units, std::int64_t& total, bool& any) {
  for (const Unit& unit : units) {
    if (!take_component(text, unit, total, any)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_iso_duration(std::string_view text) {
  const std::int64_t sign = take_sign(text);
  if (!take(text, 'P')) return std::nullopt;
  std::int64_t total = 0;
  bool any = false;
  if (!take_all(text, of_days, total, any)) return std::nullopt;
  if (take(text, 'T')) {
    any = false;
    if (!take_all(text, of_time, total, any)) return std::nullopt;
  }
  if (!any || !text.empty() || total == INT64_MIN) return std::nullopt;
  return std::chrono::milliseconds(sign * total);
}

}  // namespace weir
