#include "client/admin/routing.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/signal.h"
#include "base/task_scope.h"
#include "client/admin/text.h"
#include "client/backoff.h"
#include "wire/message/find_coordinator_request.h"
#include "wire/message/find_coordinator_response.h"

namespace weir::client {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;
using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;

constexpr std::int16_t batched_version = 4;  // of FindCoordinator (KIP-699)

// Keeps the scope until the task has ended or its frame is gone.
Task<> within(std::shared_ptr<TaskScope> scope, Task<> task) {
  co_await std::move(task);
  (void)scope;
}

Outcome<BrokerId> leader_of(const ClusterView& view, const TopicPartition& of) {
  const TopicInfo* topic = view.find_topic(of.topic);
  const std::string what = partition_text(of);
  if (!topic) return fail(ErrorCode::unknown_topic_or_partition, what);
  if (topic->error != ErrorCode::none) return fail(topic->error, what);
  const PartitionInfo* partition = view.find(of);
  if (!partition) return fail(ErrorCode::unknown_topic_or_partition, what);
  if (partition->leader == no_broker) return fail(ErrorCode::leader_not_available, what);
  return partition->leader;
}

}  // namespace

rpc::CallOptions AdminRouter::call_options(env::Instant deadline) {
  return {.timeout = milliseconds(timeout_ms(deadline))};
}

std::int32_t AdminRouter::timeout_ms(env::Instant deadline) {
  const auto left =
      std::chrono::ceil<milliseconds>(std::max(deadline, env().clock.now()) - env().clock.now());
  const auto most = cluster_.options().connection.request_timeout;
  return static_cast<std::int32_t>(std::clamp(left, milliseconds(1), most).count());
}

Task<Outcome<Cluster::Connection>> AdminRouter::connect(BrokerId broker, env::Instant deadline) {
  auto connecting = broker == any_broker       ? cluster_.any_connection(deadline)
                    : broker == the_controller ? cluster_.controller_connection(deadline)
                                               : cluster_.connection(broker, deadline);
  co_return co_await std::move(connecting);
}

Task<> AdminRouter::all(std::vector<Task<>> tasks) {
  const auto scope = std::make_shared<TaskScope>(env().executor);
  for (Task<>& task : tasks) scope->spawn(within(scope, std::move(task)));
  auto ending = scope->finished();
  co_await std::move(ending);
}

Task<bool> AdminRouter::wait(std::uint32_t rounds, env::Instant deadline) {
  const auto pause = cluster_.options().retry().after(rounds, env().random);
  const env::Instant next = env().clock.now() + pause;
  if (next >= deadline) co_return false;
  Signal nobody(env().executor);
  while (env().clock.now() < next) co_await nobody.wait_until(env().timers, next);
  auto refreshing = cluster_.refresh(deadline);
  const auto refreshed = co_await std::move(refreshing);
  co_return refreshed.has_value();
}

AdminRouter::Locate<BrokerId> AdminRouter::brokers(env::Instant deadline) {
  return [this, deadline](std::vector<BrokerId> ids, bool again) {
    return locate_brokers(std::move(ids), again, deadline);
  };
}

AdminRouter::Locate<TopicPartition> AdminRouter::leaders(env::Instant deadline) {
  return [this, deadline](std::vector<TopicPartition> partitions, bool again) {
    return locate_leaders(std::move(partitions), again, deadline);
  };
}

AdminRouter::Locate<std::string> AdminRouter::coordinators(env::Instant deadline) {
  return [this, deadline](std::vector<std::string> groups, bool again) {
    return locate_coordinators(std::move(groups), again, deadline);
  };
}

AdminRouter::Locate<TopicPartition> AdminRouter::coordinator_of(std::string group,
                                                                env::Instant deadline) {
  return [this, group = std::move(group), deadline](std::vector<TopicPartition> partitions,
                                                    bool again) {
    return locate_coordinator_of(group, std::move(partitions), again, deadline);
  };
}

Task<Outcome<std::vector<BrokerId>>> AdminRouter::broker_ids(env::Instant deadline) {
  auto refreshing = cluster_.refresh(deadline);
  CO_TRY(co_await std::move(refreshing));
  std::vector<BrokerId> ids;
  for (const auto& [id, broker] : cluster_.view()->brokers) ids.push_back(id);
  co_return ids;
}

// A broker that was there at first may come back.
Task<Routes<BrokerId>> AdminRouter::locate_brokers(std::vector<BrokerId> ids, bool again,
                                                   env::Instant deadline) {
  const auto is_known = [this](BrokerId id) { return cluster_.view()->brokers.contains(id); };
  Outcome<> refreshed;
  if (!again && !std::ranges::all_of(ids, is_known)) {
    auto refreshing = cluster_.refresh(deadline);
    refreshed = co_await std::move(refreshing);
  }
  Routes<BrokerId> routes;
  for (const BrokerId id : ids) {
    if (is_known(id)) {
      routes.by_broker[id].push_back(id);
    } else if (!refreshed) {
      routes.lost.emplace(id, refreshed.error());
    } else {
      routes.lost.emplace(id, Error{again ? Errc::timed_out : Errc::not_found,
                                    fmt::format("broker {} is not in the cluster", id)});
    }
  }
  co_return routes;
}

