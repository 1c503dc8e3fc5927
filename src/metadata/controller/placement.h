#pragma once
// Where the replicas of new partitions go: striped over racks, and over the brokers of each rack,
// so that leaders and replicas spread evenly (the rules of Kafka's StripedReplicaPlacer). The first
// replica is on a live broker; fenced ones come last within their rack.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "metadata/controller/sessions.h"
#include "metadata/image/image.h"

namespace weir::metadata {

struct UsableBroker {
  BrokerId id = no_broker;
  std::optional<std::string> rack;
  bool fenced = false;
};

// All but those in controlled shutdown and those whose directories are all cordoned.
std::vector<UsableBroker> usable_brokers(const Image& image, const Sessions& sessions);

struct PlacementSpec {
  std::int32_t partitions = 0;
  std::int16_t replicas = 0;
};
// The replicas of each partition, the leader first. The error is Kafka's sentence
// (INVALID_REPLICATION_FACTOR).
std::expected<std::vector<std::vector<BrokerId>>, std::string> place_replicas(
    const PlacementSpec& spec, const std::vector<UsableBroker>& brokers, RandomSource& random);

}  // namespace weir::metadata
