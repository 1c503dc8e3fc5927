// Reading, checking and printing one value.

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "metadata/config/config_definition.h"
#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

std::unexpected<Error> bad_value(const ConfigDefinition& definition, std::string_view value,
                                 std::string_view why) {
  return fail(Errc::invalid, fmt::format("Invalid value {} for configuration {}: {}", value,
                                         definition.name, why));
}

bool equals_any_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(left, right, {}, lower, lower);
}

Result<ConfigValue> read_integer(const ConfigDefinition& definition, std::string_view text,
                                 std::int64_t low, std::int64_t high, std::string_view type) {
  const auto value = java_integer(java_trim(text), low, high);
  if (!value) return bad_value(definition, text, fmt::format("Not a number of type {}", type));
  return ConfigValue(*value);
}

template <class Int>
Result<ConfigValue> read_integer(const ConfigDefinition& definition, std::string_view text,
                                 std::string_view type) {
  using limits = std::numeric_limits<Int>;
  return read_integer(definition, text, limits::min(), limits::max(), type);
}

// A value of the right type, not checked further.
Result<ConfigValue> read_type(const ConfigDefinition& definition, std::string_view text) {
  const std::string_view trimmed = java_trim(text);
  switch (definition.type) {
    case ConfigType::boolean:
      if (equals_any_case(trimmed, "true")) return ConfigValue(true);
      if (equals_any_case(trimmed, "false")) return ConfigValue(false);
      return bad_value(definition, text, "Expected value to be either true or false");
    case ConfigType::int16:
      return read_integer<std::int16_t>(definition, text, "SHORT");
    case ConfigType::int32:
      return read_integer<std::int32_t>(definition, text, "INT");
    case ConfigType::int64:
      return read_integer<std::int64_t>(definition, text, "LONG");
    case ConfigType::real: {
      const auto value = java_real(trimmed);
      if (!value) return bad_value(definition, text, "Not a number of type DOUBLE");
      return ConfigValue(*value);
    }
    case ConfigType::list:
      return ConfigValue(java_list(text));
    case ConfigType::unknown:
    case ConfigType::string:
    case ConfigType::class_name:
    case ConfigType::password:
      break;
  }
  return ConfigValue(std::string(trimmed));
}

Result<> check_range(const ConfigDefinition& definition, const ConfigValue& value) {
  const double number = std::holds_alternative<double>(value)
                            ? std::get<double>(value)
                            : static_cast<double>(std::get<std::int64_t>(value));
  const std::string shown = format_config(value).value_or("");
  if (definition.minimum && number < *definition.minimum) {
    return bad_value(definition, shown,
                     fmt::format("Value must be at least {}", *definition.minimum));
  }
  if (definition.maximum && number > *definition.maximum) {
    return bad_value(definition, shown,
                     fmt::format("Value must be no more than {}", *definition.maximum));
  }
  return {};
}

bool is_word(const ConfigDefinition& definition, std::string_view word) {
  return std::ranges::find(definition.values, word) != definition.values.end();
}

std::string words(const ConfigDefinition& definition) {
  return joined(std::vector<std::string>(definition.values.begin(), definition.values.end()), ", ");
}

Result<> check_list(const ConfigDefinition& definition, std::vector<std::string>& list,
                    Repeated repeated) {
  if (list.empty() && !definition.is_empty_allowed) {
    return fail(
        Errc::invalid,
        fmt::format(
            "Configuration '{}' must not be empty. Valid values include: {}", definition.name,
            definition.values.empty() ? "any non-empty value" : "[" + words(definition) + "]"));
  }
  std::set<std::string, std::less<>> seen;
  std::vector<std::string> once;
  for (std::string& element : list) {
    if (seen.insert(element).second) once.push_back(element);
  }
  if (repeated == Repeated::refused && once.size() != list.size()) {
    return fail(Errc::invalid,
                fmt::format("Configuration '{}' values must not be duplicated.", definition.name));
  }
  for (const std::string& element : once) {
    if (element.empty()) {
      return fail(Errc::invalid,
                  fmt::format("Configuration '{}' values must not be empty.", definition.name));
    }
    if (!definition.values.empty() && !is_word(definition, element)) {
      return bad_value(definition, element, "String must be one of: " + words(definition));
    }
  }
  list = std::move(once);
  return {};
}

Result<> check_value(const ConfigDefinition& definition, ConfigValue& value, Repeated repeated) {
  switch (definition.check) {
    case CheckKind::none:
      return {};
    case CheckKind::range:
      return check_range(definition, value);
    case CheckKind::list:
      return check_list(definition, std::get<std::vector<std::string>>(value), repeated);
    case CheckKind::one_of: {
      const auto& text = std::get<std::string>(value);
      if (is_word(definition, text)) return {};
      return bad_value(definition, text, "String must be one of: " + words(definition));
    }
    case CheckKind::one_of_any_case: {
      const auto& text = std::get<std::string>(value);
      const auto matches = [&](std::string_view word) { return equals_any_case(word, text); };
      if (std::ranges::any_of(definition.values, matches)) return {};
      return bad_value(definition, text,
                       "String must be one of (case insensitive): " + words(definition));
    }
    case CheckKind::not_empty:
      if (!std::get<std::string>(value).empty()) return {};
      return bad_value(definition, "", "String must be non-empty");
    case CheckKind::custom:
      if (auto problem = definition.custom(definition, value)) {
        return fail(Errc::invalid, *std::move(problem));
      }
      return {};
  }
  return {};
}

}  // namespace

Result<ConfigValue> parse_config(const ConfigDefinition& definition, std::string_view text,
                                 Repeated repeated) {
  TRY_ASSIGN(ConfigValue value, read_type(definition, text));
  TRY(check_value(definition, value, repeated));
  return value;
}

std::optional<std::string> format_config(const ConfigValue& value) {
  struct Text {
    std::optional<std::string> operator()(std::monostate) const { return std::nullopt; }
    std::optional<std::string> operator()(bool flag) const { return flag ? "true" : "false"; }
    std::optional<std::string> operator()(std::int64_t number) const {
      return std::to_string(number);
    }
    std::optional<std::string> operator()(double number) const { return java_real_text(number); }
    std::optional<std::string> operator()(const std::string& text) const { return text; }
    std::optional<std::string> operator()(const std::vector<std::string>& list) const {
      return joined(list);
    }
  };
  return std::visit(Text{}, value);
}

}  // namespace weir::metadata
