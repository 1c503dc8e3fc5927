#include "metadata/controller/topic_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::metadata {
namespace {

bool is_allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

char unified(char c) { return c == '.' ? '_' : c; }

}  // namespace

std::optional<std::string> topic_name_problem(std::string_view name) {
  constexpr std::string_view begin = "Topic name is invalid: ";
  if (name.empty()) return fmt::format("{}the empty string is not allowed", begin);
  if (name == "." || name == "..") return fmt::format("{}'{}' is not allowed", begin, name);
  if (name.size() > topic_name_size_max) {
    return fmt::format("{}the length of '{}' is longer than the max allowed length {}", begin, name,
                       topic_name_size_max);
  }
  if (!std::all_of(name.begin(), name.end(), is_allowed)) {
    return fmt::format(
        "{}'{}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
        begin, name);
  }
  return std::nullopt;
}

bool names_collide(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return unified(x) == unified(y); });
}

const Topic* colliding_topic(const Image& image, std::string_view name) {
  if (name.find_first_of("._") == std::string_view::npos) return nullptr;
  for (const auto& [existing, id] : image.topic_ids) {
    if (names_collide(existing, name)) return image.topic(id);
  }
  return nullptr;
}

}  // namespace weir::metadata
