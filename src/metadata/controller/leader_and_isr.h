#pragma once
// What becomes of partitions when one of their brokers changes: the changes that fencing, shutting
// down, coming back and unregistering bring (ReplicationControlManager.java). Each walks all
// partitions: such events are rare, and a hundred thousand partitions take milliseconds.

#include "metadata/controller/context.h"
#include "metadata/controller/partition_change.h"

namespace weir::metadata {

// The input of a decision about this partition, as the state stands: live brokers may lead.
PartitionChangeInput change_input(const ControllerContext& context, const Topic& topic,
                                  PartitionIndex index, const Partition& partition);

void add_change(ControllerContext& context, const std::optional<PartitionChange>& change);

bool has_leaderships(const Image& image, BrokerId broker);

void broker_fenced(ControllerContext& context, const Broker& broker);
void broker_unfenced(ControllerContext& context, const Broker& broker);
void broker_in_controlled_shutdown(ControllerContext& context, const Broker& broker);
void broker_unregistered(ControllerContext& context, const Broker& broker);
// Before a new incarnation registers: what the old one led and had is settled. After an unclean
// stop it may have lost records, so it leaves the eligible replicas too (KIP-966).
void broker_shut_down(ControllerContext& context, BrokerId broker, bool is_clean);
// Directories that went offline take their replicas out.
void directories_offline(ControllerContext& context, const Broker& broker,
                         const std::vector<Uuid>& offline);

// Where a new replica on this broker goes: its only directory, else it chooses.
Uuid default_directory(const ControllerContext& context, BrokerId broker);

}  // namespace weir::metadata
