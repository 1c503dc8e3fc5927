#include "app/kafka_tools/line_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {
namespace {

std::unexpected<JavaError> kafka_error(std::string message) {
  return std::unexpected(JavaError("org.apache.kafka.common.KafkaException", std::move(message)));
}

}  // namespace

Ran<LineForm> LineForm::parse(const Properties& properties) {
  LineForm form;
  std::string null_marker;
  struct Text {
    std::string_view name;
    std::string* into;
  };
  struct Choice {
    std::string_view name;
    bool* into;
  };
  const Text texts[] = {{"key.separator", &form.key_separator_},
                        {"headers.delimiter", &form.headers_delimiter_},
                        {"headers.separator", &form.headers_separator_},
                        {"headers.key.separator", &form.headers_key_separator_},
                        {"null.marker", &null_marker}};
  const Choice choices[] = {{"parse.key", &form.has_key_},
                            {"parse.headers", &form.has_headers_},
                            {"ignore.error", &form.ignores_errors_}};
  for (const Properties::Entry& entry : properties.entries()) {
    const auto* const text = std::ranges::find(texts, entry.name, &Text::name);
    const auto* const choice = std::ranges::find(choices, entry.name, &Choice::name);
    if (text != std::end(texts)) {
      *text->into = entry.value;
    } else if (choice != std::end(choices)) {
      *choice->into = is_true(entry.value);
    } else {
      return kafka_error(
          fmt::format("{}: {}: no such property of a reader of lines", entry.from, entry.name));
    }
  }
  if (properties.find("null.marker")) form.null_marker_ = null_marker;
  if (form.headers_separator_.find_first_of("\\^$.|?*+()[]{}") != std::string::npos) {
    return kafka_error("headers.separator: a regular expression is not supported");
  }
  struct Pair {
    std::string_view one, one_name, other, other_name;
  };
  const auto same = [](const Pair& pair) {
    return kafka_error(fmt::format("{} and {} may not be equal", pair.one_name, pair.other_name));
  };
  const std::string_view delimiter = form.headers_delimiter_, separator = form.headers_separator_,
                         key_value = form.headers_key_separator_;
  for (const Pair& pair : {Pair{delimiter, "headers.delimiter", separator, "headers.separator"},
                           {delimiter, "headers.delimiter", key_value, "headers.key.separator"},
                           {separator, "headers.separator", key_value, "headers.key.separator"}}) {
    if (pair.one == pair.other) return same(pair);
  }
  if (!form.null_marker_) return form;
  for (const Pair& pair : {Pair{null_marker, "null.marker", form.key_separator_, "key.separator"},
                           {null_marker, "null.marker", separator, "headers.separator"},
                           {null_marker, "null.marker", delimiter, "headers.delimiter"},
                           {null_marker, "null.marker", key_value, "headers.key.separator"}}) {
    if (pair.one == pair.other) return same(pair);
  }
  return form;
}

Ran<std::optional<std::string_view>> LineForm::field(std::string_view& rest, std::string_view line,
                                                     std::string_view separator,
                                                     std::string_view name,
                                                     std::size_t number) const {
  const std::size_t end = rest.find(separator);
  if (end == rest.npos) {
    if (ignores_errors_) return std::nullopt;
    return kafka_error(fmt::format("No {} found on line number {}: '{}'", name, number, line));
  }
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(end + separator.size());
  return text;
}

Ran<RecordText> LineForm::read(std::string_view line, std::size_t number) const {
  RecordText record;
  std::string_view rest = line;
  std::optional<std::string_view> headers, key;
  if (has_headers_) {
    TRY_ASSIGN(headers, field(rest, line, headers_delimiter_, "headers delimiter", number));
  }
  if (has_key_) {
    TRY_ASSIGN(key, field(rest, line, key_separator_, "key separator", number));
  }
  if (key && !is_null(*key)) record.key = *key;
  if (!is_null(rest)) record.value = rest;
  if (headers && !is_null(*headers)) TRY(read_headers(*headers, number, record));
  return record;
}

Ran<> LineForm::read_headers(std::string_view headers, std::size_t number,
                             RecordText& record) const {
  std::vector<std::string_view> pairs;
  for (std::size_t from = 0; from <= headers.size();) {
    const std::size_t end = std::min(headers.find(headers_separator_, from), headers.size());
    pairs.push_back(headers.substr(from, end - from));
    from = end + headers_separator_.size();
  }
  // Java's split leaves out empty texts at the end.
  while (pairs.size() > 1 && pairs.back().empty()) pairs.pop_back();
  for (const std::string_view pair : pairs) {
    const std::size_t end = pair.find(headers_key_separator_);
    if (end == pair.npos) {
      if (!ignores_errors_) {
        return kafka_error(fmt::format(
            "No header key separator found in pair '{}' on line number {}", pair, number));
      }
      record.headers.emplace_back(pair, std::nullopt);
      continue;
    }
    const std::string_view name = pair.substr(0, end);
    const std::string_view value = pair.substr(end + headers_key_separator_.size());
    if (is_null(name)) {
      return kafka_error(fmt::format(
          "Header keys should not be equal to the null marker '{}' as they can't be null", name));
    }
    record.headers.emplace_back(name,
                                is_null(value) ? std::nullopt : std::optional(std::string(value)));
  }
  return {};
}

std::optional<std::string_view> LineSplitter::next() {
  if (taken_ > 0 && taken_ >= buffer_.size() / 2) {
    buffer_.erase(0, taken_);
    taken_ = 0;
  }
  if (skips_newline_ && taken_ < buffer_.size()) {
    if (buffer_[taken_] == '\n') ++taken_;
    skips_newline_ = false;
  }
  const std::size_t end = buffer_.find_first_of("\r\n", taken_);
  if (end == buffer_.npos) {
    if (!ended_ || taken_ == buffer_.size()) return std::nullopt;
    return std::string_view(buffer_).substr(std::exchange(taken_, buffer_.size()));
  }
  const std::string_view line = std::string_view(buffer_).substr(taken_, end - taken_);
  skips_newline_ = buffer_[end] == '\r';
  taken_ = end + 1;
  return line;
}

}  // namespace weir::app::kafka
