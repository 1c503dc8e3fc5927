// DescribeLogDirs: what lies where, and how large it is (KIP-113, 827, 1066).

#include "wire/message/describe_log_dirs_request.h"
#include "wire/message/describe_log_dirs_response.h"

#include <map>
#include <set>

#include "base/offload.h"
#include "broker/api/typed.h"
#include "broker/spread.h"

namespace weir::broker::api {
namespace {

using wire::DescribeLogDirsRequest;
using wire::DescribeLogDirsResponse;
using wire::ErrorCode;
using LogDirPartitionAnswer = DescribeLogDirsResponse::DescribeLogDirsPartition;
using Sizes = std::map<log::PartitionName, std::int64_t>;

Task<Sizes> sizes_of(Shard& shard) {
  Sizes sizes;
  for (Partition* partition : shard.partitions()) {
    if (partition->state() != Partition::State::online) continue;
    sizes[partition->name()] = static_cast<std::int64_t>(partition->log().size_bytes());
  }
  co_return sizes;
}

// Nothing: all of them.
std::set<log::PartitionName> asked_for(const DescribeLogDirsRequest& body) {
  std::set<log::PartitionName> names;
  for (const auto& topic : body.topics) {
    for (const PartitionIndex index : topic.partitions) names.insert({topic.topic.str(), index});
  }
  return names;
}

wire::Array<DescribeLogDirsResponse::DescribeLogDirsTopic> topics_of(Request& request,
                                                                     const Sizes& sizes) {
  std::vector<DescribeLogDirsResponse::DescribeLogDirsTopic> topics;
  std::map<std::string_view, std::vector<LogDirPartitionAnswer>> by_topic;
  for (const auto& [name, size] : sizes) {
    by_topic[name.topic].push_back({.partition_index = name.partition, .partition_size = size});
  }
  for (const auto& [name, partitions] : by_topic) {
    auto& topic = topics.emplace_back();
    topic.name = request.arena.copy(name);
    topic.partitions = request.arena.copy(std::span<const LogDirPartitionAnswer>(partitions));
  }
  return request.arena.copy(std::span<const DescribeLogDirsResponse::DescribeLogDirsTopic>(topics));
}

Task<> handle(Request& request, const DescribeLogDirsRequest& body,
              DescribeLogDirsResponse& response) {
  Shard& home = *request.shard;
  Sizes sizes;
  for (env::ShardId s = 0; s < home.node.shard_count(); ++s) {
    Shard& there = home.node.shard(s);
    sizes.merge(co_await on_shard<Sizes>(home, s, [&there] { return sizes_of(there); }));
  }
  if (!body.topics.is_null()) {
    const auto wanted = asked_for(body);
    std::erase_if(sizes, [&wanted](const auto& entry) { return !wanted.contains(entry.first); });
  }
  const std::string path = home.node.directory().path();
  env::Disk& disk = home.env.disk;
  const auto space = co_await offload(home.env.executor, [&disk, &path] {
    return std::pair(disk.total_bytes(path), disk.free_bytes(path));
  });
  response.results = request.arena.array<DescribeLogDirsResponse::DescribeLogDirsResult>(1);
  auto& result = response.results[0];
  result.log_dir = request.arena.copy(std::string_view(path));
  result.topics = topics_of(request, sizes);
  if (space.first) result.total_bytes = static_cast<std::int64_t>(*space.first);
  if (space.second) result.usable_bytes = static_cast<std::int64_t>(*space.second);
}

}  // namespace

const Api describe_log_dirs{wire::ApiKey::describe_log_dirs,
                            serve_typed<DescribeLogDirsRequest, DescribeLogDirsResponse, handle>};

}  // namespace weir::broker::api
