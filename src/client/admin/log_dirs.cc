#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/admin/by_topic.h"
#include "client/admin/routing.h"
#include "wire/message/describe_log_dirs_request.h"
#include "wire/message/describe_log_dirs_response.h"

namespace weir::client {
namespace {

using wire::DescribeLogDirsRequest;
using wire::DescribeLogDirsResponse;
using wire::ErrorCode;
using LogDirs = std::map<std::string, LogDirDescription>;

std::optional<std::int64_t> bytes_or_none(std::int64_t bytes) {
  if (bytes < 0) return std::nullopt;
  return bytes;
}

LogDirDescription log_dir_of(const DescribeLogDirsResponse::DescribeLogDirsResult& answer) {
  LogDirDescription log_dir{.error = wire::error_info(answer.error_code).code,
                            .replicas = {},
                            .total_bytes = bytes_or_none(answer.total_bytes),
                            .usable_bytes = bytes_or_none(answer.usable_bytes),
                            .cordoned = answer.is_cordoned};
  for (const auto& topic : answer.topics) {
    for (const auto& partition : topic.partitions) {
      log_dir.replicas.push_back({.of = {topic.name.str(), partition.partition_index},
                                  .bytes = partition.partition_size,
                                  .offset_lag = partition.offset_lag,
                                  .is_future = partition.is_future_key});
    }
  }
  std::ranges::sort(log_dir.replicas, {}, &LogDirReplica::of);
  return log_dir;
}

struct DescribingLogDirs {
  AdminRouter& router;
  env::Instant deadline;
  std::optional<std::map<std::string, std::vector<PartitionIndex>>> topics;
  Batch<BrokerId, LogDirs> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId broker, std::vector<BrokerId>) {
    using Topic = DescribeLogDirsRequest::DescribableLogDirTopic;
    std::vector<Topic> asked;
    if (topics) {
      for (auto& [name, partitions] : *topics) {
        auto& topic = asked.emplace_back();
        topic.topic = name;
        topic.partitions = partitions;
      }
    }
    DescribeLogDirsRequest request;
    request.topics = topics ? wire::Array<Topic>(asked) : wire::Array<Topic>::null();
    auto calling =
        connection->call<DescribeLogDirsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    const ErrorCode error = wire::error_info(answer->error_code).code;
    if (error != ErrorCode::none) co_return fail(error, fmt::format("broker {}", broker));
    LogDirs log_dirs;
    for (const auto& result : answer->results) {
      log_dirs.insert_or_assign(result.log_dir.str(), log_dir_of(result));
    }
    batch.settle(broker, std::move(log_dirs));
    co_return Outcome<>{};
  }
};

}  // namespace

Task<Outcome<PerItem<BrokerId, LogDirs>>> Admin::describe_log_dirs(
    std::optional<std::vector<BrokerId>> brokers,
    std::optional<std::vector<TopicPartition>> partitions, env::Instant deadline) {
  if (!brokers) {
    auto listing = router_->broker_ids(deadline);
    CO_TRY_ASSIGN(brokers, co_await std::move(listing));
  }
  DescribingLogDirs describing{*router_, deadline, std::nullopt,
                               Batch<BrokerId, LogDirs>(*brokers)};
  if (partitions) describing.topics = by_topic(*partitions);
  auto running = router_->run(describing, router_->brokers(deadline));
  co_await std::move(running);
  co_return describing.batch.take();
}

}  // namespace weir::client
