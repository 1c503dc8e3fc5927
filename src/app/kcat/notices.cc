#include "app/kcat/notices.h"

#include <cstdio>
#include <string>

namespace weir::app::kcat {
namespace {

void write_notice(std::string_view before, std::string_view text, std::string_view after) {
  std::string line(before);
  line += text;
  line += after;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void Notices::info(int level, std::string_view text) const {
  if (verbosity >= level) write_notice("% ", text, "");
}

std::unexpected<Ended> Notices::fatal(std::string_view text) const {
  write_notice("% ERROR: ", text, "");
  return std::unexpected(Ended{1});
}

Run<> Notices::error(std::string_view text) const {
  write_notice("% ERROR: ", text, exits_on_error ? ": terminating" : "");
  if (exits_on_error) return std::unexpected(Ended{1});
  return {};
}

}  // namespace weir::app::kcat
