#include "log/format/checkpoint_file.h"

#include <charconv>
#include <optional>

#include "base/steps.h"
#include "fmt/format.h"

namespace weir::log {
namespace {

template <class T>
bool parse_number(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// Takes the text up to `separator` off the front.
std::string_view take(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto taken = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return taken;
}

// Calls `line` for each line after the two of the head.
template <class Line>
Result<> parse_lines(std::string_view text, Line line) {
  if (text.empty()) return {};
  std::int64_t version = -1;
  std::int64_t count = -1;
  if (!parse_number(take(text, '\n'), version) || version != 0) {
    return fail(Errc::corrupt, "a checkpoint file of a version that is not known");
  }
  if (text.empty()) return {};
  if (!parse_number(take(text, '\n'), count)) {
    return fail(Errc::corrupt, "a checkpoint file without a count");
  }
  std::int64_t seen = 0;
  while (!text.empty()) {
    count_steps();
    if (!line(take(text, '\n'))) {
      return fail(Errc::corrupt, "a malformed line in a checkpoint file",
                  static_cast<std::uint64_t>(seen));
    }
    ++seen;
  }
  if (seen != count) return fail(Errc::corrupt, "a checkpoint file that was cut short");
  return {};
}

}  // namespace

std::string format_offset_checkpoint(const OffsetCheckpoint& checkpoint) {
  std::string text = fmt::format("0\n{}\n", checkpoint.size());
  for (const auto& [name, offset] : checkpoint) {
    fmt::format_to(std::back_inserter(text), "{} {} {}\n", name.topic, name.partition, offset);
  }
  return text;
}

Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text) {
  OffsetCheckpoint checkpoint;
  const auto line = [&](std::string_view rest) {
    PartitionName name;
    Offset offset = no_offset;
    name.topic = take(rest, ' ');
    if (name.topic.empty() || !parse_number(take(rest, ' '), name.partition) ||
        !parse_number(rest, offset)) {
      return false;
    }
    checkpoint[std::move(name)] = offset;
    return true;
  };
  TRY(parse_lines(text, line));
  return checkpoint;
}

std::string format_epoch_checkpoint(const std::vector<EpochStart>& epochs) {
  std::string text = fmt::format("0\n{}\n", epochs.size());
  for (const auto& entry : epochs) {
    fmt::format_to(std::back_inserter(text), "{} {}\n", entry.epoch, entry.start_offset);
  }
  return text;
}

Result<std::vector<EpochStart>> parse_epoch_checkpoint(std::string_view text) {
  std::vector<EpochStart> epochs;
  const auto line = [&](std::string_view rest) {
    EpochStart entry;
    if (!parse_number(take(rest, ' '), entry.epoch) || !parse_number(rest, entry.start_offset) ||
        entry.epoch < 0 || entry.start_offset < 0) {
      return false;
    }
    epochs.push_back(entry);
    return true;
  };
  TRY(parse_lines(text, line));
  return epochs;
}

}  // namespace weir::log
