// The groups of test/assignments, against what Java's assignors made of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "client/consumer/assignor/assignor.h"
#include "client/consumer/assignor/sticky_user_data.h"
#include "wire/compression/compression.h"

namespace weir::client {
namespace {

struct GoldenMember {
  GroupMember plain;  // as a member of an eager group without user data sends it
  std::vector<TopicPartition> owned;
  std::int32_t generation = no_generation;
  char user_data = '-';
};

struct GoldenGroup {
  std::string number;
  std::vector<std::string> topics;
  GroupTopics racks;
  std::vector<GoldenMember> members;
  std::map<std::string, std::string> assigned;     // by assignor: owners, as Java has them
  std::vector<std::vector<std::string>> messages;  // lines of bytes
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) out.push_back(part);
  return out;
}

void add_topic(GoldenGroup& group, const std::vector<std::string>& line) {
  group.topics.push_back(line[1]);
  ReplicaRacks racks;
  for (const std::string& letters : split(line[2], ',')) {
    racks.emplace_back();
    for (const char letter : letters) {
      if (letter != '-') racks.back().emplace_back(1, letter);
    }
  }
  group.racks[line[1]] = racks;
}

void add_member(GoldenGroup& group, const std::vector<std::string>& line) {
  GoldenMember member;
  member.plain.id = line[1];
  if (line[2] != "-") member.plain.instance_id = line[2];
  if (line[3] != "-") member.plain.subscription.rack = line[3];
  member.generation = std::stoi(line[4]);
  member.user_data = line[5][0];
  for (const auto& t : split(line[6], ',')) {
    member.plain.subscription.topics.push_back(group.topics[std::stoul(t)]);
  }
  if (line[7] != "-") {
    for (const auto& owned : split(line[7], ',')) {
      const auto colon = owned.find(':');
      const int topic = std::stoi(owned.substr(0, colon));
      member.owned.push_back({topic < 0 ? "gone" : group.topics[static_cast<std::size_t>(topic)],
                              std::stoi(owned.substr(colon + 1))});
    }
  }
  // Before generations were told (version 1 of the protocol), user data alone had them.
  const bool tells = member.user_data == '1' || member.user_data == '-';
  member.plain.subscription.generation = tells ? member.generation : no_generation;
  group.members.push_back(std::move(member));
}

std::vector<GoldenGroup> golden_groups() {
  std::ifstream in(WEIR_SOURCE_DIR "/test/assignments/groups.golden.gz", std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(in), {}};
  wire::CompressionContext context;
  std::vector<std::byte> bytes;
  EXPECT_TRUE(
      wire::decompress(context, wire::Codec::gzip, as_bytes(packed), 1 << 24, bytes).has_value());
  std::vector<GoldenGroup> groups;
  std::istringstream lines{std::string(as_text(bytes))};
  for (std::string text; std::getline(lines, text);) {
    const auto line = split(text, ' ');
    if (line[0] == "g") {
      groups.emplace_back().number = line[1];
    } else if (line[0] == "t") {
      add_topic(groups.back(), line);
    } else if (line[0] == "m") {
      add_member(groups.back(), line);
    } else if (line[0] == "a") {
      groups.back().assigned[line[1]] = text.substr(3 + line[1].size());
    } else {
      groups.back().messages.push_back(line);
    }
  }
  return groups;
}

std::optional<std::vector<std::byte>> user_data(const GoldenMember& member, Assignor assignor) {
  if (member.user_data == '-') return std::nullopt;
  if (member.user_data == 'x') return std::vector<std::byte>(3, std::byte{1});
  if (assignor == Assignor::cooperative_sticky) {
    return encode_cooperative_user_data(member.generation);
  }
  auto data = encode_sticky_user_data(member.owned, member.generation);
  if (member.user_data == '0') data.resize(data.size() - sizeof(std::int32_t));
  return data;
}

std::vector<GroupMember> members_for(const GoldenGroup& group, Assignor assignor) {
  std::vector<GroupMember> out;
  for (const GoldenMember& member : group.members) {
    GroupMember sent = member.plain;
    if (assignor == Assignor::cooperative_sticky) sent.subscription.owned = member.owned;
    if (assignor == Assignor::sticky || assignor == Assignor::cooperative_sticky) {
      sent.subscription.user_data = user_data(member, assignor);
    }
    out.push_back(std::move(sent));
  }
  return out;
}

// A letter for each partition: its owner. Fails where a partition is given twice or to somebody who
// does not want it.
std::string owners(const GoldenGroup& group, const GroupAssignment& assignment) {
  std::map<std::string, std::string> by_topic;
  for (const auto& [topic, racks] : group.racks) by_topic[topic] = std::string(racks.size(), '-');
  for (std::size_t m = 0; m < assignment.size(); ++m) {
    for (const auto& [topic, partition] : assignment[m]) {
      char& owner = by_topic.at(topic).at(static_cast<std::size_t>(partition));
      EXPECT_EQ(owner, '-') << "group " << group.number;
      EXPECT_THAT(group.members[m].plain.subscription.topics, testing::Contains(topic));
      owner = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[m];
    }
  }
  std::string out;
  for (const std::string& topic : group.topics) {
    out += (out.empty() ? "" : " ") + by_topic[topic];
  }
  return out;
}

class AssignorGolden : public testing::TestWithParam<Assignor> {};

TEST_P(AssignorGolden, divides_a_thousand_groups_as_java_does) {
  int compared = 0;
  for (const GoldenGroup& group : golden_groups()) {
    const auto members = members_for(group, GetParam());
    const std::string ours = owners(group, assign(GetParam(), group.racks, members));
    const std::string& javas = group.assigned.at(std::string(name_of(GetParam())));
    if (javas == "invalid") continue;  // ours is not: owners() looks
    ASSERT_EQ(ours, javas) << "group " << group.number;
    ++compared;
  }
  EXPECT_GE(compared, 1000);
}

INSTANTIATE_TEST_SUITE_P(Each, AssignorGolden,
                         testing::Values(Assignor::range, Assignor::round_robin, Assignor::sticky,
                                         Assignor::cooperative_sticky));

std::string hex(Bytes bytes) {
  std::string out;
  for (const std::byte b : bytes) {
    out += "0123456789abcdef"[std::to_integer<int>(b) >> 4];
    out += "0123456789abcdef"[std::to_integer<int>(b) & 15];
  }
  return out;
}

std::vector<std::byte> unhex(const std::string& text) {
  std::vector<std::byte> out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

TEST(Subscription, is_written_and_read_as_java_does_in_every_version) {
  int compared = 0;
  for (const GoldenGroup& group : golden_groups()) {
    for (const auto& line : group.messages) {
      const auto bytes = unhex(line.back());
      const auto version = load_be<std::int16_t>(bytes.data());
      if (line[0] == "e") {
        const auto assignment = decode_assignment(bytes);
        ASSERT_TRUE(assignment.has_value());
        EXPECT_EQ(hex(encode_assignment(*assignment, version)), line.back());
        continue;
      }
      const Assignor assignor = *assignor_by_name(line[1]);
      const auto subscription = decode_subscription(bytes);
      ASSERT_TRUE(subscription.has_value());
      EXPECT_EQ(hex(encode_subscription(*subscription, version)), line.back());
      Subscription sent = members_for(group, assignor)[0].subscription;
      // Java writes the topics of user data in the order of a map, so ours may differ in that.
      if (assignor == Assignor::sticky && sent.user_data) {
        std::ranges::sort(*sent.user_data);
        auto theirs = *subscription->user_data;
        std::ranges::sort(theirs);
        if (group.members[0].user_data != 'x') EXPECT_EQ(*sent.user_data, theirs);
      } else if (group.members[0].user_data != 'x') {
        EXPECT_EQ(sent.user_data, subscription->user_data);
      }
      EXPECT_EQ(subscription->generation, version >= 2 ? sent.generation : no_generation);
      EXPECT_EQ(subscription->rack, version >= 3 ? sent.rack : std::nullopt);
      ++compared;
    }
  }
  EXPECT_GE(compared, 400);
}

}  // namespace
}  // namespace weir::client
