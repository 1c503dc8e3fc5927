#pragma once
// What `weir cluster health` judges by.

#include <cstdint>
#include <string>

#include "app/cli/exit.h"
#include "client/admin/admin.h"

namespace weir::app {

struct Health {
  std::int64_t brokers = 0, fenced_brokers = 0;
  std::int64_t partitions = 0, leaderless_partitions = 0, under_replicated_partitions = 0;

  bool is_good() const {
    return fenced_brokers + leaderless_partitions + under_replicated_partitions == 0;
  }
  Exit exit() const { return is_good() ? Exit::done : Exit::failed; }
};

// A topic that is gone meanwhile does not count. Failure: of any other that could not be looked at,
// as nothing is known of it then.
client::Outcome<Health> health_of(
    const client::ClusterDescription& cluster,
    const client::PerItem<std::string, client::TopicDescription>& topics);

}  // namespace weir::app
