#include "app/config/properties.h"

#include <algorithm>

#include <fmt/format.h>

namespace weir::app {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// Lines joined at their trailing backslashes, without leading white space, comments and empty
// lines.
class LogicalLines {
 public:
  explicit LogicalLines(std::string_view text) : rest_(text) {}

  bool next(std::string& line, int& number) {
    line.clear();
    bool joined = false;
    while (!rest_.empty()) {
      std::string_view natural = take_natural();
      while (!natural.empty() && is_blank(natural.front())) natural.remove_prefix(1);
      if (!joined) {
        if (natural.empty() || natural.front() == '#' || natural.front() == '!') continue;
        number = line_;
      }
      std::size_t backslashes = 0;
      while (backslashes < natural.size() && natural[natural.size() - 1 - backslashes] == '\\') {
        ++backslashes;
      }
      joined = backslashes % 2 == 1;
      if (joined) natural.remove_suffix(1);
      line += natural;
      if (!joined) return true;
    }
    return !line.empty();
  }

 private:
  std::string_view take_natural() {
    const std::size_t end = rest_.find_first_of("\r\n");
    const std::string_view line = rest_.substr(0, end);
    std::size_t next = end == rest_.npos ? rest_.size() : end + 1;
    if (end != rest_.npos && rest_[end] == '\r' && next < rest_.size() && rest_[next] == '\n')
      ++next;
    rest_.remove_prefix(next);
    ++line_;
    return line;
  }

  std::string_view rest_;
  int line_ = 0;
};

Result<unsigned> read_unit(std::string_view digits, int line) {
  unsigned code = 0;
  for (const char c : digits.substr(0, 4)) {
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (lower < 'a' || lower > 'f')) {
      return fail(Errc::invalid, fmt::format("line {}: \\u needs four hexadecimal digits", line));
    }
    code = code * 16 + static_cast<unsigned>(digit ? c - '0' : lower - 'a' + 10);
  }
  if (digits.size() < 4) {
    return fail(Errc::invalid, fmt::format("line {}: \\u needs four hexadecimal digits", line));
  }
  return code;
}

Result<std::string> unescape(std::string_view text, int line) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    const char c = text[++at];
    if (c != 'u') {
      out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'f' ? '\f' : c;
      continue;
    }
    TRY_ASSIGN(unsigned code, read_unit(text.substr(at + 1), line));
    at += 4;
    if (code >= 0xD800 && code < 0xDC00 && text.substr(at + 1).starts_with("\\u")) {
      TRY_ASSIGN(const unsigned low, read_unit(text.substr(at + 3), line));
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
      }
    }
    append_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
  }
  return out;
}

}  // namespace

Result<std::vector<Setting>> parse_properties(std::string_view text) {
  std::vector<Setting> settings;
  LogicalLines lines(text);
  int number = 0;
  for (std::string line; lines.next(line, number);) {
    std::size_t end = 0;
    while (end < line.size() && line[end] != '=' && line[end] != ':' && !is_blank(line[end])) {
      end += line[end] == '\\' ? 2 : 1;
    }
    end = std::min(end, line.size());
    std::size_t value = end;
    while (value < line.size() && is_blank(line[value])) ++value;
    if (value < line.size() && (line[value] == '=' || line[value] == ':')) ++value;
    while (value < line.size() && is_blank(line[value])) ++value;
    Setting setting{.name = {}, .value = {}, .line = number};
    TRY_ASSIGN(setting.name, unescape(std::string_view(line).substr(0, end), number));
    TRY_ASSIGN(setting.value, unescape(std::string_view(line).substr(value), number));
    settings.push_back(std::move(setting));
  }
  return settings;
}

}  // namespace weir::app
