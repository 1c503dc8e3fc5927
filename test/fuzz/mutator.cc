#include "mutator.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string_view>

namespace weir::fuzz {
namespace {

using std::string_view_literals::operator""sv;

// What stands for a length in Kafka's compact forms and in records: none, one, few, the longest
// that fits 32 and 64 bits, one that is longer than any may be, and one that does not end.
constexpr auto varints = std::to_array<std::string_view>({
    "\x00"sv,
    "\x01"sv,
    "\x02"sv,
    "\x7f"sv,
    "\x80\x01"sv,
    "\xff\x7f"sv,
    "\xff\xff\x03"sv,
    "\xff\xff\xff\xff\x07"sv,
    "\xfe\xff\xff\xff\x0f"sv,
    "\xff\xff\xff\xff\x0f"sv,
    "\x80\x80\x80\x80\x80\x01"sv,
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv,
    "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"sv,
});

constexpr auto texts = std::to_array<std::string_view>({
    "-1"sv,
    "0"sv,
    "9"sv,
    "99999999999999999999"sv,
    "2147483648"sv,
    "-9223372036854775808"sv,
    "1e999"sv,
    "\n"sv,
    "\n\n"sv,
    "\r\n"sv,
    " "sv,
    "="sv,
    ":"sv,
    ","sv,
    "%"sv,
    "\\"sv,
    "\""sv,
    "{"sv,
    "["sv,
    "\xc3"sv,
    "\xef\xbf\xbf"sv,
    "\0"sv,
});

constexpr std::size_t run_max = 64;  // of bytes that are inserted, moved or removed, mostly

}  // namespace

std::size_t Mutator::change(std::uint8_t* data, std::size_t size, std::size_t size_max) {
  if (size == 0) return insert(data, size, size_max);
  switch (random_.below(8)) {
    case 0:
      return insert(data, size, size_max);
    case 1:
      return remove(data, size);
    case 2:
      return random_.below(size);  // cut off
    default:
      change_in_place(data, size);
      return size;
  }
}

void Mutator::change_in_place(std::uint8_t* data, std::size_t size) {
  const auto at = random_.below(size);
  switch (random_.below(6)) {
    case 0:
      data[at] ^= static_cast<std::uint8_t>(1U << random_.below(8));
      break;
    case 1:
      data[at] = static_cast<std::uint8_t>(random_.next());
      break;
    case 2:
    case 3:
      put_number(data, size);
      break;
    case 4:
      put_text(data, size);
      break;
    default: {  // another place of it once more
      const auto from = random_.below(size);
      const auto count = std::min({1 + random_.below(run_max), size - at, size - from});
      std::memmove(data + at, data + from, count);
    }
  }
}

// A big-endian number of 1, 2, 4 or 8 bytes: what lengths, counts and offsets are.
void Mutator::put_number(std::uint8_t* data, std::size_t size) {
  const std::size_t width = std::size_t{1} << random_.below(4);
  if (width > size) return;
  const auto at = random_.below(size - width + 1);
  const auto top = std::uint64_t{1} << (width * 8 - 1);  // as a signed one the least
  const std::array<std::uint64_t, 12> choices = {
      0,    1,         std::uint64_t{0} - 1, top,      top - 1,           top / 2,
      size, size - at, size - at - width,    size + 1, random_.below(16), random_.next()};
  auto number = choices[random_.below(choices.size())];
  for (std::size_t i = width; i > 0; --i, number >>= 8) {
    data[at + i - 1] = static_cast<std::uint8_t>(number);
  }
}

void Mutator::put_text(std::uint8_t* data, std::size_t size) {
  const auto text = random_.one_in(2) ? varints[random_.below(varints.size())]
                                      : texts[random_.below(texts.size())];
  const auto at = random_.below(size);
  std::memcpy(data + at, text.data(), std::min(text.size(), size - at));
}

std::size_t Mutator::insert(std::uint8_t* data, std::size_t size, std::size_t size_max) {
  if (size >= size_max) return size;
  const auto count =
      std::min<std::size_t>(1 + random_.below(random_.one_in(4) ? run_max : 8), size_max - size);
  const auto at = random_.below(size + 1);
  std::memmove(data + at + count, data + at, size - at);
  switch (random_.below(4)) {
    case 0:
      std::memset(data + at, static_cast<int>(random_.below(256)), count);
      break;
    case 1: {  // what stands behind it, twice
      const auto repeated = std::min(count, size - at);
      std::memcpy(data + at, data + at + count, repeated);
      std::memset(data + at + repeated, 0, count - repeated);
      break;
    }
    case 2: {
      std::memset(data + at, 0, count);
      put_text(data + at, count);
      break;
    }
    default:
      for (std::size_t i = 0; i < count; ++i) {
        data[at + i] = static_cast<std::uint8_t>(random_.next());
      }
  }
  return size + count;
}

std::size_t Mutator::remove(std::uint8_t* data, std::size_t size) {
  const auto count = std::min<std::size_t>(1 + random_.below(run_max), size);
  const auto at = random_.below(size - count + 1);
  std::memmove(data + at, data + at + count, size - at - count);
  return size - count;
}

Input Mutator::splice(const Input& first, const Input& second, std::size_t size_max) {
  Input made(first.begin(),
             first.begin() + static_cast<std::ptrdiff_t>(random_.below(first.size() + 1)));
  made.insert(made.end(),
              second.begin() + static_cast<std::ptrdiff_t>(random_.below(second.size() + 1)),
              second.end());
  if (made.size() > size_max) made.resize(size_max);
  return made;
}

}  // namespace weir::fuzz
