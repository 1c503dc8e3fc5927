#include "app/kcat/configuration_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

namespace weir::app::kcat {
namespace {

constexpr std::string_view line_blanks = " \t\n\v\f\r";

std::optional<std::string> configuration_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Java's files have backslashes before : and =.
void drop_java_escapes(std::string& line) {
  for (const std::string_view escape : {"\\:", "\\="}) {
    for (std::size_t at = 0; (at = line.find(escape)) != line.npos;) line.erase(at, 1);
  }
}

}  // namespace

Run<> ConfigurationFiles::read_named(const std::string& path, const Notices& notices,
                                     KcatProperties& into) {
  searches_ = false;
  if (path == "-" || path == "none") return {};
  const auto text = configuration_text(path);
  if (!text) return notices.fatal(fmt::format("Failed to open {}: {}", path, std::strerror(errno)));
  notices.info(1, fmt::format("Reading configuration from file {}", path));
  has_read_ = true;
  return read_configuration(*text, path, notices, into);
}

Run<> ConfigurationFiles::read_default(const Notices& notices, KcatProperties& into,
                                       const Program& program) {
  if (has_read_) return {};
  if (const std::string path(program.variable("KCAT_CONFIG")); !path.empty()) {
    return read_named(path, notices, into);
  }
  if (const std::string path(program.variable("KAFKACAT_CONFIG")); !path.empty()) {
    notices.info(1, "KAFKA_CONFIG is deprecated!");
    notices.info(1, "Rename KAFKA_CONFIG to KCAT_CONFIG");
    return read_named(path, notices, into);
  }
  const std::string home(program.variable("HOME"));
  if (!searches_ || home.empty()) return {};
  const std::string path = home + "/.config/kcat.conf";
  const std::string old_path = home + "/.config/kafkacat.conf";
  for (const std::string& one : {path, old_path}) {
    const auto text = configuration_text(one);
    if (!text) continue;
    notices.info(3, fmt::format("Reading configuration from file {}", one));
    TRY(read_configuration(*text, one, notices, into));
    if (one == old_path) {
      notices.info(1, "Configuration filename kafkacat.conf is deprecated!");
      notices.info(1, fmt::format("Rename {} to {}", old_path, path));
    }
    break;
  }
  return {};
}

Run<> read_configuration(const std::string& text, const std::string& path, const Notices& notices,
                         KcatProperties& into) {
  int number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view raw = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), raw.size() + 1));
    ++number;
    raw.remove_prefix(std::min(raw.find_first_not_of(line_blanks), raw.size()));
    raw = raw.substr(0, raw.find_last_not_of(line_blanks) + 1);
    if (raw.empty() || raw.front() == '#') continue;
    std::string line(raw);
    drop_java_escapes(line);
    const std::size_t equals = line.find('=');
    if (equals == line.npos || equals == 0) {
      return notices.fatal(fmt::format("{}:{}: expected property=value\n", path, number));
    }
    const auto set = into.set(line.substr(0, equals), line.substr(equals + 1));
    if (!set) return notices.fatal(fmt::format("{}:{}: {}\n", path, number, set.error()));
  }
  return {};
}

}  // namespace weir::app::kcat
