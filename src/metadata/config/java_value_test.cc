#include "metadata/config/java_value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace weir::metadata {
namespace {

TEST(JavaValue, integers_are_read_as_java_reads_them) {
  const auto read = [](std::string_view text) { return java_integer(text, -100, 100); };
  EXPECT_EQ(read("7"), 7);
  EXPECT_EQ(read("+7"), 7);
  EXPECT_EQ(read("-7"), -7);
  EXPECT_EQ(read("007"), 7);
  for (const char* bad : {"", "+", "-", "+-7", "--7", "7 ", " 7", "7x", "0x7", "101", "-101",
                          "99999999999999999999"}) {
    EXPECT_EQ(read(bad), std::nullopt) << bad;
  }
}

TEST(JavaValue, reals_are_read_as_java_reads_them) {
  EXPECT_EQ(java_real("0.5"), 0.5);
  EXPECT_EQ(java_real("+.5"), 0.5);
  EXPECT_EQ(java_real("1."), 1.0);
  EXPECT_EQ(java_real("1d"), 1.0);
  EXPECT_EQ(java_real("1e-3f"), 0.001);
  EXPECT_EQ(java_real("0x1p-1"), 0.5);
  EXPECT_EQ(java_real("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(java_real("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(java_real("1e-999"), 0.0);
  EXPECT_TRUE(std::isnan(*java_real("NaN")));
  for (const char* bad : {"", "abc", "0x1", "infinity", "nan", "1,5", "--1", "1e", "d", "0.5 "}) {
    EXPECT_EQ(java_real(bad), std::nullopt) << bad;
  }
}

TEST(JavaValue, reals_are_printed_as_java_prints_them) {
  EXPECT_EQ(java_real_text(0.5), "0.5");
  EXPECT_EQ(java_real_text(1), "1.0");
  EXPECT_EQ(java_real_text(-0.0), "-0.0");
  EXPECT_EQ(java_real_text(0.001), "0.001");
  EXPECT_EQ(java_real_text(0.0001), "1.0E-4");
  EXPECT_EQ(java_real_text(1e7), "1.0E7");
  EXPECT_EQ(java_real_text(9999999), "9999999.0");
  EXPECT_EQ(java_real_text(1.25e22), "1.25E22");
  EXPECT_EQ(java_real_text(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(java_real_text(-std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_EQ(java_real_text(std::nan("")), "NaN");
}

TEST(JavaValue, lists_lose_the_space_around_their_commas) {
  using List = std::vector<std::string>;
  EXPECT_EQ(java_list("  "), List{});
  EXPECT_EQ(java_list(" a ,\tb b , c "), (List{"a", "b b", "c"}));
  EXPECT_EQ(java_list(","), (List{"", ""}));
  EXPECT_EQ(java_list_text({"a", "b"}), "[a, b]");
  EXPECT_EQ(joined({}), "");
}

}  // namespace
}  // namespace weir::metadata