Task<Routes<TopicPartition>> AdminRouter::locate_leaders(std::vector<TopicPartition> partitions,
                                                         bool again, env::Instant deadline) {
  std::set<std::string> names;
  for (const TopicPartition& of : partitions) names.insert(of.topic);
  const std::vector<std::string> topics(names.begin(), names.end());
  cluster_.want(topics);
  const auto is_led = [this](const TopicPartition& of) {
    return leader_of(*cluster_.view(), of).has_value();
  };
  Routes<TopicPartition> routes;
  if (!again && !std::ranges::all_of(partitions, is_led)) {
    auto refreshing = cluster_.refresh(deadline);
    if (const auto refreshed = co_await std::move(refreshing); !refreshed) {
      for (const TopicPartition& of : partitions) routes.lost.emplace(of, refreshed.error());
      co_return routes;
    }
  }
  const auto view = cluster_.view();
  for (const TopicPartition& of : partitions) {
    auto leader = leader_of(*view, of);
    if (leader) {
      routes.by_broker[*leader].push_back(of);
    } else {
      routes.lost.emplace(of, std::move(leader).error());
    }
  }
  co_return routes;
}

Task<Routes<std::string>> AdminRouter::locate_coordinators(std::vector<std::string> groups,
                                                           bool again, env::Instant deadline) {
  std::vector<std::string> unknown;
  for (const std::string& group : groups) {
    if (again) coordinators_.erase(group);
    if (!coordinators_.contains(group)) unknown.push_back(group);
  }
  Routes<std::string> routes;
  if (!unknown.empty()) {
    auto finding = find_coordinators(unknown, routes.lost, deadline);
    if (const auto found = co_await std::move(finding); !found) {
      for (const std::string& group : unknown) routes.lost.emplace(group, found.error());
    }
  }
  for (std::string& group : groups) {
    const auto known = coordinators_.find(group);
    if (known == coordinators_.end()) {
      routes.lost.try_emplace(group,
                              Failure(ErrorCode::coordinator_not_available, group_text(group)));
    } else {
      routes.by_broker[known->second].push_back(std::move(group));
    }
  }
  co_return routes;
}

Task<Routes<TopicPartition>> AdminRouter::locate_coordinator_of(
    std::string group, std::vector<TopicPartition> partitions, bool again, env::Instant deadline) {
  std::vector<std::string> groups{std::move(group)};
  auto locating = locate_coordinators(std::move(groups), again, deadline);
  const Routes<std::string> located = co_await std::move(locating);
  Routes<TopicPartition> routes;
  for (const auto& [broker, located_group] : located.by_broker) {
    routes.by_broker[broker] = partitions;
  }
  for (const auto& [lost_group, failure] : located.lost) {
    for (const TopicPartition& of : partitions) routes.lost.emplace(of, failure);
  }
  co_return routes;
}

// Brokers before 3.0 are asked for one after the other.
Task<Outcome<>> AdminRouter::find_coordinators(std::vector<std::string> groups,
                                               std::map<std::string, Failure>& lost,
                                               env::Instant deadline) {
  auto connecting = cluster_.any_connection(deadline);
  CO_TRY_ASSIGN(const auto connection, co_await std::move(connecting));
  const auto settle = [&](const std::string& group, std::int16_t error_code, wire::Str said,
                          BrokerId broker) {
    const ErrorCode error = wire::error_info(error_code).code;
    if (error == ErrorCode::none) {
      coordinators_[group] = broker;
    } else {
      lost.emplace(group, Failure(error, group_text(group), said.str()));
    }
  };
  const auto version = connection->versions().pick(FindCoordinatorRequest::api_key);
  CO_TRY(version);
  if (*version >= batched_version) {
    std::vector<wire::Str> keys(groups.begin(), groups.end());
    FindCoordinatorRequest request;
    request.coordinator_keys = keys;
    auto calling = connection->call<FindCoordinatorResponse>(request, call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& found : answer->coordinators) {
      settle(found.key.str(), found.error_code, found.error_message, found.node_id);
    }
    co_return Outcome<>{};
  }
  for (const std::string& group : groups) {
    FindCoordinatorRequest request;
    request.key = wire::Str(group);
    auto calling = connection->call<FindCoordinatorResponse>(request, call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    settle(group, answer->error_code, answer->error_message, answer->node_id);
  }
  co_return Outcome<>{};
}

}  // namespace weir::client
