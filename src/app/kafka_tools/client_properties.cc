#include "app/kafka_tools/client_properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "app/config/properties.h"

namespace weir::app::kafka {
namespace {

constexpr auto overridden_by_every_tool =
    std::to_array<std::string_view>({"bootstrap.servers", "key.serializer", "value.serializer",
                                     "key.deserializer", "value.deserializer"});

std::unexpected<JavaError> bad_config(std::string what) {
  return std::unexpected(
      JavaError("org.apache.kafka.common.config.ConfigException", std::move(what)));
}

}  // namespace

void Properties::set(std::string name, std::string value, std::string from) {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  if (found != entries_.end()) {
    *found = {std::move(name), std::move(value), std::move(from)};
  } else {
    entries_.push_back({std::move(name), std::move(value), std::move(from)});
  }
}

Ran<> Properties::merge(std::string_view name, const Arguments& given, std::string_view option) {
  if (!given.has(option) && find(name)) return {};
  TRY_ASSIGN(const auto value, given.value(option));
  if (value) set(std::string(name), *value, fmt::format("--{}", option));
  return {};
}

Ran<> Properties::merge_number(std::string_view name, const Arguments& given,
                               std::string_view option) {
  TRY(given.number(option));
  return merge(name, given, option);
}

Ran<> Properties::add_file(const std::string& path) {
  TRY_ASSIGN(const std::string text, read_text_file(path));
  const auto settings = parse_properties(text);
  if (!settings) return bad_config(settings.error().what);
  for (const Setting& setting : *settings) {
    set(setting.name, setting.value, fmt::format("{}:{}", path, setting.line));
  }
  return {};
}

Ran<> Properties::add_words(const std::vector<std::string>& words, std::string_view option) {
  for (const std::string& word : words) {
    const std::size_t equals = std::min(word.find('='), word.size());
    if (equals == 0) return illegal_argument(fmt::format("Invalid argument: {}", word));
    set(word.substr(0, equals), equals == word.size() ? "" : word.substr(equals + 1),
        fmt::format("--{}", option));
  }
  return {};
}

std::optional<std::string> Properties::find(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? std::nullopt : std::optional(found->value);
}

Ran<> Properties::apply(client::ClientConfig& config) const {
  for (const Entry& entry : entries_) {
    if (std::ranges::find(overridden_by_every_tool, entry.name) != overridden_by_every_tool.end()) {
      continue;
    }
    const auto set = client::set_property(config, entry.name, entry.value);
    if (set) continue;
    return bad_config(entry.from.empty() ? set.error().what
                                         : fmt::format("{}: {}", entry.from, set.error().what));
  }
  return {};
}

Ran<std::string> read_text_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) {
    const bool is_missing = errno == ENOENT;
    return std::unexpected(JavaError(
        is_missing ? "java.nio.file.NoSuchFileException" : "java.nio.file.FileSystemException",
        is_missing ? path : fmt::format("{}: {}", path, std::strerror(errno))));
  }
  std::string text;
  char block[65536];
  for (std::size_t got = 0; (got = std::fread(block, 1, sizeof block, file)) > 0;) {
    text.append(block, got);
  }
  const bool is_bad = std::ferror(file) != 0;
  std::fclose(file);
  if (is_bad) {
    return std::unexpected(
        JavaError("java.nio.file.FileSystemException", fmt::format("{}: cannot be read", path)));
  }
  return text;
}

}  // namespace weir::app::kafka
