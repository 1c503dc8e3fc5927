#include "app/kafka_tools/java_text.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "base/iso_duration.h"
#include "client/consumer/assignor/java_order.h"

namespace weir::app::kafka {
namespace {

std::size_t table_size(std::size_t entries, std::size_t capacity) {
  std::size_t buckets = 1;
  while (buckets < capacity) buckets *= 2;
  while (4 * entries > 3 * buckets) buckets *= 2;
  return buckets;
}

template <class Key, class Hash>
void sort_by_hash(std::vector<Key>& keys, std::size_t capacity, Hash hash) {
  std::vector<std::uint32_t> hashes;
  for (const Key& key : keys) hashes.push_back(hash(key));
  std::vector<Key> sorted;
  for (const std::size_t index : hash_map_order(hashes, capacity)) {
    sorted.push_back(std::move(keys[index]));
  }
  keys = std::move(sorted);
}

std::string strip_quotes(std::string text) {
  constexpr std::string_view quotes = "\"'";
  const std::size_t first = std::min(text.find_first_not_of(quotes), text.size());
  text.erase(0, first);
  const std::size_t last = text.find_last_not_of(quotes);
  text.resize(last == text.npos ? 0 : last + 1);
  return text;
}

}  // namespace

Ran<Pattern> Pattern::compile(std::string_view regex) {
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled =
      std::make_shared<const RE2>(re2::StringPiece(regex.data(), regex.size()), options);
  if (!compiled->ok()) {
    return std::unexpected(
        JavaError("java.lang.RuntimeException", fmt::format("{} is an invalid regex.", regex)));
  }
  Pattern pattern;
  pattern.regex_ = std::move(compiled);
  return pattern;
}

Ran<Pattern> Pattern::of_topics(std::string_view filter) {
  std::string regex;
  for (const char letter : trimmed(filter)) {
    if (letter != ' ') regex += letter == ',' ? '|' : letter;
  }
  return compile(strip_quotes(std::move(regex)));
}

bool Pattern::matches(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

std::vector<std::size_t> hash_map_order(std::span<const std::uint32_t> hashes,
                                        std::size_t capacity) {
  const std::size_t buckets = table_size(hashes.size(), capacity);
  const auto place = [&](std::size_t index) {
    const std::uint32_t mixed = hashes[index] ^ hashes[index] >> 16;
    return std::pair(mixed & static_cast<std::uint32_t>(buckets - 1), index);
  };
  std::vector<std::size_t> order(hashes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, place);
  return order;
}

void sort_as_hash_map(std::vector<std::string>& keys, std::size_t capacity) {
  sort_by_hash(keys, capacity, [](const std::string& key) { return client::java_hash(key); });
}

void sort_as_hash_map(std::vector<client::TopicPartition>& keys, std::size_t capacity) {
  sort_by_hash(keys, capacity, [](const client::TopicPartition& key) {
    return client::java_hash(key.topic, key.partition);
  });
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(separator, from), text.size());
    parts.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool is_true(std::string_view text) {
  return std::ranges::equal(trimmed(text), std::string_view("true"), [](char given, char wanted) {
    return given == wanted || given == wanted - 'a' + 'A';
  });
}

std::string joined(std::span<const std::string> parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

namespace {

template <class Number>
Ran<Number> parse_number(std::string_view text) {
  std::string_view digits = text;
  if (digits.size() > 1 && digits.starts_with('+')) digits.remove_prefix(1);
  Number number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end) {
    return std::unexpected(JavaError("java.lang.NumberFormatException",
                                     fmt::format("For input string: \"{}\"", text)));
  }
  return number;
}

}  // namespace

Ran<std::int32_t> parse_int(std::string_view text) { return parse_number<std::int32_t>(text); }

Ran<std::int64_t> parse_long(std::string_view text) { return parse_number<std::int64_t>(text); }

std::size_t length(std::string_view text) {
  std::size_t units = 0;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    units += (byte & 0xc0) != 0x80 ? 1 : 0;
    units += byte >= 0xf0 ? 1 : 0;
  }
  return units;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t units = length(text);
  if (units < width) out.append(width - units, ' ');
  return out;
}

bool is_internal_topic(std::string_view topic) {
  return topic == "__consumer_offsets" || topic == "__transaction_state" ||
         topic == "__share_group_state";
}

namespace {

// Digits of a fixed count from the front.
bool take_digits(std::string_view& text, std::size_t count, int& value) {
  if (text.size() < count) return false;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + count, value);
  if (error != std::errc{} || stop != text.data() + count || value < 0) return false;
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

// Z, +02:00, +0200, +02. Minutes.
bool take_zone(std::string_view text, int& minutes) {
  minutes = 0;
  if (text == "Z") return true;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0, rest = 0;
  if (!take_digits(text, 2, hours)) return false;
  if (!text.empty()) {
    take(text, ':');
    if (!take_digits(text, 2, rest) || !text.empty()) return false;
  }
  minutes = sign * (hours * 60 + rest);
  return hours < 24 && rest < 60;
}

}  // namespace

Ran<TimestampMs> parse_date_time(std::string_view text) {
  const std::size_t middle = text.find('T');
  if (middle == text.npos || middle + 1 == text.size()) {
    return std::unexpected(JavaError(
        "java.text.ParseException",
        "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format"));
  }
  std::string whole(text);
  if (text.substr(middle + 1).find_first_of("+-Z") == text.npos) whole += 'Z';
  std::string_view rest = whole;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milli = 0, zone = 0;
  const bool is_good = take_digits(rest, 4, year) && take(rest, '-') &&
                       take_digits(rest, 2, month) && take(rest, '-') &&
                       take_digits(rest, 2, day) && take(rest, 'T') && take_digits(rest, 2, hour) &&
                       take(rest, ':') && take_digits(rest, 2, minute) && take(rest, ':') &&
                       take_digits(rest, 2, second) && take(rest, '.') &&
                       take_digits(rest, 3, milli) && take_zone(rest, zone);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!is_good || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return std::unexpected(
        JavaError("java.text.ParseException", fmt::format("Unparseable date: \"{}\"", whole)));
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = (days * 24 + hour) * 60 + minute - zone;
  return (minutes * 60 + second) * 1000 + milli;
}

Ran<std::int64_t> parse_duration(std::string_view text) {
  const auto duration = parse_iso_duration(text);
  if (duration) return duration->count();
  return std::unexpected(
      JavaError("java.time.format.DateTimeParseException", "Text cannot be parsed to a Duration"));
}

}  // namespace weir::app::kafka
