// The JSON envelope of a message.

#include <fmt/format.h>

#include "app/kcat/message_printer.h"

namespace weir::app::kcat {
namespace {

char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\f':
      return 'f';
    case '\b':
      return 'b';
    default:
      return 0;
  }
}

void append_text_or_null(const std::optional<std::string_view>& text, std::string& out) {
  text ? append_json_text(*text, out) : void(out += "null");
}

}  // namespace

void append_json_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (const char letter = short_escape(c)) {
      out += '\\';
      out += letter;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void print_message_json(const RecordView& message, BrokerId broker, std::string& out) {
  out += "{\"topic\":";
  append_json_text(message.topic, out);
  out += fmt::format(",\"partition\":{},\"offset\":{}", message.partition, message.offset);
  if (message.timestamp != no_timestamp) {
    out += fmt::format(",\"tstype\":\"{}\",\"ts\":{}",
                       message.is_log_append_time ? "logappend" : "create", message.timestamp);
  }
  out += fmt::format(",\"broker\":{}", broker);
  if (!message.headers.empty()) {
    // An array of names and values in turn, as kcat writes it.
    out += ",\"headers\":[";
    for (const auto& [name, value] : message.headers) {
      if (!out.ends_with('[')) out += ',';
      append_json_text(name, out);
      out += ',';
      append_text_or_null(value, out);
    }
    out += ']';
  }
  out += ",\"key\":";
  append_text_or_null(message.key, out);
  out += ",\"payload\":";
  append_text_or_null(message.value, out);
  out += '}';
}

}  // namespace weir::app::kcat
