#include "wire/record/control_record.h"

#include <gtest/gtest.h>

#include "wire/record/record_test_support.h"

namespace weir::wire {
namespace {

using namespace std::string_view_literals;

TEST(ControlRecord, keys_are_a_version_and_a_type) {
  EXPECT_EQ(parse_control_key(blob("\0\0\0\1"sv)), ControlType::commit);
  EXPECT_EQ(parse_control_key(blob("\0\7\0\2more"sv)), ControlType::leader_change);
  EXPECT_EQ(parse_control_key(blob("\0\0\0\x63"sv)), static_cast<ControlType>(99));
  for (const auto bad : {blob("\0\0\0"sv), Blob(), Blob::null(), blob("\xff\xff\0\1"sv)}) {
    EXPECT_EQ(parse_control_key(bad).error().code, Errc::corrupt);
  }
}

TEST(ControlRecord, end_markers_of_later_versions_are_read) {
  const auto parse = [](std::string_view key, Blob value) {
    return parse_end_txn_marker(Record{.key = blob(key), .value = value});
  };
  EXPECT_EQ(parse("\0\0\0\1"sv, blob("\0\0\0\0\1\0"sv)), (EndTxnMarker{true, 256}));
  EXPECT_EQ(parse("\0\0\0\0"sv, blob("\0\1\0\0\0\5new"sv)), (EndTxnMarker{false, 5}));
  EXPECT_FALSE(parse("\0\0\0\2"sv, blob("\0\0\0\0\1\0"sv))) << "not a marker";
  EXPECT_FALSE(parse("\0\0\0\1"sv, blob("\0\0\0\0\1"sv))) << "short";
  EXPECT_FALSE(parse("\0\0\0\1"sv, blob("\xff\xff\0\0\0\1"sv))) << "negative version";
  EXPECT_FALSE(parse("\0\0\0\1"sv, Blob::null()));
  EXPECT_FALSE(parse(""sv, blob("\0\0\0\0\1\0"sv)));
}

}  // namespace
}  // namespace weir::wire
