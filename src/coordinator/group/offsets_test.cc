// OffsetCommit, OffsetFetch, OffsetDelete, topic deletion, expiry, DescribeGroups, ListGroups,
// DeleteGroups.

#include <gtest/gtest.h>

#include "coordinator/group/shard_test_support.h"

namespace weir::coordinator {
namespace {

class Offsets : public ShardTest {
 protected:
  ErrorCode delete_offset(const std::string& group, const std::string& topic,
                          PartitionIndex partition, ErrorCode* of_partition = nullptr) {
    wire::OffsetDeleteRequest::OffsetDeleteRequestPartition index;
    index.partition_index = partition;
    wire::OffsetDeleteRequest::OffsetDeleteRequestTopic asked;
    asked.name = topic;
    asked.partitions = {&index, 1};
    wire::OffsetDeleteRequest request;
    request.group_id = group;
    request.topics = {&asked, 1};
    wire::OffsetDeleteResponse response;
    Output out;
    shard->delete_offsets(call(0), request, arena, response, out);
    take(out);
    if (of_partition != nullptr && response.error_code == 0) {
      *of_partition = static_cast<ErrorCode>(response.topics[0].partitions[0].error_code);
    }
    return static_cast<ErrorCode>(response.error_code);
  }
};

TEST_F(Offsets, commit_from_outside_makes_a_simple_group) {
  EXPECT_EQ(commit({.offset = 42, .metadata = "note"}), ErrorCode::none);
  const Fetched fetched = fetch("g", "orders", 0);
  EXPECT_EQ(fetched.committed_offset, 42);
  EXPECT_EQ(fetched.committed_leader_epoch, -1);
  EXPECT_EQ(fetched.metadata.view(), "note");
  EXPECT_TRUE(classic().is_simple());
  ASSERT_EQ(uncommitted.size(), 1U);
  const auto& record = std::get<OffsetCommitted>(uncommitted[0].record);
  EXPECT_EQ(record.value.topic_id, (Uuid{7, 1}));
  EXPECT_EQ(record.value.commit_timestamp, now.wall);
}

TEST_F(Offsets, commit_with_a_generation_needs_a_group) {
  EXPECT_EQ(commit({.member = "m", .generation = 1, .version = 8}), ErrorCode::illegal_generation);
  EXPECT_EQ(commit({.member = "m", .generation = 1, .version = 9}), ErrorCode::group_id_not_found);
  EXPECT_EQ(shard->store().find("g"), nullptr);
}

TEST_F(Offsets, commit_of_members) {
  const auto members = stable_group(1);
  EXPECT_EQ(commit({.member = members[0], .generation = 1, .offset = 7}), ErrorCode::none);
  EXPECT_EQ(commit({.member = members[0], .generation = 0}), ErrorCode::illegal_generation);
  EXPECT_EQ(commit({.member = members[0], .generation = -1}), ErrorCode::illegal_generation);
  EXPECT_EQ(commit({.member = "m", .generation = 1}), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit({}), ErrorCode::unknown_member_id) << "from outside, the group is not empty";
  EXPECT_EQ(commit({.member = members[0], .generation = 1, .instance = "i"}),
            ErrorCode::unknown_member_id);
  EXPECT_EQ(fetch_offset("g"), 7);
}

TEST_F(Offsets, members_commit_before_a_rebalance_and_not_before_its_assignment) {
  const auto members = stable_group(1);
  join_dynamic({});
  ASSERT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(commit({.member = members[0], .generation = 1}), ErrorCode::none);
  join({.member = members[0]});
  ASSERT_EQ(state(), "CompletingRebalance");
  EXPECT_EQ(commit({.member = members[0], .generation = 2}), ErrorCode::rebalance_in_progress);
  EXPECT_EQ(commit({.member = members[0], .generation = 1}), ErrorCode::illegal_generation);
}

TEST_F(Offsets, zombie_does_not_move_an_offset_back) {
  const auto members = stable_group(2);
  commit({.member = members[0], .generation = 1, .offset = 100});
  leave("g", members[0]);
  EXPECT_EQ(commit({.member = members[0], .generation = 1, .offset = 50}),
            ErrorCode::unknown_member_id);
  EXPECT_EQ(fetch_offset("g"), 100);
}

TEST_F(Offsets, empty_group_with_a_past_takes_commits_from_outside) {
  const auto members = stable_group(1);
  leave("g", members[0]);
  ASSERT_EQ(state(), "Empty");
  EXPECT_EQ(commit({.offset = 9}), ErrorCode::none);
  EXPECT_EQ(commit({.member = members[0], .generation = 2}), ErrorCode::unknown_member_id);
}

TEST_F(Offsets, metadata_has_a_largest_size) {
  EXPECT_EQ(commit({.metadata = std::string(4096, 'x')}), ErrorCode::none);
  EXPECT_EQ(commit({.group = "h", .metadata = std::string(4097, 'x')}),
            ErrorCode::offset_metadata_too_large);
  EXPECT_EQ(shard->store().find("h"), nullptr);
  std::string wide;
  for (int i = 0; i < 4096; ++i) wide += "\xc3\xbc";
  EXPECT_EQ(commit({.metadata = wide}), ErrorCode::none);
}

TEST_F(Offsets, topics_and_partitions_must_exist) {
  EXPECT_EQ(commit({.topic = "nothing"}), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(commit({.partition = 8}), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(commit({.partition = -1}), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(commit({.generation = 5, .topic = "nothing"}), ErrorCode::unknown_topic_or_partition)
      << "before the group is looked at";
  EXPECT_TRUE(uncommitted.empty());
}

TEST_F(Offsets, version_10_names_topics_by_id) {
  EXPECT_EQ(commit({.offset = 3, .version = 10, .topic_id = {7, 2}}), ErrorCode::none);
  EXPECT_EQ(commit({.version = 10, .topic_id = {9, 9}}), ErrorCode::unknown_topic_id);
  EXPECT_EQ(commit({.partition = 4, .version = 10, .topic_id = {7, 2}}),
            ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(fetch_offset("g", "bills"), 3);

  PartitionIndex partition = 0;
  wire::OffsetFetchRequest::OffsetFetchRequestTopics asked[2];
  asked[0].topic_id = {7, 2};
  asked[0].partition_indexes = {&partition, 1};
  asked[1].topic_id = {9, 9};
  asked[1].partition_indexes = {&partition, 1};
  wire::OffsetFetchRequest::OffsetFetchRequestGroup request;
  request.group_id = "g";
  request.topics = {asked, 2};
  wire::OffsetFetchResponse::OffsetFetchResponseGroup response;
  shard->fetch(call(10), request, false, arena, response);
  EXPECT_EQ(response.topics[0].topic_id, (Uuid{7, 2}));
  EXPECT_EQ(response.topics[0].partitions[0].committed_offset, 3);
  EXPECT_EQ(response.topics[1].partitions[0].error_code, 100);
  EXPECT_EQ(response.topics[1].partitions[0].committed_offset, -1);
}

TEST_F(Offsets, offset_of_a_topic_that_was_made_anew_is_not_answered_by_id) {
  commit({.offset = 3});
  topics.topics["orders"].id = {8, 8};
  PartitionIndex partition = 0;
  wire::OffsetFetchRequest::OffsetFetchRequestTopics asked;
  asked.topic_id = {8, 8};
  asked.partition_indexes = {&partition, 1};
  wire::OffsetFetchRequest::OffsetFetchRequestGroup request;
  request.group_id = "g";
  request.topics = {&asked, 1};
  wire::OffsetFetchResponse::OffsetFetchResponseGroup response;
  shard->fetch(call(10), request, false, arena, response);
  EXPECT_EQ(response.topics[0].partitions[0].committed_offset, -1);
  EXPECT_EQ(response.topics[0].partitions[0].error_code, 0);
}

TEST_F(Offsets, fetch_of_what_is_not_there) {
  const Fetched fetched = fetch("nobody", "orders", 3);
  EXPECT_EQ(fetched.committed_offset, -1);
  EXPECT_EQ(fetched.committed_leader_epoch, -1);
  EXPECT_EQ(fetched.error_code, 0);
  EXPECT_FALSE(fetched.metadata.is_null());
  EXPECT_TRUE(fetched.metadata.empty());
}

TEST_F(Offsets, fetch_of_all_of_a_group) {
  commit({.partition = 1, .offset = 11});
  commit({.partition = 2, .offset = 12});
  commit({.topic = "bills", .offset = 13});
  wire::OffsetFetchRequest::OffsetFetchRequestGroup request;
  request.group_id = "g";
  request.topics = decltype(request.topics)::null();
  wire::OffsetFetchResponse::OffsetFetchResponseGroup response;
  shard->fetch(call(8), request, false, arena, response);
  ASSERT_EQ(response.topics.size(), 2U);
  EXPECT_EQ(response.topics[0].name.view(), "bills");
  EXPECT_EQ(response.topics[1].partitions.size(), 2U);
  topics.topics.erase("bills");
  wire::OffsetFetchResponse::OffsetFetchResponseGroup by_id;
  shard->fetch(call(10), request, false, arena, by_id);
  ASSERT_EQ(by_id.topics.size(), 1U) << "without an id it cannot be named";
  EXPECT_EQ(by_id.topics[0].topic_id, (Uuid{7, 1}));
  request.group_id = "nobody";
  wire::OffsetFetchResponse::OffsetFetchResponseGroup nothing;
  shard->fetch(call(8), request, false, arena, nothing);
  EXPECT_TRUE(nothing.topics.empty());
  EXPECT_EQ(nothing.error_code, 0);
}

TEST_F(Offsets, deletion_of_offsets) {
  EXPECT_EQ(delete_offset("", "orders", 0), ErrorCode::invalid_group_id);
  EXPECT_EQ(delete_offset("g", "orders", 0), ErrorCode::group_id_not_found);
  commit({.offset = 1});
  ErrorCode partition{};
  EXPECT_EQ(delete_offset("g", "nothing", 0, &partition), ErrorCode::none);
  EXPECT_EQ(partition, ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(delete_offset("g", "orders", 1, &partition), ErrorCode::none);
  EXPECT_EQ(partition, ErrorCode::none);
  EXPECT_EQ(uncommitted.size(), 1U) << "nothing is there: nothing is written";
  EXPECT_EQ(delete_offset("g", "orders", 0, &partition), ErrorCode::none);
  EXPECT_EQ(uncommitted.size(), 2U);
  EXPECT_EQ(fetch_offset("g"), -1);
}

TEST_F(Offsets, deletion_of_offsets_of_a_live_group) {
  const auto members = stable_group(1);
  commit({.member = members[0], .generation = 1, .topic = "bills", .offset = 4});
  ErrorCode partition{};
  EXPECT_EQ(delete_offset("g", "orders", 0, &partition), ErrorCode::none);
  EXPECT_EQ(partition, ErrorCode::group_subscribed_to_topic);
  EXPECT_EQ(delete_offset("g", "bills", 0, &partition), ErrorCode::none);
  EXPECT_EQ(partition, ErrorCode::none);
  EXPECT_EQ(fetch_offset("g", "bills"), -1);
  Token waiting = 0;
  join_dynamic({.group = "connect", .type = "connect"}, &waiting);
  EXPECT_EQ(delete_offset("connect", "orders", 0), ErrorCode::non_empty_group);
}

TEST_F(Offsets, of_a_deleted_topic_go_and_those_of_its_successor_stay) {
  commit({.offset = 1});
  commit({.group = "h", .offset = 2});
  commit({.topic = "bills", .offset = 3});
  topics.topics["orders"].id = {8, 8};
  commit({.partition = 1, .offset = 4});
  const DeletedTopic gone{"orders", {7, 1}};
  Output out;
  shard->topics_deleted({&gone, 1}, out);
  take(out);
  EXPECT_EQ(fetch_offset("g"), -1);
  EXPECT_EQ(fetch_offset("h"), -1);
  EXPECT_EQ(fetch_offset("g", "bills"), 3);
  EXPECT_EQ(fetch_offset("g", "orders", 1), 4);
}

// --- expiry (KIP-211) ---

constexpr auto retention = std::chrono::hours(24 * 7);

TEST_F(Offsets, simple_group_expires_offset_by_offset_and_then_itself) {
  commit({.offset = 1});
  advance(retention / 2);
  commit({.partition = 1, .offset = 2});
  advance(retention / 2 + 10min);
  EXPECT_EQ(fetch_offset("g"), -1);
  EXPECT_EQ(fetch_offset("g", "orders", 1), 2);
  advance(retention / 2);
  EXPECT_EQ(shard->store().find("g"), nullptr);
  EXPECT_TRUE(std::holds_alternative<GroupRemoved>(log.back()));
}

TEST_F(Offsets, of_subscribed_topics_do_not_expire_in_a_stable_group) {
  config.offsets_retention_ms = 60'000;
  config.offsets_retention_check_interval_ms = 1'000;
  fail_over();
  const auto members = stable_group(1);
  commit({.member = members[0], .generation = 1, .offset = 5});
  commit({.member = members[0], .generation = 1, .topic = "bills", .offset = 6});
  for (int i = 0; i < 61; ++i) {
    advance(1s);
    ASSERT_EQ(heartbeat({.member = members[0]}), ErrorCode::none);
  }
  EXPECT_EQ(fetch_offset("g"), 5);
  EXPECT_EQ(fetch_offset("g", "bills"), -1) << "nobody subscribes to it";
  leave("g", members[0]);
  advance(59s);
  EXPECT_EQ(fetch_offset("g"), 5) << "retention starts when the group becomes empty";
  advance(2s);
  EXPECT_EQ(shard->store().find("g"), nullptr);
}

TEST_F(Offsets, do_not_expire_while_a_group_rebalances_or_is_not_of_consumers) {
  config.offsets_retention_ms = 1'000;
  config.offsets_retention_check_interval_ms = 1'000;
  fail_over();
  const auto members = stable_group(1);
  commit({.member = members[0], .generation = 1, .topic = "bills", .offset = 6});
  join_dynamic({});
  advance(5s);
  ASSERT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(fetch_offset("g", "bills"), 6);
}

TEST_F(Offsets, commit_with_a_retention_of_its_own_expires_by_it) {
  commit({.offset = 1, .version = 4, .retention_ms = 3'600'000});
  EXPECT_EQ(std::get<OffsetCommitted>(uncommitted[0].record).value.expire_timestamp,
            now.wall + 3'600'000);
  advance(59min);
  EXPECT_EQ(fetch_offset("g"), 1);
  advance(12min);
  EXPECT_EQ(fetch_offset("g"), -1);
}

TEST_F(Offsets, group_that_never_got_anywhere_is_removed) {
  join({});
  advance(11min);
  EXPECT_EQ(shard->store().find("g"), nullptr);
}

TEST_F(Offsets, very_many_expired_offsets_go_in_several_wakes) {
  topics.topics["wide"] = {{7, 3}, 5'000};
  for (int i = 0; i < 2'500; ++i) {
    commit({.group = "g" + std::to_string(i), .topic = "wide", .partition = i, .offset = 1});
  }
  commit_log();
  now.wall += std::chrono::milliseconds(retention).count();
  now.instant += 10min;
  std::size_t wakes = 0;
  while (shard->wake_at() && *shard->wake_at() <= now.instant) {
    Output out;
    shard->wake(now, out);
    EXPECT_LE(out.records.size(), 1'100U);
    take(out);
    commit_log();
    ++wakes;
  }
  EXPECT_GE(wakes, 5U);
  EXPECT_TRUE(shard->store().entries().empty());
}

// --- describe, list, delete ---

TEST_F(Offsets, description_of_a_stable_group) {
  const auto members = stable_group(2);
  const auto group = describe("g");
  EXPECT_EQ(group.error_code, 0);
  EXPECT_EQ(group.group_state.view(), "Stable");
  EXPECT_EQ(group.protocol_type.view(), "consumer");
  EXPECT_EQ(group.protocol_data.view(), "range");
  ASSERT_EQ(group.members.size(), 2U);
  EXPECT_EQ(group.members[0].client_id.view(), "app");
  EXPECT_EQ(group.members[0].client_host.view(), "/10.0.0.1");
  EXPECT_TRUE(group.members[0].group_instance_id.is_null());
  EXPECT_EQ(as_text(group.members[0].member_assignment.view()),
            "share of " + group.members[0].member_id.str());
  EXPECT_EQ(as_text(group.members[0].member_metadata.view()), subscription({"orders"}));
}

TEST_F(Offsets, description_of_a_group_that_rebalances_has_no_metadata) {
  stable_group(1);
  join_dynamic({});
  const auto group = describe("g");
  EXPECT_EQ(group.group_state.view(), "PreparingRebalance");
  EXPECT_EQ(group.protocol_data.view(), "");
  ASSERT_EQ(group.members.size(), 2U);
  EXPECT_TRUE(group.members[0].member_metadata.empty());
}

TEST_F(Offsets, description_of_no_group) {
  const auto group = describe("nobody", 6);
  EXPECT_EQ(group.error_code, 69);
  EXPECT_EQ(group.error_message.view(), "Group nobody not found.");
  EXPECT_EQ(group.group_state.view(), "Dead");
  const auto old = describe("nobody", 5);
  EXPECT_EQ(old.error_code, 0);
  EXPECT_TRUE(old.error_message.is_null());
  EXPECT_EQ(old.group_state.view(), "Dead");
}

TEST_F(Offsets, list_with_filters) {
  stable_group(1, "a");
  commit({.group = "b"});
  const auto list = [&](std::vector<wire::Str> states, std::vector<wire::Str> types) {
    wire::ListGroupsRequest request;
    request.states_filter = states;
    request.types_filter = types;
    std::vector<wire::ListGroupsResponse::ListedGroup> groups;
    shard->list(request, arena, groups);
    std::string names;
    for (const auto& group : groups) names += group.group_id.str();
    return names;
  };
  EXPECT_EQ(list({}, {}), "ab");
  EXPECT_EQ(list({"stable"}, {}), "a");
  EXPECT_EQ(list({"Empty", "Dead"}, {}), "b");
  EXPECT_EQ(list({}, {"classic"}), "ab");
  EXPECT_EQ(list({}, {"consumer"}), "");
  EXPECT_EQ(list({"nonsense"}, {}), "");
}

TEST_F(Offsets, deletion_of_groups) {
  EXPECT_EQ(remove("g"), ErrorCode::group_id_not_found);
  const auto members = stable_group(1);
  EXPECT_EQ(remove("g"), ErrorCode::non_empty_group);
  commit({.member = members[0], .generation = 1, .offset = 3});
  leave("g", members[0]);
  EXPECT_EQ(remove("g"), ErrorCode::none);
  EXPECT_EQ(shard->store().find("g"), nullptr);
  EXPECT_EQ(fetch_offset("g"), -1);
  commit_log();
  fail_over();
  EXPECT_EQ(shard->store().find("g"), nullptr);
}

// --- what is not committed ---

TEST_F(Offsets, refused_commits_are_taken_back_in_reverse) {
  commit({.offset = 1});
  commit_log();
  commit({.offset = 2});
  commit({.offset = 3});
  commit({.group = "new", .offset = 9});
  EXPECT_EQ(remove("g"), ErrorCode::none);
  commit({.offset = 4});
  refuse_log(ErrorCode::coordinator_not_available);
  EXPECT_EQ(fetch_offset("g"), 1);
  EXPECT_EQ(shard->store().find("new"), nullptr);
  EXPECT_EQ(commit({.offset = 5}), ErrorCode::none);
  EXPECT_EQ(fetch_offset("g"), 5);
}

TEST_F(Offsets, refused_birth_of_a_group_answers_who_waits_in_it) {
  const Token waiting = join({.version = 3});
  refuse_log(ErrorCode::not_coordinator);
  EXPECT_EQ(joined(waiting).error, ErrorCode::not_coordinator);
  EXPECT_EQ(shard->store().find("g"), nullptr);
  advance(1h);
}

TEST_F(Offsets, refused_deletion_brings_the_group_back_with_its_offsets) {
  const auto members = stable_group(1);
  commit({.member = members[0], .generation = 1, .offset = 3});
  leave("g", members[0]);
  commit_log();
  EXPECT_EQ(remove("g"), ErrorCode::none);
  refuse_log(ErrorCode::coordinator_not_available);
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(classic().generation(), 2);
  EXPECT_EQ(fetch_offset("g"), 3);
}

TEST_F(Offsets, end_of_the_leadership_answers_everybody) {
  Token in_join = 0;
  join_dynamic({}, &in_join);
  Token other = 0;
  join_dynamic({.group = "h"}, &other);
  advance(3s);
  joins.clear();
  join_dynamic({}, &in_join);
  const Token in_sync =
      sync({.group = "h", .member = classic("h").members().begin()->first, .generation = 1});
  Output out;
  shard->resign(ErrorCode::not_coordinator, out);
  take(out);
  EXPECT_EQ(joined(in_join).error, ErrorCode::not_coordinator);
  EXPECT_EQ(synced(in_sync).error, ErrorCode::not_coordinator);
}

TEST_F(Offsets, fail_over_keeps_members_offsets_and_generation) {
  const auto members = stable_group(3);
  commit({.member = members[1], .generation = 1, .offset = 77, .metadata = "x"});
  commit_log();
  const StoredGroup before = classic().stored(nullptr);
  fail_over();
  EXPECT_EQ(state(), "Stable");
  const StoredGroup after = classic().stored(nullptr);
  EXPECT_EQ(after.members, before.members);
  EXPECT_EQ(after.generation, before.generation);
  EXPECT_EQ(after.leader, before.leader);
  EXPECT_EQ(fetch_offset("g"), 77);
  for (const std::string& member : members) {
    EXPECT_EQ(heartbeat({.member = member}), ErrorCode::none);
    EXPECT_EQ(synced(sync({.member = member})).assignment,
              to_buffer(as_bytes("share of " + member)));
  }
  advance(10s);
  EXPECT_EQ(state(), "Empty") << "sessions run from the fail-over on";
}

}  // namespace
}  // namespace weir::coordinator
