#include "metadata/controller/leader_and_isr.h"

#include <algorithm>

#include "metadata/image/partition_merge.h"
#include "wire/message/broker_registration_change_record.h"
#include "wire/message/unregister_broker_record.h"

namespace weir::metadata {
namespace {

struct BrokerChange {
  BrokerId removed = no_broker;  // no longer alive
  BrokerId added = no_broker;    // alive from now on
  BrokerId unclean_shutdown = no_broker;
};

bool is_alive(const Image& image, const BrokerChange& change, const Partition& partition,
              BrokerId id) {
  if (id == change.removed || id == change.unclean_shutdown) return false;
  const Broker* broker = image.broker(id);
  if (broker == nullptr || (id != change.added && !broker->is_active())) return false;
  return partition.has_replica(id) && broker->has_online_dir(partition.directory_of(id));
}

void change_partition(ControllerContext& context, const Topic& topic, PartitionIndex index,
                      const Partition& partition, const BrokerChange& change) {
  PartitionChangeInput input = change_input(context, topic, index, partition);
  input.is_acceptable_leader = [&](BrokerId id) {
    return is_alive(context.image, change, partition, id);
  };
  if (unclean_leader_election_enabled(context, topic)) input.election = Election::unclean;
  if (change.unclean_shutdown != no_broker) {
    input.unclean_shutdown_replicas = {change.unclean_shutdown};
  }
  input.target_isr.emplace();
  for (const BrokerId broker : partition.isr) {
    if (broker != change.removed && broker != change.unclean_shutdown) {
      input.target_isr->push_back(broker);
    }
  }
  add_change(context, partition_change(input));
}

template <class Concerns>
void change_partitions(ControllerContext& context, const BrokerChange& change, Concerns concerns) {
  for (const auto& [id, topic] : context.image.topics) {
    for (const auto& [index, partition] : topic->partitions) {
      if (concerns(*partition)) change_partition(context, *topic, index, *partition, change);
    }
  }
}

bool in_elr(const Partition& partition, BrokerId broker) {
  return std::find(partition.elr.begin(), partition.elr.end(), broker) != partition.elr.end();
}

wire::BrokerRegistrationChangeRecord registration_change(const Broker& broker) {
  wire::BrokerRegistrationChangeRecord record;
  record.broker_id = broker.id;
  record.broker_epoch = broker.epoch;
  return record;
}

}  // namespace

PartitionChangeInput change_input(const ControllerContext& context, const Topic& topic,
                                  PartitionIndex index, const Partition& partition) {
  PartitionChangeInput input{.partition = partition};
  input.topic_id = topic.id;
  input.index = index;
  input.is_acceptable_leader = [&image = context.image, &partition](BrokerId id) {
    return is_alive(image, BrokerChange{}, partition, id);
  };
  input.version = context.version();
  input.elr_enabled = context.image.features.elr_enabled();
  input.min_isr = effective_min_isr(context, topic);
  return input;
}

void add_change(ControllerContext& context, const std::optional<PartitionChange>& change) {
  if (!change) return;
  context.records.add(change->record(), context.version().partition_record_version());
}

bool has_leaderships(const Image& image, BrokerId broker) {
  for (const auto& [id, topic] : image.topics) {
    for (const auto& [index, partition] : topic->partitions) {
      if (partition->leader == broker) return true;
    }
  }
  return false;
}

void broker_fenced(ControllerContext& context, const Broker& broker) {
  change_partitions(context, {.removed = broker.id},
                    [&](const Partition& p) { return p.in_isr(broker.id); });
  auto record = registration_change(broker);
  record.fenced = 1;
  context.records.add(record, 0);
}

void broker_unfenced(ControllerContext& context, const Broker& broker) {
  auto record = registration_change(broker);
  record.fenced = -1;
  context.records.add(record, 0);
  change_partitions(context, {.added = broker.id},
                    [](const Partition& p) { return p.leader == no_broker; });
}

void broker_in_controlled_shutdown(ControllerContext& context, const Broker& broker) {
  if (!broker.in_controlled_shutdown) {
    auto record = registration_change(broker);
    record.in_controlled_shutdown = 1;
    context.records.add(record, 1);
  }
  change_partitions(context, {.removed = broker.id},
                    [&](const Partition& p) { return p.in_isr(broker.id); });
}

void broker_unregistered(ControllerContext& context, const Broker& broker) {
  change_partitions(context, {.removed = broker.id}, [&](const Partition& p) {
    return p.in_isr(broker.id) || in_elr(p, broker.id);
  });
  wire::UnregisterBrokerRecord record;
  record.broker_id = broker.id;
  record.broker_epoch = broker.epoch;
  context.records.add(record, 0);
}

void broker_shut_down(ControllerContext& context, BrokerId broker, bool is_clean) {
  if (context.image.features.elr_enabled() && !is_clean) {
    change_partitions(context, {.unclean_shutdown = broker},
                      [&](const Partition& p) { return p.in_isr(broker) || in_elr(p, broker); });
  } else {
    change_partitions(context, {.removed = broker},
                      [&](const Partition& p) { return p.in_isr(broker); });
  }
}

void directories_offline(ControllerContext& context, const Broker& broker,
                         const std::vector<Uuid>& offline) {
  std::vector<Uuid> newly_offline, still_online;
  for (const Uuid& directory : broker.log_dirs) {
    const bool gone = std::find(offline.begin(), offline.end(), directory) != offline.end();
    (gone ? newly_offline : still_online).push_back(directory);
  }
  if (newly_offline.empty()) return;
  change_partitions(context, {.removed = broker.id}, [&](const Partition& p) {
    return p.has_replica(broker.id) && std::find(newly_offline.begin(), newly_offline.end(),
                                                 p.directory_of(broker.id)) != newly_offline.end();
  });
  auto record = registration_change(broker);
  record.log_dirs = context.array(still_online);
  context.records.add(record, 2);
}

Uuid default_directory(const ControllerContext& context, BrokerId id) {
  if (!context.version().is_directory_assignment_supported()) return directory_migrating;
  const Broker* broker = context.image.broker(id);
  if (broker == nullptr) return directory_unassigned;
  if (broker->log_dirs.empty()) return directory_migrating;
  return broker->log_dirs.size() == 1 ? broker->log_dirs[0] : directory_unassigned;
}

}  // namespace weir::metadata
