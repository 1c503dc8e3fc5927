#pragma once
// A GroupShard for tests: a clock that is set by hand, requests in one line, records that are
// committed (or refused) when the test says so, answers collected by token.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/group/group_shard.h"

namespace weir::coordinator {

using namespace std::chrono_literals;
using wire::ErrorCode;

class FakeTopics final : public TopicLookup {
 public:
  struct Topic {
    Uuid id;
    std::int32_t partitions = 0;
  };
  std::map<std::string, Topic, std::less<>> topics{{"orders", {{7, 1}, 8}}, {"bills", {{7, 2}, 4}}};

  std::int32_t partition_count(std::string_view topic) const override {
    const auto found = topics.find(topic);
    return found == topics.end() ? 0 : found->second.partitions;
  }
  std::optional<Uuid> topic_id(std::string_view topic) const override {
    const auto found = topics.find(topic);
    return found == topics.end() ? std::nullopt : std::optional(found->second.id);
  }
  std::optional<std::string_view> topic_name(const Uuid& id) const override {
    for (const auto& [name, topic] : topics) {
      if (topic.id == id) return name;
    }
    return std::nullopt;
  }
};

// The subscription of a consumer, version 0.
inline std::string subscription(std::initializer_list<std::string_view> topics) {
  std::string out("\0\0\0\0\0", 5);
  out += static_cast<char>(topics.size());
  for (const auto topic : topics) {
    out += '\0';
    out += static_cast<char>(topic.size());
    out += topic;
  }
  out.append("\xff\xff\xff\xff");
  return out;
}

struct Join {
  std::string group = "g";
  std::string member;
  std::optional<std::string> instance;
  std::int16_t version = 9;
  std::string type = "consumer";
  std::vector<std::pair<std::string, std::string>> protocols = {
      {"range", subscription({"orders"})}};
  std::int32_t session_ms = 10'000;
  std::int32_t rebalance_ms = 60'000;
};
struct Sync {
  std::string group = "g";
  std::string member;
  std::int32_t generation = 1;
  std::vector<std::pair<std::string, std::string>> assignments;
  std::optional<std::string> instance;
  std::optional<std::string> type;
  std::optional<std::string> protocol;
};
struct Beat {
  std::string group = "g";
  std::string member;
  std::int32_t generation = 1;
  std::optional<std::string> instance;
};
struct Commit {
  std::string group = "g";
  std::string member;
  std::int32_t generation = -1;
  std::string topic = "orders";
  PartitionIndex partition = 0;
  Offset offset = 0;
  std::string metadata;
  std::int16_t version = 9;
  std::optional<std::string> instance;
  std::int64_t retention_ms = -1;
  Uuid topic_id;
};

inline wire::Str to_str(const std::optional<std::string>& text) {
  return text ? wire::Str(*text) : wire::Str::null();
}

class ShardTest : public testing::Test {
 protected:
  ShardTest() : shard(std::make_unique<GroupShard>(config)) { load(); }

