#include "wire/codec/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <string>

#include "base/steps.h"
#include "wire/codec/descriptor.h"
#include "wire/message/api_versions_request.h"
#include "wire/message/api_versions_response.h"
#include "wire/message/consumer_group_member_metadata_value.h"
#include "wire/message/describe_topic_partitions_response.h"
#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"
#include "wire/message/list_groups_response.h"
#include "wire/message/metadata_response.h"
#include "wire/message/produce_request.h"
#include "wire/message/request_header.h"
#include "wire/message/sync_group_request.h"

namespace weir::wire {
namespace {

std::string hex(Bytes bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const auto byte : bytes) {
    out += digits[std::to_integer<int>(byte) >> 4];
    out += digits[std::to_integer<int>(byte) & 15];
  }
  return out;
}

template <class M>
std::string encoded(const M& message, std::int16_t version) {
  Output output;
  const auto done = encode(message, version, output);
  if (!done) return done.error().message();
  EXPECT_EQ(output.size_with_gaps(), encoded_size(message, version).value());
  return hex(output.bytes());
}

template <class M>
std::string error_of(const M& message, std::int16_t version) {
  const auto size = encoded_size(message, version);
  return size ? "none" : size.error().message();
}

template <class M>
std::string decode_error(std::string_view bytes, std::int16_t version) {
  M message;
  Arena arena;
  const auto done = decode_whole(message, as_bytes(bytes), version, arena);
  return done ? "none" : done.error().message();
}

ProduceRequest::PartitionProduceData partition(std::int32_t index, Bytes records) {
  ProduceRequest::PartitionProduceData data;
  data.index = index;
  data.records = Records(records);
  return data;
}

TEST(Codec, legacy_produce_request_has_the_documented_bytes) {
  std::vector<ProduceRequest::PartitionProduceData> partitions{partition(2, as_bytes("abc"))};
  std::vector<ProduceRequest::TopicProduceData> topics(1);
  topics[0].name = "t";
  topics[0].partition_data = partitions;
  ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 1000;
  request.topic_data = topics;
  EXPECT_EQ(encoded(request, 3),
            "ffff"
            "ffff"
            "000003e8"
            "00000001"
            "000174"
            "00000001"
            "00000002"
            "00000003"
            "616263");
}

TEST(Codec, flexible_produce_request_has_compact_lengths_and_tag_sections) {
  std::vector<ProduceRequest::PartitionProduceData> partitions{partition(2, as_bytes("abc"))};
  std::vector<ProduceRequest::TopicProduceData> topics(1);
  topics[0].name = "t";
  topics[0].partition_data = partitions;
  ProduceRequest request;
  request.transactional_id = "x";
  request.acks = 1;
  request.topic_data = topics;
  EXPECT_EQ(encoded(request, 9),
            "0278"
            "0001"
            "00000000"
            "02"
            "0274"
            "02"
            "00000002"
            "04616263"
            "00"
            "00"
            "00");
}

TEST(Codec, request_header_keeps_the_legacy_client_id_when_flexible) {
  RequestHeader header;
  header.request_api_key = 18;
  header.request_api_version = 3;
  header.correlation_id = 7;
  header.client_id = "me";
  EXPECT_EQ(encoded(header, 1),
            "0012"
            "0003"
            "00000007"
            "00026d65");
  EXPECT_EQ(encoded(header, 2),
            "0012"
            "0003"
            "00000007"
            "00026d65"
            "00");
}

TEST(Codec, decoded_values_are_views_into_the_frame) {
  std::vector<ProduceRequest::PartitionProduceData> partitions{partition(2, as_bytes("abc"))};
  std::vector<ProduceRequest::TopicProduceData> topics(1);
  topics[0].name = "topic";
  topics[0].partition_data = partitions;
  ProduceRequest request;
  request.topic_data = topics;
  Output output;
  ASSERT_TRUE(encode(request, 9, output));
  ProduceRequest decoded;
  Arena arena;
  ASSERT_TRUE(decode_whole(decoded, output.bytes(), 9, arena));
  ASSERT_EQ(decoded.topic_data.size(), 1u);
  EXPECT_EQ(decoded.topic_data[0].name.view(), "topic");
  EXPECT_TRUE(decoded.transactional_id.is_null());
  const auto records = decoded.topic_data[0].partition_data[0].records.view();
  EXPECT_GE(records.data(), output.bytes().data());
  EXPECT_EQ(as_text(records), "abc");
}

TEST(Codec, external_records_leave_a_gap_and_count_in_the_size) {
  std::vector<FetchResponse::PartitionData> partitions(2);
  partitions[0].records = Records::external(100'000);
  partitions[1].records = Records::external(0);
  std::vector<FetchResponse::FetchableTopicResponse> topics(1);
  topics[0].partitions = partitions;
  FetchResponse response;
  response.responses = topics;
  Output output;
  output.append(as_bytes("head"));
  ASSERT_TRUE(encode(response, 12, output));
  ASSERT_EQ(output.gaps().size(), 1u);
  EXPECT_EQ(output.gaps()[0].size, 100'000u);
  EXPECT_EQ(output.size_with_gaps(), 4 + encoded_size(response, 12).value());
  // The compact length (100001) ends right before the gap.
  const auto before = output.bytes().first(output.gaps()[0].position);
  EXPECT_EQ(hex(before.last(3)), "a18d06");
}

TEST(Codec, unknown_tags_survive_a_round_trip) {
  const std::string bytes =
      std::string("\0\x12\0\x03\0\0\0\x07\xff\xff", 10) + std::string("\x02\x00\x01z\x05\x00", 6);
  RequestHeader header;
  Arena arena;
  ASSERT_TRUE(decode_whole(header, as_bytes(bytes), 2, arena));
  ASSERT_EQ(header.unknown_tags.size(), 2u);
  EXPECT_EQ(header.unknown_tags[1].tag, 5u);
  EXPECT_EQ(encoded(header, 2), hex(as_bytes(bytes)));
  EXPECT_THAT(error_of(header, 1), testing::HasSubstr("this version has none"));
}

TEST(Codec, unknown_tags_must_ascend_when_written) {
  UnknownTag tags[] = {{5, {}}, {5, {}}};
  RequestHeader header;
  header.unknown_tags = Array<UnknownTag>(tags, 2);
  EXPECT_THAT(error_of(header, 2), testing::HasSubstr("not ascending"));
}

TEST(Codec, known_tagged_fields_are_written_when_not_default) {
  ApiVersionsResponse response;
  EXPECT_EQ(encoded(response, 3),
            "0000"
            "01"
            "00000000"
            "00");
  response.finalized_features_epoch = 1;
  EXPECT_EQ(encoded(response, 3),
            "0000"
            "01"
            "00000000"
            "01"
            "01"
            "08"
            "0000000000000001");
}

TEST(Codec, nullable_struct_has_a_marker_byte) {
  DescribeTopicPartitionsResponse response;
  EXPECT_EQ(encoded(response, 0),
            "00000000"
            "01"
            "ff"
            "00");
  DescribeTopicPartitionsResponse::Cursor cursor;
  cursor.topic_name = "t";
  response.next_cursor = &cursor;
  EXPECT_EQ(encoded(response, 0),
            "00000000"
            "01"
            "01"
            "0274"
            "00000000"
            "00"
            "00");
}

TEST(Codec, a_field_the_version_lacks_is_dropped_only_when_ignorable) {
  FetchRequest request;
  request.rack_id = "r";  // ignorable
  EXPECT_EQ(error_of(request, 10), "none");
  MetadataResponse response;
  response.error_code = 3;  // ignorable
  EXPECT_EQ(error_of(response, 12), "none");
  FetchRequest::ForgottenTopic forgotten;
  request.forgotten_topics_data = Array<FetchRequest::ForgottenTopic>(&forgotten, 1);
  EXPECT_THAT(error_of(request, 6), testing::HasSubstr("FetchRequest.forgottenTopicsData is set"));
}

TEST(Codec, null_is_refused_where_it_may_not_be) {
  RequestHeader header;
  header.client_id = Str::null();
  EXPECT_EQ(error_of(header, 1), "none");
  ApiVersionsResponse response;
  response.api_keys = Array<ApiVersionsResponse::ApiVersion>::null();
  EXPECT_THAT(error_of(response, 0), testing::HasSubstr("apiKeys is null"));
  EXPECT_THAT(decode_error<ApiVersionsResponse>(std::string_view("\0\0\xff\xff\xff\xff", 6), 0),
              testing::HasSubstr("apiKeys is null"));
}

TEST(Codec, versions_outside_the_schema_are_unsupported) {
  EXPECT_THAT(error_of(ProduceRequest{}, 2), testing::StartsWith("unsupported"));
  EXPECT_THAT(decode_error<ProduceRequest>("", 14), testing::StartsWith("unsupported"));
}

TEST(Codec, a_count_beyond_the_bytes_allocates_nothing) {
  const std::string bytes("\0\0\x00\x0f\x00\x00", 6);  // a million api keys, then nothing
  ApiVersionsResponse response;
  Arena arena;
  EXPECT_FALSE(decode(response, as_bytes(bytes), 0, arena));
  EXPECT_EQ(arena.bytes_reserved(), 0u);
}

TEST(Codec, every_cut_of_a_message_is_corrupt) {
  std::vector<ProduceRequest::PartitionProduceData> partitions{partition(2, as_bytes("abc"))};
  std::vector<ProduceRequest::TopicProduceData> topics(1);
  topics[0].name = "topic";
  topics[0].partition_data = partitions;
  ProduceRequest request;
  request.topic_data = topics;
  Output output;
  ASSERT_TRUE(encode(request, 9, output));
  for (std::size_t size = 0; size < output.bytes().size(); ++size) {
    EXPECT_THAT(decode_error<ProduceRequest>(as_text(output.bytes().first(size)), 9),
                testing::StartsWith("corrupt"))
        << size;
  }
}

std::string big_endian32(std::uint32_t value) {
  std::string out(4, '\0');
  store_be(reinterpret_cast<std::byte*>(out.data()), value);
  return out;
}

TEST(Codec, collections_end_at_a_million_elements) {
  const auto with = [](std::uint32_t count) {
    return std::string("\0\0", 2) + big_endian32(count) + std::string(count * std::size_t{6}, '\0');
  };
  EXPECT_EQ(decode_error<ApiVersionsResponse>(with(1'000'000), 0), "none");
  EXPECT_THAT(decode_error<ApiVersionsResponse>(with(1'000'001), 0),
              testing::HasSubstr("apiKeys has more elements than are allowed"));
}

// Each element has three bytes on the wire and forty-eight in memory.
TEST(Codec, many_tiny_elements_are_refused_beyond_the_budget) {
  std::string bytes("\1\0\0\0\0\1\0\0\0\xc1\x84\x3d", 12);
  for (int i = 0; i < 1'000'000; ++i) bytes += std::string_view("\1\1\0", 3);
  bytes += '\0';
  SyncGroupRequest request;
  Arena arena;
  const auto refused = decode(request, as_bytes(bytes), 5, arena);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            "SyncGroupRequest.assignments has too many elements for its bytes");
  EXPECT_LE(arena.bytes_reserved(), decoded_memory_budget(bytes.size()));
}

// Cut off at the very end: nothing is taken for elements that may be there and do not make a whole.
TEST(Codec, a_message_that_does_not_reach_its_end_takes_no_more_than_its_bytes) {
  const auto with = [](std::size_t assignments) {
    std::string bytes("\1\0\0\0\0\1\0\0\0\xa1\x9c\x01", 12);  // 20,000 of them
    for (std::size_t i = 0; i < assignments; ++i) bytes += std::string_view("\1\1\0", 3);
    return bytes + '\0';
  };
  SyncGroupRequest request;
  Arena arena;
  ASSERT_TRUE(decode(request, as_bytes(with(20'000)), 5, arena));
  EXPECT_EQ(request.assignments.size(), 20'000u);
  EXPECT_GE(arena.bytes_reserved(), 20'000 * sizeof(request.assignments[0]));
  // One less, and bytes of no sense instead of it.
  const auto cut = with(19'999) + std::string("\x7f\0", 2);
  Arena little;
  const auto refused = decode(request, as_bytes(cut), 5, little);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, testing::HasSubstr("SyncGroupRequest"));
  EXPECT_LE(little.bytes_reserved(), 2 * cut.size());
}

TEST(Codec, tag_sections_end_at_ten_thousand_fields) {
  const std::string head("\0\x12\0\x03\0\0\0\x07\xff\xff", 10);
  std::string fields;
  for (int i = 0; i < 10'001; ++i) fields += std::string("\x09\x00", 2);
  EXPECT_EQ(decode_error<RequestHeader>(head + "\x90\x4e" + fields.substr(2), 2), "none");
  EXPECT_THAT(decode_error<RequestHeader>(head + "\x91\x4e" + fields, 2),
              testing::HasSubstr("more tagged fields than are allowed"));
}

TEST(Codec, strings_end_at_32767_bytes) {
  const std::string most(32'767, 's');
  ApiVersionsRequest request;
  request.client_software_name = most;
  EXPECT_EQ(error_of(request, 3), "none");
  const std::string more(32'768, 's');
  request.client_software_name = more;
  EXPECT_THAT(error_of(request, 3), testing::HasSubstr("longer than a string may be"));
  EXPECT_THAT(decode_error<ApiVersionsRequest>("\x81\x80\x02" + more, 3),
              testing::HasSubstr("longer than a string may be"));
}

TEST(Codec, a_tag_of_another_version_or_of_a_wrong_size_is_corrupt) {
  FetchRequest request;
  Output output;
  ASSERT_TRUE(encode(request, 12, output));
  const auto body = std::string(as_text(output.bytes().first(output.bytes().size() - 1)));
  // Tag 1 came with version 15.
  EXPECT_THAT(decode_error<FetchRequest>(body + std::string("\x01\x01\x01\x00", 4), 12),
              testing::HasSubstr("has a tag that its version does not know"));
  // Tag 0 is a compact string of one letter: two bytes.
  EXPECT_EQ(decode_error<FetchRequest>(body + std::string("\x01\x00\x02\x02x", 5), 12), "none");
  EXPECT_THAT(decode_error<FetchRequest>(body + std::string("\x01\x00\x03\x02xy", 6), 12),
              testing::HasSubstr("clusterId does not fill its tagged field"));
  EXPECT_THAT(decode_error<FetchRequest>(body + std::string("\x01\x00\x01\x02x", 5), 12),
              testing::HasSubstr("clusterId is cut off"));
  EXPECT_THAT(decode_error<FetchRequest>(body + std::string("\x01\x00\x09\x02x", 5), 12),
              testing::HasSubstr("has a tagged field that is cut off"));
}

TEST(Codec, the_last_of_two_equal_tags_counts) {
  FetchRequest request;
  Output output;
  ASSERT_TRUE(encode(request, 12, output));
  const auto body = std::string(as_text(output.bytes().first(output.bytes().size() - 1)));
  const auto twice = body + std::string("\x02\x00\x02\x02x\x00\x02\x02y", 9);
  Arena arena;
  ASSERT_TRUE(decode_whole(request, as_bytes(twice), 12, arena));
  EXPECT_EQ(request.cluster_id.view(), "y");
}

TEST(Codec, a_varint_of_more_than_five_bytes_is_corrupt) {
  EXPECT_THAT(decode_error<ApiVersionsRequest>("\x81\x80\x80\x80\x80\x01", 3),
              testing::HasSubstr("length that is cut off or too long"));
}

TEST(Codec, any_negative_length_means_null) {
  // As in Kafka: -5 where -1 is usual.
  const std::string bytes("\0\x12\0\x03\0\0\0\x07\xff\xfb", 10);
  RequestHeader header;
  Arena arena;
  ASSERT_TRUE(decode_whole(header, as_bytes(bytes), 1, arena));
  EXPECT_TRUE(header.client_id.is_null());
}

TEST(Codec, a_nullable_struct_whose_default_is_not_null_tells_null_from_absent) {
  ConsumerGroupMemberMetadataValue value;
  const auto plain = encoded(value, 0);
  value.classic_member_metadata = nullptr;
  EXPECT_EQ(encoded(value, 0), plain.substr(0, plain.size() - 2) +
                                   "01"
                                   "00"
                                   "01"
                                   "00");
  Output output;
  ASSERT_TRUE(encode(value, 0, output));
  ConsumerGroupMemberMetadataValue decoded;
  Arena arena;
  ASSERT_NE(decoded.classic_member_metadata, nullptr);
  ASSERT_TRUE(decode_whole(decoded, output.bytes(), 0, arena));
  EXPECT_EQ(decoded.classic_member_metadata, nullptr);
}

TEST(Codec, bytes_after_a_message_are_counted_or_refused) {
  const std::string bytes(
      "\0\x12\0\x03\0\0\0\x07\xff\xff"
      "rest",
      14);
  RequestHeader header;
  Arena arena;
  EXPECT_EQ(decode(header, as_bytes(bytes), 1, arena).value(), 10u);
  EXPECT_THAT(decode_error<RequestHeader>(bytes, 1), testing::HasSubstr("bytes left over"));
}

TEST(Codec, an_error_leaves_the_output_as_it_was) {
  Output output;
  output.append(as_bytes("x"));
  ApiVersionsResponse response;
  response.api_keys = Array<ApiVersionsResponse::ApiVersion>::null();
  EXPECT_FALSE(encode(response, 0, output));
  EXPECT_EQ(as_text(output.bytes()), "x");
}

TEST(Codec, default_messages_of_every_version_round_trip) {
  std::size_t count = 0;
  for (const auto* message : all_messages()) {
    const auto& root = message->structs[message->root];
    const auto made =
        std::make_unique<std::max_align_t[]>(root.size / sizeof(std::max_align_t) + 1);
    for (auto version = message->min_version; version <= message->max_version; ++version) {
      Output first;
      ASSERT_TRUE(codec_detail::encode(root.default_value, *message, version, first))
          << message->name;
      ASSERT_GE(first.bytes().size(), message->plan(version).min_size) << message->name;
      std::memcpy(made.get(), root.default_value, root.size);
      Arena arena;
      const auto used = codec_detail::decode(made.get(), *message, first.bytes(), version, arena);
      ASSERT_TRUE(used) << message->name << " " << used.error().message();
      ASSERT_EQ(*used, first.bytes().size());
      Output second;
      ASSERT_TRUE(codec_detail::encode(made.get(), *message, version, second));
      ASSERT_EQ(hex(first.bytes()), hex(second.bytes())) << message->name;
      ++count;
    }
  }
  EXPECT_GT(count, 700u);
}

// The most memory that one byte of a whole message calls for: each struct has its least bytes to
// itself (what stands before it, a count or a mark of presence, counts with what it stands in).
double memory_per_byte(const MessageDescriptor& message, const Plan& plan) {
  double worst = plan.flexible ? sizeof(UnknownTag) / 2.0 : 0;
  for (const auto ops : {message.steps(plan), message.tagged(plan)}) {
    for (const auto& op : ops) {
      double here = 0;
      if (op.code == OpCode::array) {
        here = sizeof(Blob);  // for one byte of length
      } else if (op.code == OpCode::structure) {
        here = memory_per_byte(message, message.plans[op.plan]);
      } else if (op.code == OpCode::struct_array || op.code == OpCode::pointer) {
        const auto& inner = message.plans[op.plan];
        const double size = message.structs[inner.structure].size;
        here = std::max(size / inner.min_size, memory_per_byte(message, inner));
      }
      worst = std::max(worst, here);
    }
  }
  return worst;
}

// The list that codec.h speaks of: all but these need at most 22.
TEST(Codec, no_message_needs_more_memory_than_the_stated_bound) {
  std::set<std::string> large;
  for (const auto* message : all_messages()) {
    for (auto version = message->min_version; version <= message->max_version; ++version) {
      const double memory = memory_per_byte(*message, message->plan(version));
      EXPECT_LE(memory, 27) << message->name << version;
      if (memory > 22) large.insert(message->name);
    }
  }
  EXPECT_THAT(large,
              testing::ElementsAre("ListGroupsResponse", "MetadataRequest", "OffsetFetchRequest"));
}

// The hungriest of all: 80 bytes of memory for 3 on the wire.
TEST(Codec, a_message_of_the_smallest_elements_is_taken_in_one_piece_and_within_the_bound) {
  for (const std::size_t count : {1, 10, 150, 300, 1000, 16'000, 100'000}) {
    std::vector<ListGroupsResponse::ListedGroup> groups(count);
    ListGroupsResponse response;
    response.groups = groups;
    Output output;
    ASSERT_TRUE(encode(response, 3, output));
    ListGroupsResponse decoded;
    Arena arena;
    ASSERT_TRUE(decode_whole(decoded, output.bytes(), 3, arena)) << count;
    EXPECT_EQ(decoded.groups.size(), count);
    EXPECT_LE(arena.bytes_reserved(), decoded_memory_budget(output.bytes().size()));
    if (count >= 1000) EXPECT_EQ(arena.bytes_reserved(), count * sizeof(groups[0]));
  }
}

// The arrays of many elements are small ones: what is taken before the walk and after it is what
// they need, and not what doubling would take.
TEST(Codec, many_small_arrays_are_taken_within_the_bound) {
  for (const std::size_t count : {3, 100, 300, 1000, 3000, 30'000}) {
    std::vector<MetadataResponse::MetadataResponsePartition> partitions(count);
    std::vector<std::int32_t> nodes{7};
    for (auto& one : partitions) one.replica_nodes = one.isr_nodes = nodes;
    std::vector<MetadataResponse::MetadataResponseTopic> topics(1);
    topics[0].name = "t";
    topics[0].partitions = partitions;
    MetadataResponse response;
    response.topics = topics;
    Output output;
    ASSERT_TRUE(encode(response, 9, output));
    MetadataResponse decoded;
    Arena arena;
    ASSERT_TRUE(decode_whole(decoded, output.bytes(), 9, arena)) << count;
    const auto bytes = output.bytes().size();
    EXPECT_LE(arena.bytes_reserved(), decoded_memory_budget(bytes)) << count;
    EXPECT_LE(arena.bytes_reserved(), (std::size_t{32} << 10) + 7 * bytes) << count;
  }
}

TEST(Codec, work_grows_with_the_bytes_and_no_faster) {
  if (!steps_are_counted) GTEST_SKIP() << "this program does not count them";
  const auto steps_of = [](std::size_t tags) {
    std::string bytes("\0\x12\0\x03\0\0\0\x07\xff\xff", 10);
    bytes += tags == 10'000 ? "\x90\x4e" : "\x88\x27";
    for (std::size_t i = 0; i < tags; ++i) bytes += std::string_view("\x09\x00", 2);
    RequestHeader header;
    Arena arena;
    const StepsSince steps;
    EXPECT_TRUE(decode(header, as_bytes(bytes), 2, arena)) << tags;
    return steps.taken();
  };
  const auto half = steps_of(5'000), whole = steps_of(10'000);
  EXPECT_GE(half, 5'000u);
  EXPECT_LE(whole, 2 * half);
}

TEST(Arena, reserves_at_most_four_times_what_it_hands_out) {
  for (const std::size_t step : {1, 700, 1025, 5000, 70'000, 3'000'000}) {
    Arena arena;
    std::size_t used = 0;
    for (int i = 0; i < 40; ++i) {
      const auto size = i % 2 == 0 ? step : step / 2 + 1;
      arena.allocate(size, 1);
      used += size;
      EXPECT_LE(arena.bytes_reserved(), 1024 + 4 * used) << step;
    }
  }
}

TEST(Arena, takes_one_piece_for_what_is_reserved) {
  Arena arena;
  arena.allocate(3, 1);
  arena.reserve(80'000, 8);
  EXPECT_EQ(arena.bytes_reserved(), 1024 + 80'000u);
  for (int i = 0; i < 10'000; ++i) arena.allocate(8, 8);
  EXPECT_EQ(arena.bytes_reserved(), 1024 + 80'000u);
  arena.reserve(8, 8);
  arena.clear();
  arena.reserve(80'000, 8);  // what is kept has room
  EXPECT_EQ(arena.bytes_reserved(), 80'000u);
}

TEST(Arena, keeps_one_block_when_cleared) {
  Arena arena;
  arena.array<std::int32_t>(100);
  arena.array<std::int32_t>(10'000);
  const auto before = arena.bytes_reserved();
  arena.clear();
  EXPECT_EQ(arena.bytes_reserved(), 40'000u);
  EXPECT_LT(arena.bytes_reserved(), before);
  arena.array<std::int32_t>(10'000);  // fits into what was kept
  EXPECT_EQ(arena.bytes_reserved(), 40'000u);
}

TEST(Arena, copies_outlive_their_source) {
  Arena arena;
  Str copy;
  {
    const std::string text = "some text that is longer than a small string";
    copy = arena.copy(text);
  }
  EXPECT_EQ(copy.view(), "some text that is longer than a small string");
  EXPECT_FALSE(arena.copy(std::string_view{}).is_null());
}

TEST(Codec, json_is_what_kafkas_converters_say) {
  ProduceRequest request;
  request.acks = -1;
  EXPECT_EQ(to_json(request, 9),
            R"({"transactionalId":null,"acks":-1,"timeoutMs":0,"topicData":[]})");
}

}  // namespace
}  // namespace weir::wire
