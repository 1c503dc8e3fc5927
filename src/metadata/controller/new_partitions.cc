#include "metadata/controller/new_partitions.h"

#include <fmt/format.h>

#include <algorithm>

#include "metadata/controller/leader_and_isr.h"
#include "metadata/image/image_writer.h"

namespace weir::metadata {

std::optional<Partition> new_partition(const ControllerContext& context,
                                       const std::vector<BrokerId>& replicas) {
  Partition partition;
  partition.replicas = replicas;
  for (const BrokerId id : replicas) {
    partition.directories.push_back(default_directory(context, id));
    const Broker* broker = context.image.broker(id);
    if (broker != nullptr && broker->is_active()) partition.isr.push_back(id);
  }
  if (partition.isr.empty()) return std::nullopt;
  partition.leader = partition.isr[0];
  return partition;
}

ApiError check_manual_assignment(const Image& image, const std::vector<BrokerId>& replicas,
                                 std::size_t replication_factor) {
  const auto refuse = [](std::string words) {
    return ApiError{wire::ErrorCode::invalid_replica_assignment, std::move(words)};
  };
  if (replicas.empty()) {
    return refuse("The manual partition assignment includes an empty replica list.");
  }
  std::vector<BrokerId> sorted = replicas;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Broker* broker = image.broker(sorted[i]);
    if (broker == nullptr) {
      return refuse(fmt::format(
          "The manual partition assignment includes broker {}, but no such broker is registered.",
          sorted[i]));
    }
    if (!broker->has_uncordoned_dirs()) {
      return refuse(
          fmt::format("The manual partition assignment includes broker {}, but all its log "
                      "directories are cordoned.",
                      sorted[i]));
    }
    if (i > 0 && sorted[i] == sorted[i - 1]) {
      return refuse(fmt::format(
          "The manual partition assignment includes the broker {} more than once.", sorted[i]));
    }
  }
  if (replication_factor != 0 && replicas.size() != replication_factor) {
    return refuse(
        fmt::format("The manual partition assignment includes a partition with {} "
                    "replica(s), but this is not consistent with previous partitions, "
                    "which have {} replica(s).",
                    replicas.size(), replication_factor));
  }
  return {};
}

void add_partition(ControllerContext& context, const Uuid& topic_id, PartitionIndex index,
                   const Partition& partition) {
  context.records.add(partition_record(partition, topic_id, index, context.image.features),
                      context.version().partition_record_version());
}

}  // namespace weir::metadata