  // --- requests ---
  Token join(const Join& join) {
    wire::JoinGroupRequest request;
    request.group_id = join.group;
    request.member_id = join.member;
    request.group_instance_id = to_str(join.instance);
    request.protocol_type = join.type;
    request.session_timeout_ms = join.session_ms;
    request.rebalance_timeout_ms = join.rebalance_ms;
    std::vector<wire::JoinGroupRequest::JoinGroupRequestProtocol> protocols;
    for (const auto& [name, metadata] : join.protocols) {
      auto& to = protocols.emplace_back();
      to.name = name;
      to.metadata = wire::Blob(as_bytes(metadata));
    }
    request.protocols = protocols;
    const Token token = ++last_token;
    Output out;
    shard->join(call(join.version, token), request, out);
    take(out);
    return token;
  }
  Token sync(const Sync& sync) {
    wire::SyncGroupRequest request;
    request.group_id = sync.group;
    request.member_id = sync.member;
    request.generation_id = sync.generation;
    request.group_instance_id = to_str(sync.instance);
    request.protocol_type = to_str(sync.type);
    request.protocol_name = to_str(sync.protocol);
    std::vector<wire::SyncGroupRequest::SyncGroupRequestAssignment> assignments;
    for (const auto& [member, assignment] : sync.assignments) {
      auto& to = assignments.emplace_back();
      to.member_id = member;
      to.assignment = wire::Blob(as_bytes(assignment));
    }
    request.assignments = assignments;
    const Token token = ++last_token;
    Output out;
    shard->sync(call(5, token), request, out);
    take(out);
    return token;
  }
  ErrorCode heartbeat(const Beat& beat) {
    wire::HeartbeatRequest request;
    request.group_id = beat.group;
    request.member_id = beat.member;
    request.generation_id = beat.generation;
    request.group_instance_id = to_str(beat.instance);
    return shard->heartbeat(call(4), request);
  }
  // From version 3 on, the answer of the one member.
  ErrorCode leave(const std::string& group, const std::string& member,
                  const std::optional<std::string>& instance = {}, std::int16_t version = 5) {
    wire::LeaveGroupRequest request;
    wire::LeaveGroupRequest::MemberIdentity identity;
    identity.member_id = member;
    identity.group_instance_id = to_str(instance);
    request.group_id = group;
    request.member_id = member;
    if (version >= 3) request.members = {&identity, 1};
    wire::LeaveGroupResponse response;
    Output out;
    shard->leave(call(version), request, arena, response, out);
    take(out);
    if (version < 3 || response.error_code != 0) {
      EXPECT_TRUE(response.members.empty());
      return static_cast<ErrorCode>(response.error_code);
    }
    return static_cast<ErrorCode>(response.members[0].error_code);
  }
  ErrorCode commit(const Commit& commit) {
    wire::OffsetCommitRequest::OffsetCommitRequestPartition partition;
    partition.partition_index = commit.partition;
    partition.committed_offset = commit.offset;
    partition.committed_metadata = commit.metadata;
    wire::OffsetCommitRequest::OffsetCommitRequestTopic topic;
    if (commit.version < 10) topic.name = commit.topic;
    topic.topic_id = commit.topic_id;
    topic.partitions = {&partition, 1};
    wire::OffsetCommitRequest request;
    request.group_id = commit.group;
    request.member_id = commit.member;
    request.generation_id_or_member_epoch = commit.generation;
    request.group_instance_id = to_str(commit.instance);
    request.retention_time_ms = commit.retention_ms;
    request.topics = {&topic, 1};
    wire::OffsetCommitResponse response;
    Output out;
    shard->commit(call(commit.version), request, arena, response, out);
    take(out);
    return static_cast<ErrorCode>(response.topics[0].partitions[0].error_code);
  }
  using Fetched = wire::OffsetFetchResponse::OffsetFetchResponsePartitions;
  Fetched fetch(const std::string& group, const std::string& topic, PartitionIndex partition,
                bool require_stable = false) {
    wire::OffsetFetchRequest::OffsetFetchRequestTopics asked;
    asked.name = topic;
    asked.partition_indexes = {&partition, 1};
    wire::OffsetFetchRequest::OffsetFetchRequestGroup request;
    request.group_id = group;
    request.topics = {&asked, 1};
    wire::OffsetFetchResponse::OffsetFetchResponseGroup response;
    shard->fetch(call(9), request, require_stable, arena, response);
    EXPECT_EQ(response.error_code, 0);
    return response.topics[0].partitions[0];
  }
  Offset fetch_offset(const std::string& group, const std::string& topic = "orders",
                      PartitionIndex partition = 0) {
    return fetch(group, topic, partition).committed_offset;
  }
  wire::DescribeGroupsResponse::DescribedGroup describe(const std::string& group,
                                                        std::int16_t version = 6) {
    return shard->describe(call(version), arena.copy(group), arena);
  }
  std::string state(const std::string& group = "g") { return describe(group, 5).group_state.str(); }
  ErrorCode remove(const std::string& group, std::int16_t version = 3) {
    Output out;
    const GroupDeleted deleted = shard->remove_group(call(version), group, out);
    take(out);
    return deleted.error;
  }

  // --- answers ---
  bool has_joined(Token token) const { return joins.contains(token); }
  JoinAnswer joined(Token token) {
    const auto found = joins.extract(token);
    EXPECT_FALSE(found.empty()) << "no answer to join " << token;
    return found.empty() ? JoinAnswer{} : found.mapped();
  }
  bool has_synced(Token token) const { return syncs.contains(token); }
  SyncAnswer synced(Token token) {
    const auto found = syncs.extract(token);
    EXPECT_FALSE(found.empty()) << "no answer to sync " << token;
    return found.empty() ? SyncAnswer{} : found.mapped();
  }

