#include "metadata/config/java_value.h"

#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace weir::metadata {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_java_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// What lies between two commas, without the white space around them.
std::string_view strip_spaces(std::string_view text, bool first, bool last) {
  while (!first && !text.empty() && is_java_space(text.front())) text.remove_prefix(1);
  while (!last && !text.empty() && is_java_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view java_trim(std::string_view text) {
  const auto is_cut = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_cut(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_cut(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> java_integer(std::string_view text, std::int64_t low,
                                         std::int64_t high) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < low || value > high) return std::nullopt;
  return value;
}

std::optional<double> java_real(std::string_view text) {
  double sign = 1;
  if (text.starts_with('-') || text.starts_with('+')) {
    if (text.front() == '-') sign = -1;
    text.remove_prefix(1);
  }
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return sign * std::numeric_limits<double>::infinity();
  const bool hex = text.size() > 2 && text[0] == '0' && upper(text[1]) == 'X';
  if (hex) {
    text.remove_prefix(2);
    if (text.find_first_of("pP") == text.npos) return std::nullopt;
  }
  if (text.empty() || (!is_digit(text.front()) && text.front() != '.' && !hex)) return std::nullopt;
  const char last = upper(text.back());
  if ((last == 'D' || last == 'F') && (!hex || text.find_first_of("pP") < text.size() - 1)) {
    text.remove_suffix(1);
  }
  double value = 0;
  const auto format = hex ? std::chars_format::hex : std::chars_format::general;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    const std::size_t exponent = text.find_first_of(hex ? "pP" : "eE");
    const bool small = exponent != text.npos && text.substr(exponent + 1).starts_with('-');
    return sign * (small ? 0.0 : std::numeric_limits<double>::infinity());
  }
  if (error != std::errc{}) return std::nullopt;
  return sign * value;
}

std::string java_real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  const double size = std::fabs(value);
  if (size >= 1e-3 && size < 1e7) {
    std::string plain = fmt::format("{}", value);
    return plain.find('.') == plain.npos ? plain + ".0" : plain;
  }
  char buffer[40];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t at = text.find('e');
  std::string mantissa(text.substr(0, at));
  if (mantissa.find('.') == mantissa.npos) mantissa += ".0";
  int exponent = 0;
  const std::size_t digits = at + (text[at + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + digits, text.data() + text.size(), exponent);
  return fmt::format("{}E{}", mantissa, exponent);
}

std::vector<std::string> java_list(std::string_view text) {
  text = java_trim(text);
  std::vector<std::string> list;
  if (text.empty()) return list;
  for (std::size_t begin = 0;;) {
    const std::size_t comma = text.find(',', begin);
    const bool last = comma == text.npos;
    const std::string_view part = text.substr(begin, last ? text.npos : comma - begin);
    list.emplace_back(strip_spaces(part, begin == 0, last));
    if (last) return list;
    begin = comma + 1;
  }
}

std::string joined(const std::vector<std::string>& list, std::string_view separator) {
  std::string text;
  for (const std::string& element : list) {
    if (&element != &list.front()) text += separator;
    text += element;
  }
  return text;
}

std::string java_list_text(const std::vector<std::string>& list) {
  return "[" + joined(list, ", ") + "]";
}

}  // namespace weir::metadata
