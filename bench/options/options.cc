#include "options/options.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace weir::bench {
namespace {

std::optional<std::int64_t> unit_of(std::string_view suffix) {
  static const std::map<std::string_view, std::int64_t> units{
      {"", 1},           {"k", 1'000},      {"M", 1'000'000}, {"G", 1'000'000'000},
      {"Ki", 1LL << 10}, {"Mi", 1LL << 20}, {"Gi", 1LL << 30}};
  const auto found = units.find(suffix);
  if (found == units.end()) return std::nullopt;
  return found->second;
}

}  // namespace

Result<Options> Options::parse(std::span<const char* const> words) {
  Options options;
  for (const std::string_view word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
      return fail(Errc::invalid, "'" + std::string(word) + "' is not NAME=VALUE");
    }
    const std::string name(word.substr(0, equals));
    if (!options.values_.emplace(name, word.substr(equals + 1)).second) {
      return fail(Errc::invalid, "'" + name + "' comes twice");
    }
  }
  return options;
}

std::string Options::text(const std::string& name, const std::string& otherwise) {
  asked_.insert(name);
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

std::int64_t Options::number(const std::string& name, std::int64_t otherwise) {
  const std::string value = text(name, "");
  if (!values_.contains(name)) return otherwise;
  std::int64_t number = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, number);
  const auto unit = unit_of({parsed.ptr, static_cast<std::size_t>(end - parsed.ptr)});
  const std::int64_t most = unit ? INT64_MAX / *unit : 0;
  if (parsed.ec != std::errc{} || !unit || number > most || number < -most) {
    if (wrong_.empty()) wrong_ = name;
    return otherwise;
  }
  return number * *unit;
}

Result<> Options::check() const {
  if (!wrong_.empty()) return fail(Errc::invalid, "'" + wrong_ + "' is no number");
  for (const auto& [name, value] : values_) {
    if (!asked_.contains(name)) return fail(Errc::invalid, "'" + name + "' is not known");
  }
  return {};
}

}  // namespace weir::bench
