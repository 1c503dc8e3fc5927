#pragma once
// The inside of GroupService, shared by group_service.cc (who leads what) and service_*.cc
// (requests).

#include <map>
#include <memory>

#include "coordinator/group/group_service.h"
#include "coordinator/group/hosted_shard.h"

namespace weir::coordinator {

using HostPtr = std::shared_ptr<HostedShard>;

class GroupService::Impl {
 public:
  Impl(env::Env& environment, const TopicLookup& lookup, const GroupConfig& settings,
       std::int32_t partitions)
      : env(environment),
        topics(lookup),
        config(settings),
        offsets_partitions(partitions),
        tasks(environment.executor) {}

  // The host of a group that can be spoken to now, or why not.
  struct Found {
    HostPtr host;
    wire::ErrorCode error = wire::ErrorCode::none;
  };
  // The APIs that manage members know no empty group id; the others do, for old times' sake.
  enum class EmptyId : bool { refused, allowed };
  Found find(std::string_view group_id, EmptyId empty_id) const;
  Call call(const RequestContext& context, const HostedShard& host, Token token = 0) const {
    return {context, topics, host.now(), Uuid::random(env.random), token};
  }

  void load(PartitionIndex partition, LeaderEpoch epoch, std::shared_ptr<CoordinatorLog> log);
  void load_again(PartitionIndex partition, LeaderEpoch epoch, std::shared_ptr<CoordinatorLog> log);
  void cancel_retry(PartitionIndex partition);

  env::Env& env;
  const TopicLookup& topics;
  GroupConfig config;
  std::int32_t offsets_partitions;
  TaskScope tasks;
  std::map<PartitionIndex, HostPtr> hosts;
  std::map<PartitionIndex, env::TimerId> retries;  // of loads that failed
  Token last_token = 0;
};

}  // namespace weir::coordinator
