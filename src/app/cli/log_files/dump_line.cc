#include "app/cli/log_files/dump_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/text/base64.h"
#include "app/cli/text/units.h"

namespace weir::app {
namespace {

// What format_time can say: to the end of the year 9999.
constexpr TimestampMs last_time = 253'402'300'799'999;

bool prints_plain(char c) { return c != ' ' && c != '"' && c != '\\' && c >= 0x20 && c != 0x7f; }

}  // namespace

std::string json_string(std::string_view text) { return nlohmann::json(text).dump(); }

std::string shown_text(std::string_view bytes) {
  const bool is_text = is_utf8(bytes);
  const auto plain = [&](char c) {
    return static_cast<unsigned char>(c) >= 0x80 ? is_text : prints_plain(c);
  };
  if (!bytes.empty() && std::ranges::all_of(bytes, plain)) return std::string(bytes);
  std::string out = "\"";
  for (const char c : bytes) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (plain(c) || c == ' ') {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out + '"';
}

DumpLine::DumpLine(bool as_json, std::string_view file, std::string_view type) : as_json_(as_json) {
  if (!as_json) {
    out_ = type;
    return;
  }
  out_ = "{";
  bytes("file", as_bytes(file));
  text("type", type);
}

void DumpLine::put(std::string_view name, std::string_view value) {
  if (!as_json_) {
    out_ += fmt::format(" {}={}", name, value);
    return;
  }
  if (out_.size() > 1) out_ += ',';
  out_ += fmt::format("\"{}\":{}", name, value);
}

DumpLine& DumpLine::number(std::string_view name, std::int64_t value) {
  put(name, fmt::format("{}", value));
  return *this;
}

DumpLine& DumpLine::flag(std::string_view name, bool value) {
  put(name, value ? "true" : "false");
  return *this;
}

DumpLine& DumpLine::text(std::string_view name, std::string_view value) {
  return bytes(name, as_bytes(value));
}

DumpLine& DumpLine::time(std::string_view name, TimestampMs value) {
  const bool is_time = value >= 0 && value <= last_time;
  put(name, as_json_ || !is_time ? fmt::format("{}", value) : format_time(value));
  return *this;
}

DumpLine& DumpLine::json(std::string_view name, std::string_view value) {
  put(name, value);
  return *this;
}

DumpLine& DumpLine::bytes(std::string_view name, std::optional<Bytes> value) {
  if (!value) {
    put(name, "null");
  } else if (!as_json_) {
    put(name, shown_text(as_text(*value)));
  } else if (is_utf8(as_text(*value))) {
    put(name, json_string(as_text(*value)));
  } else {
    put(fmt::format("{}_base64", name), json_string(to_base64(as_text(*value))));
  }
  return *this;
}

std::string DumpLine::take() { return std::move(out_) + (as_json_ ? "}\n" : "\n"); }

}  // namespace weir::app