  // --- the log ---
  void commit_log() {
    committed = shard->last_write();
    for (WrittenRecord& record : uncommitted) log.push_back(std::move(record.record));
    uncommitted.clear();
    Output out;
    shard->committed(committed, now, out);
    take(out);
  }
  void refuse_log(ErrorCode error) {
    ASSERT_FALSE(uncommitted.empty());
    const Write from = uncommitted.front().write;
    uncommitted.clear();
    Output out;
    shard->failed(from, error, now, out);
    take(out);
  }
  // Another leader reads what is committed.
  void fail_over() {
    shard = std::make_unique<GroupShard>(config);
    uncommitted.clear();
    committed = 0;
    load();
  }
  void load() {
    Offset offset = 0;
    for (const GroupRecord& record : log) {
      const auto encoded = encode_record(record);
      ASSERT_TRUE(encoded);
      replay(*encoded, offset++);
    }
    Output out;
    shard->loaded(now, out);
    take(out);
  }
  void replay(const EncodedRecord& record, Offset offset, ProducerId producer = no_producer_id) {
    const auto done = shard->replay(
        record.key, record.is_tombstone ? std::nullopt : std::optional<Bytes>(record.value), offset,
        producer, now);
    ASSERT_TRUE(done) << done.error().message();
  }

  // --- time ---
  void advance(std::chrono::milliseconds by) {
    const env::Instant end = now.instant + by;
    const TimestampMs wall_end = now.wall + by.count();
    for (auto next = shard->wake_at(); next && *next <= end; next = shard->wake_at()) {
      if (*next > now.instant) {
        now.wall +=
            std::chrono::duration_cast<std::chrono::milliseconds>(*next - now.instant).count();
        now.instant = *next;
      }
      Output out;
      shard->wake(now, out);
      take(out);
      if (commits_at_once) commit_log();
    }
    now.instant = end;
    now.wall = wall_end;
  }

  // --- whole steps ---
  // A dynamic member's two requests; returns its id, its second request waits.
  std::string join_dynamic(Join what, Token* waiting = nullptr) {
    const JoinAnswer first = joined(join(what));
    EXPECT_EQ(first.error, ErrorCode::member_id_required);
    what.member = first.member_id;
    const Token token = join(what);
    if (waiting != nullptr) *waiting = token;
    return first.member_id;
  }
  // A stable group of `count` dynamic members; assignment of each is its id.
  std::vector<std::string> stable_group(std::size_t count, const std::string& group = "g") {
    std::vector<std::string> members;
    std::vector<Token> tokens(count);
    Join what;
    what.group = group;
    for (std::size_t i = 0; i < count; ++i) members.push_back(join_dynamic(what, &tokens[i]));
    for (int i = 0; i < 100 && !has_joined(tokens[0]); ++i) advance(3s);
    commit_log();
    generation = joined(tokens[0]).generation;
    std::vector<std::pair<std::string, std::string>> shares;
    for (const std::string& member : members) shares.emplace_back(member, "share of " + member);
    const std::string leader = *shard->store().find(group)->classic->leader();
    std::vector<Token> waiting;
    for (const std::string& member : members) {
      if (member != leader)
        waiting.push_back(sync({.group = group, .member = member, .generation = generation}));
    }
    waiting.push_back(
        sync({.group = group, .member = leader, .generation = generation, .assignments = shares}));
    commit_log();
    for (const Token token : waiting) EXPECT_EQ(synced(token).error, ErrorCode::none);
    joins.clear();
    EXPECT_EQ(state(group), "Stable");
    return members;
  }
  const ClassicGroup& classic(const std::string& group = "g") const {
    return *shard->store().find(group)->classic;
  }

  Call call(std::int16_t version, Token token = 0) {
    context.api_version = version;
    return {context, topics, now, Uuid{0x1234, ++random}, token};
  }
  void take(Output& out) {
    for (JoinAnswer& answer : out.joins) {
      EXPECT_TRUE(joins.emplace(answer.token, answer).second) << "a join is answered once";
    }
    for (SyncAnswer& answer : out.syncs) {
      EXPECT_TRUE(syncs.emplace(answer.token, answer).second) << "a sync is answered once";
    }
    for (WrittenRecord& record : out.records) {
      EXPECT_GT(record.write, committed);
      uncommitted.push_back(std::move(record));
    }
  }

  GroupConfig config;
  FakeTopics topics;
  RequestContext context{.api_version = 0, .client_id = "app", .client_host = "/10.0.0.1"};
  Now now{env::Instant{} + 1h, 1'000'000'000};
  std::unique_ptr<GroupShard> shard;
  wire::Arena arena;
  std::map<Token, JoinAnswer> joins;
  std::map<Token, SyncAnswer> syncs;
  std::vector<WrittenRecord> uncommitted;
  std::vector<GroupRecord> log;  // committed
  Write committed = 0;
  Token last_token = 0;
  std::uint64_t random = 0;
  std::int32_t generation = 0;
  bool commits_at_once = true;
};

}  // namespace weir::coordinator
