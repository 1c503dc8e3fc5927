#include "app/cli/text/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace weir::app {
namespace {

using std::chrono::nanoseconds;

struct SizeUnit {
  std::string_view name;
  double bytes;
};
constexpr double kib = 1024;
constexpr std::array<SizeUnit, 18> size_units{{{"", 1},
                                               {"b", 1},
                                               {"k", kib},
                                               {"ki", kib},
                                               {"kib", kib},
                                               {"kb", 1e3},
                                               {"m", kib* kib},
                                               {"mi", kib* kib},
                                               {"mib", kib* kib},
                                               {"mb", 1e6},
                                               {"g", kib* kib* kib},
                                               {"gi", kib* kib* kib},
                                               {"gib", kib* kib* kib},
                                               {"gb", 1e9},
                                               {"t", kib* kib* kib* kib},
                                               {"ti", kib* kib* kib* kib},
                                               {"tib", kib* kib* kib* kib},
                                               {"tb", 1e12}}};

struct TimeUnit {
  std::string_view name;
  std::int64_t ns;
};
constexpr std::array<TimeUnit, 8> time_units{{{"ns", 1},
                                              {"us", 1'000},
                                              {"ms", 1'000'000},
                                              {"s", 1'000'000'000},
                                              {"m", 60'000'000'000},
                                              {"h", 3'600'000'000'000},
                                              {"d", 86'400'000'000'000},
                                              {"w", 604'800'000'000'000}}};

// What is beyond stands for "forever" and is not worth a unit: 100 years.
constexpr nanoseconds duration_max = std::chrono::hours(24 * 365 * 100);

// Years of four digits; whoever writes records may say anything.
constexpr TimestampMs first_year = -62'167'219'200'000;  // 0000-01-01
constexpr TimestampMs last_year = 253'402'300'799'999;   // the end of 9999

// The number that `text` begins with, which is taken away from it.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::unexpected<Error> not_a(std::string_view what, std::string_view text) {
  return fail(Errc::invalid, fmt::format("'{}' is no {}", text, what));
}
std::unexpected<Error> no_size(std::string_view text) {
  return not_a("size; expected is a number with B, KiB, MiB, GiB, KB, MB or GB", text);
}
std::unexpected<Error> no_duration(std::string_view text) {
  return not_a("duration; expected is a number with ms, s, m, h, d or w, as in 1h30m", text);
}
std::unexpected<Error> no_time(std::string_view text) {
  return not_a("time; expected is 2026-11-21T07:30:00Z, @milliseconds, -2h or now", text);
}

// Digits of a fixed count, which are taken away.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int value = 0;
  if (text.size() < count) return std::nullopt;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<TimestampMs> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const std::chrono::sys_days days = date;
  return std::chrono::duration_cast<std::chrono::milliseconds>(days.time_since_epoch()).count();
}

std::optional<TimestampMs> take_clock(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  TimestampMs ms = (*hour * 60 + *minute) * TimestampMs{60'000};
  if (!take(text, ":")) return ms;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  ms += *second * 1'000;
  if (!take(text, ".,")) return ms;
  int scale = 100, digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    ms += (text.front() - '0') * scale;
    scale /= 10;
    ++digits;
  }
  return digits > 0 ? std::optional(ms) : std::nullopt;
}

// What has to be taken from a local time; a zone that is not there is UTC.
std::optional<TimestampMs> take_zone(std::string_view& text) {
  if (text.empty() || take(text, "Zz")) return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours) return std::nullopt;
  take(text, ":");
  const auto minutes = text.empty() ? std::optional(0) : take_digits(text, 2);
  if (!minutes) return std::nullopt;
  return sign * (*hours * 60 + *minutes) * TimestampMs{60'000};
}

std::optional<TimestampMs> parse_iso(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return date;
  if (!take(text, "Tt ")) return std::nullopt;
  const auto clock = take_clock(text);
  if (!clock) return std::nullopt;
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  return *date + *clock - *zone;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (!number || *number < 0) return no_size(text);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const std::string unit = lower(rest);
  for (const SizeUnit& known : size_units) {
    if (unit != known.name) continue;
    const double bytes = *number * known.bytes;
    if (bytes >= 9.2e18) return no_size(text);
    return static_cast<std::uint64_t>(std::llround(bytes));
  }
  return no_size(text);
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 7> names{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1023.95 && unit + 1 < names.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f} {}", value, names[unit]);
}

Result<nanoseconds> parse_duration(std::string_view text, nanoseconds bare) {
  std::string_view rest = text;
  const bool negative = take(rest, "-");
  double total = 0;
  if (rest.empty()) return no_duration(text);
  for (bool first = true; !rest.empty(); first = false) {
    const auto number = take_number(rest);
    if (!number || *number < 0) return no_duration(text);
    std::size_t length = 0;
    while (length < rest.size() && rest[length] >= 'a' && rest[length] <= 'z') ++length;
    const std::string_view unit = rest.substr(0, length);
    rest.remove_prefix(length);
    double scale = 0;
    if (unit.empty() && first && rest.empty()) scale = static_cast<double>(bare.count());
    for (const TimeUnit& known : time_units) {
      if (unit == known.name) scale = static_cast<double>(known.ns);
    }
    if (scale == 0) return no_duration(text);
    total += *number * scale;
  }
  if (total >= 9.2e18) return no_duration(text);
  return nanoseconds((negative ? -1 : 1) * std::llround(total));
}

std::string format_duration(nanoseconds duration) {
  if (duration.count() < 0) return "-" + format_duration(-duration);
  const std::int64_t ns = duration.count();
  if (ns < 1'000) return fmt::format("{}ns", ns);
  if (ns < 1'000'000) return fmt::format("{:.4g}us", static_cast<double>(ns) / 1e3);
  if (ns < 1'000'000'000) return fmt::format("{:.4g}ms", static_cast<double>(ns) / 1e6);
  if (ns < 60'000'000'000) return fmt::format("{:.4g}s", static_cast<double>(ns) / 1e9);
  // The two largest units that are not zero.
  std::string text;
  std::int64_t rest = ns;
  int parts = 0;
  for (std::size_t i = time_units.size() - 1; i-- > 3 && parts < 2;) {
    const std::int64_t count = rest / time_units[i].ns;
    rest %= time_units[i].ns;
    if (count > 0) text += fmt::format("{}{}", count, time_units[i].name);
    if (count > 0 || parts > 0) ++parts;
  }
  return text;
}

Result<TimestampMs> parse_time(std::string_view text, TimestampMs now) {
  if (text == "now") return now;
  if (text.starts_with('@')) {
    TimestampMs ms = 0;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), ms);
    if (error != std::errc{} || end != text.data() + text.size()) return no_time(text);
    return ms;
  }
  if (text.starts_with('-') || text.starts_with('+')) {
    const auto offset = parse_duration(text.substr(1), nanoseconds(0));
    if (!offset || text.find_first_of("smhdw") == text.npos) return no_time(text);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(*offset).count();
    return text.front() == '-' ? now - ms : now + ms;
  }
  const auto time = parse_iso(text);
  if (!time) return no_time(text);
  return *time;
}

std::string format_time(TimestampMs time) {
  if (time < first_year || time > last_year) return fmt::format("@{}", time);
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(time)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const auto clock = (at - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock / 3'600'000, clock / 60'000 % 60, clock / 1'000 % 60, clock % 1'000);
}

namespace {

// What a number counts in a setting of this name; nothing: itself. Sizes are of one byte.
struct Counted {
  bool is_size = false;
  nanoseconds unit{};
};
Counted counted_by(std::string_view name) {
  if (name.ends_with(".bytes")) return {true, {}};
  if (name.ends_with(".ms")) return {false, std::chrono::milliseconds(1)};
  if (name.ends_with(".seconds")) return {false, std::chrono::seconds(1)};
  if (name.ends_with(".minutes")) return {false, std::chrono::minutes(1)};
  if (name.ends_with(".hours")) return {false, std::chrono::hours(1)};
  return {};
}

std::string exact_size(std::int64_t bytes) {
  constexpr std::array<std::string_view, 5> names{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes % 1024 == 0 && unit + 1 < names.size(); ++unit) bytes /= 1024;
  return fmt::format("{}{}", bytes, names[unit]);
}

// In at most two units; else nothing.
std::string exact_duration(std::int64_t ns) {
  std::string text;
  int parts = 0;
  for (std::size_t i = time_units.size() - 1; i-- > 2;) {  // weeks are days
    const std::int64_t count = ns / time_units[i].ns;
    ns %= time_units[i].ns;
    if (count == 0) continue;
    text += fmt::format("{}{}", count, time_units[i].name);
    if (++parts == 2) break;
  }
  return ns == 0 ? text : "";
}

}  // namespace

std::string config_value(std::string_view name, std::string_view text) {
  const Counted counted = counted_by(name);
  if (counted.is_size) {
    const auto size = parse_size(text);
    if (size) return fmt::format("{}", *size);
  } else if (counted.unit.count() > 0) {
    const auto duration = parse_duration(text, counted.unit);
    if (duration) return fmt::format("{}", *duration / counted.unit);
  }
  return std::string(text);
}

std::string human_config_value(std::string_view name, std::string_view value) {
  const Counted counted = counted_by(name);
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_number = error == std::errc{} && stop == value.data() + value.size();
  std::string text;
  if (is_number && counted.is_size && number >= 1024 && number % 1024 == 0) {
    text = exact_size(number);
  } else if (is_number && counted.unit.count() > 0 && number > 0 &&
             number < duration_max.count() / counted.unit.count()) {
    text = exact_duration(number * counted.unit.count());
  }
  return text.empty() ? std::string(value) : text;
}

}  // namespace weir::app
