#include "sim/checker/history_writer.h"

#include <fmt/format.h>

#include <iterator>

namespace weir::sim::checker {

HistoryWriter::HistoryWriter() : text_("weir-history 1\n") {}

std::string HistoryWriter::word(std::optional<std::string_view> bytes) {
  if (!bytes) return "~";
  if (bytes->empty()) return "%";
  std::string out;
  for (const char c : *bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '%' && c != '~') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02x}", byte);
    }
  }
  return out;
}

void HistoryWriter::begin(std::int64_t time_ns, std::string_view process, Verb verb) {
  fmt::format_to(std::back_inserter(text_), "{} {} {}", time_ns, process, name_of(verb));
}

Result<CheckReport> check_text(std::string_view text) {
  History history;
  TRY(history.add("history", text));
  TRY(history.finish());
  return check(history);
}

}  // namespace weir::sim::checker
