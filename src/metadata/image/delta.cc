#include "metadata/image/delta.h"

namespace weir::metadata {
namespace {

std::vector<PartitionDelta> partitions_between(const Topic* before, const Topic* after) {
  static const decltype(Topic::partitions) none;
  std::vector<PartitionDelta> changed;
  using Partitions = decltype(Topic::partitions);
  Partitions::diff(before ? before->partitions : none, after ? after->partitions : none,
                   [&](PartitionIndex index, const auto* b, const auto* a) {
                     if (b && a && **b == **a) return;
                     changed.push_back({index, b ? b->get() : nullptr, a ? a->get() : nullptr});
                   });
  return changed;
}

}  // namespace

Delta delta_between(const Image& before, const Image& after) {
  Delta delta;
  delta.features_changed = before.features != after.features;
  decltype(Image::topics)::diff(
      before.topics, after.topics, [&](const Uuid&, const auto* b, const auto* a) {
        TopicDelta topic{b ? b->get() : nullptr, a ? a->get() : nullptr, {}};
        topic.partitions = partitions_between(topic.before, topic.after);
        if (b && a && topic.partitions.empty()) return;
        delta.topics.push_back(std::move(topic));
      });
  decltype(Image::configs)::diff(
      before.configs, after.configs, [&](const ConfigResource& key, const auto* b, const auto* a) {
        if (b && a && **b == **a) return;
        delta.configs.push_back({key, b ? b->get() : nullptr, a ? a->get() : nullptr});
      });
  decltype(Image::brokers)::diff(
      before.brokers, after.brokers, [&](BrokerId id, const auto* b, const auto* a) {
        if (b && a && **b == **a) return;
        delta.brokers.push_back({id, b ? b->get() : nullptr, a ? a->get() : nullptr});
      });
  return delta;
}

}  // namespace weir::metadata
