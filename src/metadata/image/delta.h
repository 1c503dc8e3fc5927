#pragma once
// Delta: what changed between two committed images, as a broker needs it. Costs what changed.
// Pointers are into the two images and live as long as those.

#include <vector>

#include "metadata/image/image.h"

namespace weir::metadata {

struct PartitionDelta {
  PartitionIndex index = 0;
  const Partition* before = nullptr;  // null: it is new
  const Partition* after = nullptr;   // null: it is gone (only with its topic)
};

struct TopicDelta {
  const Topic* before = nullptr;  // null: created
  const Topic* after = nullptr;   // null: deleted
  std::vector<PartitionDelta> partitions;
};

struct ConfigDelta {
  ConfigResource resource;
  const ConfigMap* before = nullptr;  // null: nothing was set
  const ConfigMap* after = nullptr;
};

struct BrokerDelta {
  BrokerId id = no_broker;
  const Broker* before = nullptr;
  const Broker* after = nullptr;
};

struct Delta {
  bool features_changed = false;
  std::vector<TopicDelta> topics;    // by topic id
  std::vector<ConfigDelta> configs;  // by resource
  std::vector<BrokerDelta> brokers;  // by id
  bool empty() const {
    return !features_changed && topics.empty() && configs.empty() && brokers.empty();
  }
};

// A topic that was deleted and created again under its name is two entries (ids differ).
Delta delta_between(const Image& before, const Image& after);

}  // namespace weir::metadata
