// What groups cost: memory of a simple and of a live group (F37), and the time of a commit.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <memory>
#include <string>

#include "coordinator/group/group_shard.h"

namespace weir::coordinator {
namespace {

class OneTopic final : public TopicLookup {
  std::int32_t partition_count(std::string_view) const override { return 8; }
  std::optional<Uuid> topic_id(std::string_view) const override { return Uuid{7, 1}; }
  std::optional<std::string_view> topic_name(const Uuid&) const override { return "orders"; }
};

struct CommitRequest {
  wire::OffsetCommitRequest::OffsetCommitRequestPartition partition;
  wire::OffsetCommitRequest::OffsetCommitRequestTopic topic;
  wire::OffsetCommitRequest request;
  CommitRequest() {
    topic.name = "orders";
    topic.partitions = {&partition, 1};
    request.topics = {&topic, 1};
  }
};

std::size_t bytes_in_use() { return mallinfo2().uordblks; }

void run_commit(GroupShard& shard, CommitRequest& commit, wire::Arena& arena) {
  static const OneTopic topics;
  const RequestContext context{9, "app", "/127.0.0.1"};
  const Call call{context, topics, Now{}, Uuid{}, 0};
  wire::OffsetCommitResponse response;
  Output out;
  shard.commit(call, commit.request, arena, response, out);
  for (const WrittenRecord& record : out.records)
    benchmark::DoNotOptimize(encode_record(record.record));
  Output committed;
  shard.committed(shard.last_write(), Now{}, committed);
  arena.clear();
}

// 10^5 groups with one committed offset each: bytes a group.
void memory_of_simple_groups(benchmark::State& state) {
  for (auto _ : state) {
    const std::size_t before = bytes_in_use();
    auto shard = std::make_unique<GroupShard>(GroupConfig{});
    CommitRequest commit;
    wire::Arena arena;
    constexpr int groups = 100'000;
    for (int i = 0; i < groups; ++i) {
      const std::string group = "console-consumer-" + std::to_string(10'000 + i);
      commit.request.group_id = group;
      run_commit(*shard, commit, arena);
    }
    state.counters["bytes/group"] = static_cast<double>(bytes_in_use() - before) / groups;
  }
}
BENCHMARK(memory_of_simple_groups)->Unit(benchmark::kMillisecond)->Iterations(1);

// 10^5 groups of one member each, as they are after loading.
void memory_of_live_groups(benchmark::State& state) {
  StoredGroup stored;
  stored.protocol_type = "consumer";
  stored.protocol = "range";
  stored.generation = 1;
  StoredMember& member = stored.members.emplace_back();
  member.member_id = "console-consumer-4a8472d0-4d0f-4665-97bf-53747da0d9de";
  member.client_id = "console-consumer";
  member.client_host = "/127.0.0.1";
  member.session_timeout_ms = 45'000;
  member.subscription = ByteBuffer(24);
  store_be<std::int16_t>(member.subscription.data() + 2, 0);
  member.assignment = ByteBuffer(26);
  stored.leader = member.member_id;
  for (auto _ : state) {
    const std::size_t before = bytes_in_use();
    auto shard = std::make_unique<GroupShard>(GroupConfig{});
    constexpr int groups = 100'000;
    for (int i = 0; i < groups; ++i) {
      const auto record =
          encode_record(GroupStored{"console-consumer-" + std::to_string(10'000 + i), stored});
      (void)shard->replay(record->key, record->value, i, no_producer_id, Now{});
    }
    Output out;
    shard->loaded(Now{}, out);
    state.counters["bytes/group"] = static_cast<double>(bytes_in_use() - before) / groups;
  }
}
BENCHMARK(memory_of_live_groups)->Unit(benchmark::kMillisecond)->Iterations(1);

void commit_of_one_offset(benchmark::State& state) {
  GroupShard shard(GroupConfig{});
  CommitRequest commit;
  wire::Arena arena;
  std::vector<std::string> groups;
  for (int i = 0; i < 1'000; ++i) groups.push_back("group-" + std::to_string(i));
  std::size_t next = 0;
  for (auto _ : state) {
    commit.request.group_id = groups[next++ % groups.size()];
    ++commit.partition.committed_offset;
    run_commit(shard, commit, arena);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(commit_of_one_offset);

}  // namespace
}  // namespace weir::coordinator
