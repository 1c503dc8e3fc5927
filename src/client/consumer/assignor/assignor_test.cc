#include "client/consumer/assignor/assignor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/consumer/assignor/java_order.h"
#include "client/consumer/assignor/sticky_user_data.h"

namespace weir::client {
namespace {

constexpr Assignor every_assignor[] = {Assignor::range, Assignor::round_robin, Assignor::sticky,
                                       Assignor::cooperative_sticky};

GroupMember member(std::string id, std::vector<std::string> topics,
                   std::vector<TopicPartition> owned = {}, std::int32_t generation = 1) {
  Subscription subscription{.topics = std::move(topics), .generation = generation};
  subscription.owned = owned;
  subscription.user_data = encode_sticky_user_data(owned, generation);
  return {.id = std::move(id), .instance_id = {}, .subscription = std::move(subscription)};
}

TEST(Assignor, is_known_by_kafkas_name) {
  for (const Assignor assignor : every_assignor) {
    EXPECT_EQ(assignor_by_name(name_of(assignor)), assignor);
    EXPECT_EQ(is_cooperative(assignor), assignor == Assignor::cooperative_sticky);
  }
  EXPECT_EQ(assignor_by_name("uniform"), std::nullopt);
}

TEST(Assignor, gives_nothing_of_topics_that_nobody_wants_or_that_are_gone) {
  const GroupTopics topics = {{"a", ReplicaRacks(2)}, {"b", ReplicaRacks(2)}, {"empty", {}}};
  const GroupMember members[] = {member("m", {"b", "gone", "empty"}), member("n", {"gone"}),
                                 member("o", {})};
  for (const Assignor assignor : every_assignor) {
    EXPECT_THAT(
        assign(assignor, topics, members),
        testing::ElementsAre(testing::ElementsAre(TopicPartition{"b", 0}, TopicPartition{"b", 1}),
                             testing::IsEmpty(), testing::IsEmpty()))
        << name_of(assignor);
    EXPECT_TRUE(assign(assignor, topics, {}).empty());
    EXPECT_THAT(assign(assignor, {}, members), testing::Each(testing::IsEmpty()));
  }
}

TEST(Assignor, gives_no_partition_that_a_member_claims_beyond_the_topics_end) {
  const GroupTopics topics = {{"a", ReplicaRacks(2)}};
  const GroupMember members[] = {member("m", {"a"}, {{"a", 7}, {"a", -1}, {"a", 1}}),
                                 member("n", {"a"})};
  for (const Assignor assignor : {Assignor::sticky, Assignor::cooperative_sticky}) {
    const auto assigned = assign(assignor, topics, members);
    EXPECT_THAT(assigned[0], testing::ElementsAre(TopicPartition{"a", 1}));
    EXPECT_THAT(assigned[1], testing::ElementsAre(TopicPartition{"a", 0}));
  }
}

TEST(CooperativeSticky, gives_to_nobody_what_another_member_must_give_up_first) {
  const GroupTopics topics = {{"a", ReplicaRacks(4)}};
  const std::vector<TopicPartition> all = {{"a", 0}, {"a", 1}, {"a", 2}, {"a", 3}};
  const std::vector<TopicPartition> half = {{"a", 0}, {"a", 1}};
  const GroupMember first[] = {member("m", {"a"}, all), member("n", {"a"}, {}, no_generation)};
  EXPECT_THAT(assign(Assignor::cooperative_sticky, topics, first),
              testing::ElementsAre(half, testing::IsEmpty()));
  const GroupMember second[] = {member("m", {"a"}, half, 2), member("n", {"a"}, {}, 2)};
  EXPECT_THAT(assign(Assignor::cooperative_sticky, topics, second)[1], testing::SizeIs(2));
}

TEST(Assignor, user_data_tell_what_was_owned_in_which_generation) {
  const TopicPartition owned[] = {{"b", 1}, {"a", 2}, {"b", 0}};
  Subscription sent;
  sent.user_data = user_data_of(Assignor::sticky, owned, 5);
  EXPECT_THAT(previous_of_sticky(sent).partitions,
              testing::ElementsAre(owned[1], owned[2], owned[0]));
  EXPECT_EQ(previous_of_sticky(sent).generation, 5);
  sent.user_data = user_data_of(Assignor::cooperative_sticky, owned, 5);
  EXPECT_EQ(previous_of_cooperative(sent).generation, 5);
  EXPECT_EQ(user_data_of(Assignor::range, owned, 5), std::nullopt);
  EXPECT_EQ(user_data_of(Assignor::sticky, {}, no_generation), std::nullopt);
}

TEST(StickyUserData, every_cut_of_it_is_no_partitions_or_none_of_a_generation) {
  const TopicPartition owned[] = {{"b", 1}, {"a", 2}};
  const auto whole = encode_sticky_user_data(owned, 5);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    Subscription sent;
    sent.user_data.emplace(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto previous = previous_of_sticky(sent);
    const bool is_old = size >= whole.size() - 4;
    EXPECT_EQ(previous.partitions.size(), is_old ? 2u : 0u) << size;
    EXPECT_EQ(previous.generation, is_old ? std::nullopt : std::optional(no_generation)) << size;
  }
}

TEST(Subscription, is_refused_when_it_is_cut_and_read_when_it_is_newer) {
  const Subscription sent{.topics = {"a"},
                          .user_data = std::vector<std::byte>{std::byte{7}},
                          .owned = {{"a", 1}},
                          .generation = 3,
                          .rack = "r"};
  auto bytes = encode_subscription(sent);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = decode_subscription(Bytes(bytes).first(size));
    ASSERT_FALSE(cut.has_value()) << size;
    EXPECT_EQ(cut.error().code, Errc::corrupt);
    EXPECT_FALSE(decode_assignment(Bytes(bytes).first(size)).has_value() && size < 6);
  }
  EXPECT_EQ(decode_subscription(bytes), sent);
  bytes[1] = std::byte{9};
  bytes.resize(bytes.size() + 3);
  EXPECT_EQ(decode_subscription(bytes), sent);
  bytes[0] = std::byte{0x80};
  EXPECT_FALSE(decode_subscription(bytes).has_value());
}

TEST(JavaOrder, hashes_and_compares_as_java_does) {
  EXPECT_EQ(java_hash(""), 0u);
  EXPECT_EQ(java_hash("hello"), 99162322u);
  EXPECT_EQ(java_hash("\xc3\xb6"), 0xf6u);
  EXPECT_EQ(java_hash("\xf0\x9f\x98\x80"), 31u * 0xd83d + 0xde00);
  EXPECT_TRUE(java_less("\xf0\x9f\x98\x80", "\xef\xbc\xa1"));  // a surrogate pair before U+FF21
  EXPECT_FALSE(java_less("\xef\xbc\xa1", "\xf0\x9f\x98\x80"));
  EXPECT_TRUE(java_less("a", "ab"));
  EXPECT_FALSE(java_less("ab", "a"));
  EXPECT_FALSE(java_less("a", "a"));
}

}  // namespace
}  // namespace weir::client
