#include "app/cli/text/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using namespace std::chrono_literals;

TEST(Units, sizes_are_read_in_both_systems) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("1024"), 1024u);
  EXPECT_EQ(parse_size("1GiB"), std::uint64_t{1} << 30);
  EXPECT_EQ(parse_size("1.5 MiB"), 1'572'864u);
  EXPECT_EQ(parse_size("64k"), 65'536u);
  EXPECT_EQ(parse_size("10MB"), 10'000'000u);
  for (const char* bad : {"", "GiB", "-1", "1XB", "1 2", "inf", "nan", "1e300", "9e30TiB"}) {
    const auto size = parse_size(bad);
    EXPECT_FALSE(size) << bad;
    if (!size) EXPECT_THAT(size.error().what, testing::HasSubstr("is no size"));
  }
}

TEST(Units, sizes_are_written_short) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size((std::uint64_t{1} << 20) - 1), "1.0 MiB");
  EXPECT_EQ(format_size(std::uint64_t{5} << 40), "5.0 TiB");
}

TEST(Units, durations_are_sums_of_units) {
  EXPECT_EQ(parse_duration("250"), 250ms);
  EXPECT_EQ(parse_duration("3", 1s), 3s);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("-2h"), -2h);
  for (const char* bad : {"", "-", "h", "1x", "1h30", "1 h", "1e99w"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Units, durations_are_written_in_their_two_largest_units) {
  EXPECT_EQ(format_duration(0ns), "0ns");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(1234ms), "1.234s");
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(168h), "7d");
  EXPECT_EQ(format_duration(26h + 5s), "1d2h");
  EXPECT_EQ(format_duration(24h + 5s), "1d");
  EXPECT_EQ(format_duration(-90s), "-1m30s");
}

TEST(Units, times_are_iso_relative_or_milliseconds) {
  constexpr TimestampMs now = 1'795'246'200'250;
  EXPECT_EQ(parse_time("2026-11-21T07:30:00.250Z", 0), now);
  EXPECT_EQ(parse_time("2026-11-21T07:30:00.25", 0), now);
  EXPECT_EQ(parse_time("2026-11-21 09:30:00.250+02:00", 0), now);
  EXPECT_EQ(parse_time("2026-11-21T07:30", 0), now - 250);
  EXPECT_EQ(parse_time("1970-01-02", 0), 86'400'000);
  EXPECT_EQ(parse_time("@1234", 0), 1234);
  EXPECT_EQ(parse_time("-2h", now), now - 7'200'000);
  EXPECT_EQ(parse_time("now", now), now);
  for (const char* bad : {"", "@", "@1x", "-5", "2026-13-01", "2026-02-30", "2026-11-21T25:00",
                          "2026-11-21T07:30:00Q", "2026-11-21T07:30:00.", "yesterday"}) {
    EXPECT_FALSE(parse_time(bad, now)) << bad;
  }
  EXPECT_EQ(format_time(now), "2026-11-21T07:30:00.250Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
  for (const char* far : {"@253402300800000", "@-62167219200001", "@-9223372036854775808"}) {
    EXPECT_EQ(format_time(*parse_time(far, now)), far);
  }
}

TEST(Units, config_values_are_read_as_their_names_say) {
  EXPECT_EQ(config_value("retention.ms", "7d"), "604800000");
  EXPECT_EQ(config_value("retention.ms", "-1"), "-1");
  EXPECT_EQ(config_value("segment.bytes", "1GiB"), "1073741824");
  EXPECT_EQ(config_value("log.retention.hours", "7d"), "168");
  EXPECT_EQ(config_value("cleanup.policy", "compact"), "compact");
  EXPECT_EQ(config_value("retention.ms", "soon"), "soon");
  EXPECT_EQ(config_value("retention.bytes", "-1"), "-1");
}

TEST(Units, config_values_are_shown_with_units_where_that_is_exact) {
  for (const auto& [name, value, shown] :
       {std::tuple{"retention.ms", "604800000", "7d"},
        {"retention.ms", "5400000", "1h30m"},
        {"retention.ms", "604800123", "7d123ms"},
        {"retention.ms", "90061001", "90061001"},
        {"retention.ms", "-1", "-1"},
        {"linger.ms", "0", "0"},
        {"retention.ms", "9223372036854775807", "9223372036854775807"},
        {"segment.bytes", "1073741824", "1GiB"},
        {"segment.bytes", "1073741823", "1073741823"},
        {"max.message.bytes", "1048588", "1048588"},
        {"max.message.bytes", "1049600", "1025KiB"},
        {"offsets.retention.minutes", "10080", "7d"},
        {"log.retention.hours", "168", "7d"},
        {"cleanup.policy", "compact", "compact"}}) {
    EXPECT_EQ(human_config_value(name, value), shown);
    EXPECT_EQ(config_value(name, shown), value);
  }
}

}  // namespace
}  // namespace weir::app
