#include "coordinator/group/group_service.h"

#include <utility>

#include "coordinator/group/group_service_impl.h"
#include "coordinator/group/partition_for.h"

namespace weir::coordinator {

using wire::ErrorCode;

namespace {

constexpr std::chrono::seconds load_retry_backoff{1};

}  // namespace

GroupService::GroupService(env::Env& env, const TopicLookup& topics, GroupConfig config,
                           std::int32_t offsets_partitions)
    : impl_(std::make_unique<Impl>(env, topics, config, offsets_partitions)) {}

GroupService::~GroupService() = default;

void GroupService::set_config(const GroupConfig& config) {
  impl_->config = config;
  for (auto& [partition, host] : impl_->hosts) host->set_config(config);
}

void GroupService::set_offsets_partitions(std::int32_t count) { impl_->offsets_partitions = count; }

void GroupService::start_loading(PartitionIndex partition, LeaderEpoch epoch,
                                 std::shared_ptr<CoordinatorLog> log) {
  HostPtr& place = impl_->hosts[partition];
  if (place != nullptr) {
    if (place->epoch() > epoch) return;
    place->end();
  }
  impl_->cancel_retry(partition);
  impl_->load(partition, epoch, std::move(log));
}

void GroupService::Impl::load(PartitionIndex partition, LeaderEpoch epoch,
                              std::shared_ptr<CoordinatorLog> log) {
  HostPtr& place = hosts[partition];
  place = std::make_shared<HostedShard>(env, tasks, partition, epoch, config, log);
  place->start([this, partition, epoch, log] { load_again(partition, epoch, log); });
}

// Meanwhile the groups have no coordinator, as in Kafka, which loads again only when the partition
// gets another leader. A single node has no other, and what could not be read now may be read
// later.
void GroupService::Impl::load_again(PartitionIndex partition, LeaderEpoch epoch,
                                    std::shared_ptr<CoordinatorLog> log) {
  const auto is_current = [this, partition, epoch] {
    const auto found = hosts.find(partition);
    return found != hosts.end() && found->second->epoch() == epoch;
  };
  if (!is_current()) return;
  const auto again = [this, partition, epoch, log = std::move(log)]() mutable {
    retries.erase(partition);
    load(partition, epoch, std::move(log));
  };
  retries[partition] = env.timers.start(env.clock.now() + load_retry_backoff, again);
}

void GroupService::Impl::cancel_retry(PartitionIndex partition) {
  const auto retry = retries.extract(partition);
  if (!retry.empty()) env.timers.cancel(retry.mapped());
}

void GroupService::resign(PartitionIndex partition) {
  impl_->cancel_retry(partition);
  const auto found = impl_->hosts.extract(partition);
  if (!found.empty()) found.mapped()->end();
}

bool GroupService::is_active(PartitionIndex partition) const {
  const auto found = impl_->hosts.find(partition);
  return found != impl_->hosts.end() && found->second->phase() == HostedShard::Phase::active;
}

Task<> GroupService::stop() {
  auto hosts = std::exchange(impl_->hosts, {});
  for (auto& [partition, host] : hosts) host->end();
  for (const auto& [partition, timer] : std::exchange(impl_->retries, {})) {
    impl_->env.timers.cancel(timer);
  }
  auto finished = impl_->tasks.finished();
  co_await std::move(finished);
}

void GroupService::topics_deleted(std::span<const DeletedTopic> topics) {
  for (auto& [partition, host] : impl_->hosts) {
    if (host->phase() != HostedShard::Phase::active) continue;
    Output out;
    host->kernel().topics_deleted(topics, out);
    host->take(out);
  }
}

GroupService::Impl::Found GroupService::Impl::find(std::string_view group_id,
                                                   EmptyId empty_id) const {
  constexpr std::size_t group_id_size_max = 32'767;  // what a record's key can hold
  if (group_id.size() > group_id_size_max || (group_id.empty() && empty_id == EmptyId::refused)) {
    return {nullptr, ErrorCode::invalid_group_id};
  }
  const auto found = hosts.find(partition_for(group_id, offsets_partitions));
  if (found == hosts.end()) return {nullptr, ErrorCode::not_coordinator};
  switch (found->second->phase()) {
    case HostedShard::Phase::loading:
      return {nullptr, ErrorCode::coordinator_load_in_progress};
    case HostedShard::Phase::ended:
      return {nullptr, ErrorCode::not_coordinator};
    case HostedShard::Phase::active:
      break;
  }
  return {found->second, ErrorCode::none};
}

}  // namespace weir::coordinator
