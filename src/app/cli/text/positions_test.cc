#include "app/cli/text/positions.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

constexpr TimestampMs command_began = 10'000'000;

TEST(Positions, one_alone_is_where_to_begin) {
  using enum Position::Kind;
  for (const auto& [text, expected] : {std::pair{"start", Position{start}},
                                       {"end", Position{end}},
                                       {"stored", Position{stored}},
                                       {"0", Position{offset, 0}},
                                       {"123", Position{offset, 123}},
                                       {"-5", Position{before_end, 5}},
                                       {"-0", Position{before_end, 0}},
                                       {"@77", Position{time, 77}},
                                       {"-2h", Position{time, command_began - 7'200'000}},
                                       {"1970-01-01T00:01:00", Position{time, 60'000}}}) {
    const auto range = parse_positions(text, command_began);
    ASSERT_TRUE(range) << text;
    EXPECT_EQ(range->from, expected) << text;
    EXPECT_FALSE(range->to);
  }
}

TEST(Positions, two_with_a_colon_are_a_range) {
  using enum Position::Kind;
  const auto range = parse_positions("1970-01-01T00:01:00:1970-01-01T00:02:00", command_began);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->from, (Position{time, 60'000}));
  EXPECT_EQ(range->to, (Position{time, 120'000}));
  EXPECT_EQ(parse_positions("5:end", command_began)->to, Position{end});
  EXPECT_EQ(parse_positions(":7", command_began)->to, (Position{offset, 7}));
  EXPECT_EQ(parse_positions(":7", command_began)->from, Position{start});
  EXPECT_EQ(parse_positions("-1h:@5", command_began)->to, (Position{time, 5}));
}

TEST(Positions, what_is_none_is_refused) {
  for (const char* bad :
       {"", "soon", "1:soon", "5:stored", "1:2:3", "--5", "-9223372036854775808"}) {
    EXPECT_FALSE(parse_positions(bad, command_began)) << bad;
  }
}

}  // namespace
}  // namespace weir::app
