#include "app/cli/record_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/text/record_json.h"

namespace weir::app {
namespace {

// A line of JSON, without its end; nothing: it is not whole.
std::optional<std::string_view> take_line(std::string_view& rest, bool at_end) {
  const std::size_t end = rest.find('\n');
  if (end == rest.npos && (!at_end || rest.empty())) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

}  // namespace

void RecordInput::add(std::string_view bytes) {
  if (taken_ > 0 && taken_ >= buffer_.size() / 2) {
    buffer_.erase(0, taken_);
    taken_ = 0;
  }
  buffer_ += bytes;
}

Result<std::optional<RecordText>> RecordInput::take(std::string_view& rest) {
  if (const auto* format = std::get_if<RecordFormat>(&form_)) return format->read(rest, ended_);
  if (std::holds_alternative<WholeInput>(form_)) {
    if (!ended_ || std::exchange(whole_given_, true)) return std::nullopt;
    RecordText record;
    record.value = rest;
    rest = {};
    return record;
  }
  while (const auto line = take_line(rest, ended_)) {
    if (is_blank(*line)) continue;
    TRY_ASSIGN(auto record, read_record_json(*line));
    return record;
  }
  return std::nullopt;
}

Result<std::optional<RecordText>> RecordInput::next() {
  const std::string_view before = std::string_view(buffer_).substr(taken_);
  std::string_view rest = before;
  auto record = take(rest);
  if (!record) {
    // What was taken in vain is in front of the mistake, or is its line.
    std::size_t line = line_;
    const std::string_view passed = before.substr(0, before.size() - rest.size());
    line += static_cast<std::size_t>(std::ranges::count(passed, '\n'));
    if (!passed.empty()) --line;
    return fail(Errc::invalid, fmt::format("{}:{}: {}", name_, line, record.error().what));
  }
  const std::string_view used = before.substr(0, before.size() - rest.size());
  record_line_ = line_;
  record_size_ = used.size();
  line_ += static_cast<std::size_t>(std::ranges::count(used, '\n'));
  taken_ += used.size();
  return record;
}

}  // namespace weir::app
