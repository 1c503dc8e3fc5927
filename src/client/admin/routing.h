#pragma once
// AdminRouter: whom to ask for what, and again until the deadline.
//
// A round finds the broker of each open item, asks the brokers side by side and collects outcomes.
// When items stay open it waits (retry.backoff.ms), asks for metadata again, forgets the
// coordinators it knew of them, and goes on with the next round.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/admin/admin.h"
#include "client/admin/batch.h"
#include "client/cluster/cluster.h"

namespace weir::client {

// Stand for a broker where no certain one is meant.
inline constexpr BrokerId any_broker = -1;
inline constexpr BrokerId the_controller = -2;

// Items by broker, and those that have none.
template <class Key>
struct Routes {
  std::map<BrokerId, std::vector<Key>> by_broker;
  std::map<Key, Failure> lost;
};

class AdminRouter {
 public:
  explicit AdminRouter(Cluster& cluster) : cluster_(cluster) {}

  Cluster& cluster() { return cluster_; }
  env::Env& env() { return cluster_.env(); }
  bool is_too_late(env::Instant deadline) { return env().clock.now() >= deadline; }
  // Of one request: request.timeout.ms, or what is left until the deadline.
  rpc::CallOptions call_options(env::Instant deadline);
  std::int32_t timeout_ms(env::Instant deadline);  // the same, for the broker

  // `again`: the brokers that the last round asked may have been the wrong ones.
  template <class Key>
  using Locate = std::function<Task<Routes<Key>>(std::vector<Key>, bool again)>;
  // Settles those of `keys` that were answered. A failure that is returned is that of all of them.
  template <class Key>
  using Ask = std::function<Task<Outcome<>>(Cluster::Connection, BrokerId, std::vector<Key> keys)>;

  // Rounds until `batch` is complete or the deadline has passed. The functions are no coroutines
  // themselves: they call one.
  template <class Key, class T>
  Task<> run(Batch<Key, T>& batch, Locate<Key> locate, Ask<Key> ask, env::Instant deadline);

  // --- ways to locate ---
  template <class Key>
  static Locate<Key> at(BrokerId broker) {
    return [broker](std::vector<Key> keys, bool) { return all_at(broker, std::move(keys)); };
  }
  // Each at the broker that it names; one that the cluster does not have is not_found.
  Locate<BrokerId> brokers(env::Instant deadline);
  Locate<TopicPartition> leaders(env::Instant deadline);
  Locate<std::string> coordinators(env::Instant deadline);

  // The ids of all brokers that are up.
  Task<Outcome<std::vector<BrokerId>>> broker_ids(env::Instant deadline);

 private:
  template <class Key>
  static Task<Routes<Key>> all_at(BrokerId broker, std::vector<Key> keys) {
    Routes<Key> routes;
    routes.by_broker[broker] = std::move(keys);
    co_return routes;
  }
  template <class Key, class T>
  Task<> ask_one(Batch<Key, T>& batch, const Ask<Key>& ask, BrokerId broker, std::vector<Key> keys,
                 env::Instant deadline);
  Task<Outcome<Cluster::Connection>> connect(BrokerId broker, env::Instant deadline);
  Task<> all(std::vector<Task<>> tasks);
  // False when the deadline comes first.
  Task<bool> wait(std::uint32_t rounds, env::Instant deadline);

  Task<Routes<BrokerId>> locate_brokers(std::vector<BrokerId> ids, bool again,
                                        env::Instant deadline);
  Task<Routes<TopicPartition>> locate_leaders(std::vector<TopicPartition> partitions, bool again,
                                              env::Instant deadline);
  Task<Routes<std::string>> locate_coordinators(std::vector<std::string> groups, bool again,
                                                env::Instant deadline);
  Task<Outcome<>> find_coordinators(std::vector<std::string> groups,
                                    std::map<std::string, Failure>& lost, env::Instant deadline);

  Cluster& cluster_;
  std::map<std::string, BrokerId> coordinators_;  // by group
};

template <class Key, class T>
Task<> AdminRouter::ask_one(Batch<Key, T>& batch, const Ask<Key>& ask, BrokerId broker,
                            std::vector<Key> keys, env::Instant deadline) {
  auto connecting = connect(broker, deadline);
  auto connection = co_await std::move(connecting);
  if (!connection) {
    for (const Key& key : keys) batch.postpone(key, connection.error());
    co_return;
  }
  auto asking = ask(*std::move(connection), broker, keys);
  const Outcome<> asked = co_await std::move(asking);
  if (asked) co_return;
  for (const Key& key : keys) batch.settle(key, std::unexpected(asked.error()));
}

template <class Key, class T>
Task<> AdminRouter::run(Batch<Key, T>& batch, Locate<Key> locate, Ask<Key> ask,
                        env::Instant deadline) {
  for (std::uint32_t round = 0; !batch.is_complete(); ++round) {
    if (round > 0) {
      auto waiting = wait(round, deadline);
      if (!co_await std::move(waiting)) co_return;
    }
    auto locating = locate(batch.open(), round > 0);
    Routes<Key> routes = co_await std::move(locating);
    for (auto& [key, failure] : routes.lost) batch.settle(key, std::unexpected(std::move(failure)));
    std::vector<Task<>> asking;
    for (auto& [broker, keys] : routes.by_broker) {
      asking.push_back(ask_one(batch, ask, broker, std::move(keys), deadline));
    }
    auto waiting_for_all = all(std::move(asking));
    co_await std::move(waiting_for_all);
  }
}

}  // namespace weir::client
