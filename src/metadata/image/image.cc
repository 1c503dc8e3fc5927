#include "metadata/image/image.h"

#include <algorithm>

#include "base/check.h"

namespace weir::metadata {

const Endpoint* Broker::endpoint(std::string_view listener) const {
  for (const auto& endpoint : endpoints) {
    if (endpoint.name == listener) return &endpoint;
  }
  return nullptr;
}

bool Broker::has_online_dir(const Uuid& directory) const {
  // UNASSIGNED and MIGRATING count as online, LOST never; a broker without ids (before 3.7) is
  // always online.
  if (log_dirs.empty()) return true;
  if (directory == directory_unassigned || directory == directory_migrating) return true;
  return std::find(log_dirs.begin(), log_dirs.end(), directory) != log_dirs.end();
}

bool Broker::has_uncordoned_dirs() const {
  if (log_dirs.empty() || !cordoned_log_dirs) return true;
  return std::any_of(log_dirs.begin(), log_dirs.end(), [this](const Uuid& directory) {
    return std::find(cordoned_log_dirs->begin(), cordoned_log_dirs->end(), directory) ==
           cordoned_log_dirs->end();
  });
}

bool Partition::has_replica(BrokerId broker) const {
  return std::find(replicas.begin(), replicas.end(), broker) != replicas.end();
}

bool Partition::in_isr(BrokerId broker) const {
  return std::find(isr.begin(), isr.end(), broker) != isr.end();
}

Uuid Partition::directory_of(BrokerId broker) const {
  const auto it = std::find(replicas.begin(), replicas.end(), broker);
  CHECK(it != replicas.end(), "the broker is a replica");
  return directories[static_cast<std::size_t>(it - replicas.begin())];
}

const Partition* Topic::partition(PartitionIndex index) const {
  const auto* found = partitions.find(index);
  return found == nullptr ? nullptr : found->get();
}

bool Features::elr_enabled() const {
  const auto it = levels.find("eligible.leader.replicas.version");
  return it != levels.end() && it->second >= 1;
}

const Broker* Image::broker(BrokerId id) const {
  const auto* found = brokers.find(id);
  return found == nullptr ? nullptr : found->get();
}

const Topic* Image::topic(const Uuid& id) const {
  const auto* found = topics.find(id);
  return found == nullptr ? nullptr : found->get();
}

const Topic* Image::topic(std::string_view name) const {
  const auto* id = topic_ids.find(name);
  return id == nullptr ? nullptr : topic(*id);
}

const Partition* Image::partition(std::string_view topic_name, PartitionIndex index) const {
  const Topic* found = topic(topic_name);
  return found == nullptr ? nullptr : found->partition(index);
}

const ConfigMap& Image::config(ConfigKind kind, std::string_view name) const {
  static const ConfigMap none;
  const auto* found = configs.find(ConfigResource{kind, std::string(name)});
  return found == nullptr ? none : **found;
}

}  // namespace weir::metadata
