#include "client/admin/member_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/codec/codec.h"
#include "wire/message/consumer_protocol_assignment.h"
#include "wire/message/consumer_protocol_subscription.h"

namespace weir::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <class M>
std::vector<std::byte> bytes_of(const M& message, std::int16_t version, std::int16_t told) {
  wire::Output output;
  store_be(output.grow(2), told);
  EXPECT_TRUE(wire::encode(message, version, output).has_value());
  return output.take();
}

std::vector<std::byte> subscription(std::int16_t version, std::int16_t told) {
  std::vector<wire::Str> topics{"b", "a"};
  wire::ConsumerProtocolSubscription message;
  message.topics = topics;
  message.rack_id = "r";
  return bytes_of(message, version, told);
}

std::vector<std::byte> assignment(std::int16_t version, std::int16_t told) {
  std::vector<std::int32_t> indexes{3, 1};
  std::vector<wire::ConsumerProtocolAssignment::TopicPartition> topics(2);
  topics[0].topic = "b";
  topics[0].partitions = indexes;
  topics[1].topic = "a";
  topics[1].partitions = indexes;
  wire::ConsumerProtocolAssignment message;
  message.assigned_partitions = topics;
  return bytes_of(message, version, told);
}

TEST(MemberBytes, of_every_version_are_read) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    MemberDescription member;
    member.metadata_bytes = subscription(version, version);
    member.assignment_bytes = assignment(version, version);
    read_consumer_protocol(member);
    EXPECT_THAT(member.subscription, ElementsAre("b", "a"));
    EXPECT_EQ(member.rack.has_value(), version == 3);
    EXPECT_THAT(member.assignment, ElementsAre(TopicPartition{"a", 1}, TopicPartition{"a", 3},
                                               TopicPartition{"b", 1}, TopicPartition{"b", 3}));
    EXPECT_THAT(member.metadata_bytes, IsEmpty());
    EXPECT_THAT(member.assignment_bytes, IsEmpty());
  }
}

TEST(MemberBytes, of_a_later_version_are_read_as_far_as_they_are_known) {
  MemberDescription member;
  member.metadata_bytes = subscription(3, 9);
  member.metadata_bytes.resize(member.metadata_bytes.size() + 5);
  read_consumer_protocol(member);
  EXPECT_THAT(member.subscription, ElementsAre("b", "a"));
}

TEST(MemberBytes, that_are_something_else_stay) {
  const auto whole = assignment(3, 3);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    MemberDescription member;
    member.assignment_bytes.assign(whole.begin(),
                                   whole.begin() + static_cast<std::ptrdiff_t>(size));
    read_consumer_protocol(member);
    EXPECT_THAT(member.assignment, IsEmpty()) << size;
    EXPECT_EQ(member.assignment_bytes.size(), size);
  }
  MemberDescription member;
  member.metadata_bytes = subscription(3, -1);
  read_consumer_protocol(member);
  EXPECT_THAT(member.subscription, IsEmpty());
  EXPECT_FALSE(member.metadata_bytes.empty());
}

}  // namespace
}  // namespace weir::client
