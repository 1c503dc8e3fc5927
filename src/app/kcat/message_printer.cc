#include "app/kcat/message_printer.h"

#include <fmt/format.h>

#include <cstdlib>

#include "app/kcat/pack_format.h"

namespace weir::app::kcat {
namespace {

constexpr std::string_view format_letters = "okKsSRtpTh";
constexpr std::size_t delimited_format_max = 63;
constexpr std::string_view null_text = "NULL";

bool is_decimal(char c) { return c >= '0' && c <= '9'; }

// Up to a zero byte, as C's strings end.
std::string_view c_text(std::string_view text) { return text.substr(0, text.find('\0')); }

std::string unescape_literal(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char letter = text[++i];
    if (letter == 't' || letter == 'n' || letter == 'r') {
      out += letter == 't' ? '\t' : letter == 'n' ? '\n' : '\r';
      continue;
    }
    const int base = letter == 'x' ? 16 : 0;
    if (letter == 'x' && ++i == text.size()) break;
    if (!is_decimal(text[i])) {
      out += text[i];
      continue;
    }
    const char* const digits = text.c_str() + i;
    char* end = nullptr;
    out += static_cast<char>(std::strtoul(digits, &end, base));
    i += static_cast<std::size_t>(end - digits) - 1;
  }
  return std::string(c_text(out));
}

template <class Bytes>
std::int64_t length_or_null(const Bytes& bytes) {
  return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

void append_binary_length(std::int64_t length, std::string& out) {
  const auto bits = static_cast<std::uint32_t>(length);
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(bits >> shift);
}

void append_headers(const RecordView& message, std::string& out) {
  bool is_first = true;
  for (const auto& [name, value] : message.headers) {
    if (!is_first) out += ',';
    is_first = false;
    out += c_text(name);
    out += '=';
    out += value ? c_text(*value) : null_text;
  }
}

}  // namespace

std::expected<MessagePrinter, std::string> MessagePrinter::make(PrintOptions options) {
  MessagePrinter printer;
  std::string_view rest = options.format;
  while (!rest.empty()) {
    const std::size_t percent = std::min(rest.find('%'), rest.size());
    if (percent > 0) {
      printer.parts_.push_back({0, unescape_literal(std::string(rest.substr(0, percent)))});
    }
    rest.remove_prefix(percent);
    if (rest.empty()) break;
    if (rest.size() == 1) return std::unexpected("Empty formatter");
    const char letter = rest[1];
    if (letter == '%') {
      printer.parts_.push_back({0, "%"});
    } else if (format_letters.contains(letter)) {
      printer.parts_.push_back({letter, ""});
    } else {
      return std::unexpected(fmt::format("Unsupported formatter: %{}", letter));
    }
    rest.remove_prefix(2);
  }
  printer.options_ = std::move(options);
  return printer;
}

std::expected<void, std::string> MessagePrinter::print(const RecordView& message, BrokerId broker,
                                                       std::string& out) const {
  if (options_.is_json) {
    print_message_json(message, broker, out);
    if (!parts_.empty()) out += parts_.front().literal;
    return {};
  }
  for (const Part& part : parts_) {
    if (auto printed = print_part(part, message, out); !printed) return printed;
  }
  return {};
}

std::expected<void, std::string> MessagePrinter::print_part(const Part& part,
                                                            const RecordView& message,
                                                            std::string& out) const {
  switch (part.letter) {
    case 's':
      return print_bytes("value", message.value, options_.value_pack, out);
    case 'k':
      return print_bytes("key", message.key, options_.key_pack, out);
    case 'S':
      out += fmt::to_string(length_or_null(message.value));
      break;
    case 'K':
      out += fmt::to_string(length_or_null(message.key));
      break;
    case 'R':
      append_binary_length(length_or_null(message.value), out);
      break;
    case 't':
      out += message.topic;
      break;
    case 'p':
      out += fmt::to_string(message.partition);
      break;
    case 'o':
      out += fmt::to_string(message.offset);
      break;
    case 'T':
      out += fmt::to_string(message.timestamp);
      break;
    case 'h':
      append_headers(message, out);
      break;
    default:
      out += part.literal;
  }
  return {};
}

std::expected<void, std::string> MessagePrinter::print_bytes(
    std::string_view what, const std::optional<std::string_view>& bytes,
    const std::optional<std::string>& pack, std::string& out) const {
  if (!bytes || bytes->empty()) {
    if (options_.shows_null) out += null_text;
    return {};
  }
  if (pack) return unpack(what, *pack, *bytes, out);
  out += *bytes;
  return {};
}

std::string delimited_format(const std::optional<std::string>& key_delimiter,
                             std::string_view delimiter) {
  std::string format = key_delimiter ? fmt::format("%k{}%s{}", *key_delimiter, delimiter)
                                     : fmt::format("%s{}", delimiter);
  if (format.size() > delimited_format_max) format.resize(delimited_format_max);
  return format;
}

}  // namespace weir::app::kcat
