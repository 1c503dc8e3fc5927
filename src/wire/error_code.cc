#include "wire/error_code.h"

#include <array>
#include <cstddef>
#include <iterator>

namespace weir::wire {
namespace {

constexpr int final_error = 0;
constexpr int retriable = 1;
constexpr int refresh_metadata = 2;

struct Row {
  std::int16_t code;
  std::string_view name;
  int traits;
  std::string_view message;
};
constexpr Row rows[] = {
#define WEIR_ERROR(code, name, traits, message) {code, #name, traits, message},
#include "wire/error_codes.inc"
#undef WEIR_ERROR
};
constexpr std::size_t count = std::size(rows);
constexpr std::int16_t lowest = rows[0].code;

consteval bool is_dense() {
  for (std::size_t i = 0; i < count; ++i) {
    if (rows[i].code != lowest + static_cast<int>(i)) return false;
  }
  return true;
}
static_assert(is_dense(), "codes ascend without a hole, so that they are indexes");

consteval std::size_t letters() {
  std::size_t sum = 0;
  for (const auto& row : rows) sum += row.name.size();
  return sum;
}
constexpr auto upper_case = [] {
  std::array<char, letters()> out{};
  std::size_t at = 0;
  for (const auto& row : rows) {
    for (const char c : row.name) {
      out[at++] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return out;
}();

constexpr auto table = [] {
  std::array<ErrorInfo, count> out{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& row = rows[i];
    out[i] = {static_cast<ErrorCode>(row.code),
              {upper_case.data() + at, row.name.size()},
              (row.traits & retriable) != 0,
              (row.traits & refresh_metadata) != 0,
              row.message};
    at += row.name.size();
  }
  return out;
}();

}  // namespace

std::span<const ErrorInfo> all_errors() { return table; }

const ErrorInfo& error_info(std::int16_t code) {
  const int index = code - lowest;
  return table[index >= 0 && static_cast<std::size_t>(index) < count
                   ? static_cast<std::size_t>(index)
                   : 0];
}

}  // namespace weir::wire
