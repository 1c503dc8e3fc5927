// Frames of metadata records and prefixes of coordinators' records.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/coordinator_record.h"
#include "wire/message/feature_level_record.h"
#include "wire/message/offset_commit_key.h"
#include "wire/message/offset_commit_value.h"
#include "wire/message/partition_record.h"
#include "wire/metadata_record.h"

namespace weir::wire {
namespace {

TEST(MetadataRecord, frame_is_version_1_then_key_version_and_message) {
  FeatureLevelRecord record;
  record.name = "kraft.version";
  record.feature_level = 1;
  Output output;
  ASSERT_TRUE(encode_metadata_record(record, 0, output));
  EXPECT_EQ(as_text(output.bytes()),
            std::string_view("\x01\x0c\x00\x0ekraft.version\x00\x01\x00", 20));
  const auto head = read_metadata_record(output.bytes());
  ASSERT_TRUE(head);
  EXPECT_EQ(head->api_key, FeatureLevelRecord::api_key);
  FeatureLevelRecord decoded;
  Arena arena;
  ASSERT_TRUE(decode_metadata_record(decoded, *head, arena));
  EXPECT_EQ(decoded.name.view(), "kraft.version");
  EXPECT_EQ(decoded.feature_level, 1);
}

TEST(MetadataRecord, damaged_frames_are_refused) {
  EXPECT_EQ(read_metadata_record({}).error().code, Errc::corrupt);
  EXPECT_EQ(read_metadata_record(as_bytes("\x01\x0c")).error().code, Errc::corrupt);
  EXPECT_EQ(read_metadata_record(as_bytes(std::string_view("\x00\x0c\x00", 3))).error().code,
            Errc::unsupported);
  EXPECT_EQ(
      read_metadata_record(as_bytes(std::string_view("\x01\xff\xff\x7f\x00", 5))).error().code,
      Errc::corrupt);
}

TEST(MetadataRecord, a_failed_encode_leaves_the_output_alone) {
  FeatureLevelRecord record;
  record.name = Str::null();
  Output output;
  EXPECT_FALSE(encode_metadata_record(record, 0, output));
  EXPECT_TRUE(output.bytes().empty());
}

TEST(MetadataRecord, descriptors_are_found_by_key) {
  EXPECT_EQ(find_metadata_record(PartitionRecord::api_key), &PartitionRecord::descriptor);
  EXPECT_EQ(find_metadata_record(6), nullptr);
  EXPECT_EQ(find_metadata_record(-1), nullptr);
}

TEST(CoordinatorRecord, key_has_its_type_and_value_its_version_before_it) {
  OffsetCommitKey key;
  key.group = "g";
  key.topic = "t";
  key.partition = 3;
  Output output;
  ASSERT_TRUE(encode_coordinator_key(key, output));
  EXPECT_EQ(as_text(output.bytes()), std::string_view("\0\x01\0\x01g\0\x01t\0\0\0\x03", 12));
  const auto prefixed = read_prefixed(output.bytes());
  ASSERT_TRUE(prefixed);
  EXPECT_EQ(find_coordinator_key(Family::group, prefixed->prefix), &OffsetCommitKey::descriptor);
  EXPECT_EQ(find_coordinator_value(Family::group, prefixed->prefix),
            &OffsetCommitValue::descriptor);
  OffsetCommitKey decoded;
  Arena arena;
  ASSERT_TRUE(decode_coordinator_key(decoded, *prefixed, arena));
  EXPECT_EQ(decoded.partition, 3);
}

TEST(CoordinatorRecord, value_of_a_newer_version_is_unsupported) {
  OffsetCommitValue value;
  value.offset = 5;
  Output output;
  ASSERT_TRUE(encode_coordinator_value(value, 3, output));
  OffsetCommitValue decoded;
  Arena arena;
  ASSERT_TRUE(decode_coordinator_value(decoded, output.bytes(), arena));
  EXPECT_EQ(decoded.offset, 5);
  store_be(output.mutable_bytes().data(), std::int16_t{99});
  EXPECT_EQ(decode_coordinator_value(decoded, output.bytes(), arena).error().code,
            Errc::unsupported);
  EXPECT_EQ(decode_coordinator_value(decoded, as_bytes("x"), arena).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace weir::wire
