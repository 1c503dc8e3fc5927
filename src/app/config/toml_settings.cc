#include "app/config/toml_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/config/toml.h"

namespace weir::app {
namespace {

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

Result<std::string> text_of(const toml::node& node, std::string_view name) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* array = node.as_array()) {
    std::string list;
    for (const toml::node& element : *array) {
      if (element.is_array() || element.is_table()) break;
      TRY_ASSIGN(const std::string text, text_of(element, name));
      if (&element != array->get(0)) list += ',';
      list += text;
      if (&element == array->get(array->size() - 1)) return list;
    }
    if (array->empty()) return list;
  }
  return fail(Errc::invalid,
              fmt::format("line {}: {} needs a text, a number, true, false or a list of these",
                          line_of(node), name));
}

Result<> flatten(const toml::table& table, const std::string& prefix,
                 std::vector<Setting>& settings) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      TRY(flatten(*inner, name + ".", settings));
      continue;
    }
    TRY_ASSIGN(std::string value, text_of(node, name));
    settings.push_back({name, std::move(value), line_of(node)});
  }
  return {};
}

}  // namespace

Result<std::vector<Setting>> parse_toml_settings(std::string_view text) {
  const toml::parse_result result = toml::parse(text);
  if (!result) {
    return fail(Errc::invalid, fmt::format("line {}: {}", result.error().source().begin.line,
                                           result.error().description()));
  }
  std::vector<Setting> settings;
  TRY(flatten(result.table(), "", settings));
  std::ranges::sort(settings, {}, &Setting::line);
  return settings;
}

}  // namespace weir::app
