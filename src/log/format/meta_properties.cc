#include "log/format/meta_properties.h"

#include <charconv>
#include <map>

#include "fmt/format.h"

namespace weir::log {
namespace {

// Java escapes '=', ':', '#', '!', spaces and backslashes in values.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("=:#! \\").contains(c)) out += '\\';
    out += c;
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\f");
  if (from == std::string_view::npos) return {};
  return text.substr(from);
}

std::map<std::string, std::string> parse_properties(std::string_view text) {
  std::map<std::string, std::string> found;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line[0] == '#' || line[0] == '!') continue;
    const auto separator = line.find_first_of("=: \t");
    const auto key = line.substr(0, separator);
    auto value =
        separator == std::string_view::npos ? std::string_view{} : trimmed(line.substr(separator));
    if (value.starts_with('=') || value.starts_with(':')) value = trimmed(value.substr(1));
    found[std::string(key)] = unescaped(value);
  }
  return found;
}

}  // namespace

std::string format_meta_properties(const MetaProperties& properties) {
  return fmt::format("#\ncluster.id={}\ndirectory.id={}\nnode.id={}\nversion=1\n",
                     escaped(properties.cluster_id), properties.directory_id.text(),
                     properties.node_id);
}

Result<MetaProperties> parse_meta_properties(std::string_view text) {
  auto found = parse_properties(text);
  if (found["version"] != "1") {
    return fail(Errc::unsupported,
                fmt::format("meta.properties has version '{}', only 1 is known", found["version"]));
  }
  MetaProperties properties{.cluster_id = found["cluster.id"]};
  if (properties.cluster_id.empty()) {
    return fail(Errc::corrupt, "meta.properties has no cluster.id");
  }
  const auto& node = found["node.id"];
  const auto [end, error] =
      std::from_chars(node.data(), node.data() + node.size(), properties.node_id);
  if (error != std::errc() || end != node.data() + node.size() || properties.node_id < 0) {
    return fail(Errc::corrupt, fmt::format("meta.properties has node.id '{}'", node));
  }
  if (const auto& id = found["directory.id"]; !id.empty()) {
    const auto parsed = Uuid::parse(id);
    if (!parsed)
      return fail(Errc::corrupt, fmt::format("meta.properties has directory.id '{}'", id));
    properties.directory_id = *parsed;
  }
  return properties;
}

}  // namespace weir::log
