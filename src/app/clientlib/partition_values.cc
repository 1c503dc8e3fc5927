#include "app/clientlib/partition_values.h"

namespace weir::clientlib {

client::TopicPartition inner_of(const TopicPartition& partition) {
  return {partition.topic, partition.partition};
}
client::Partitions inner_of(const Partitions& partitions) {
  client::Partitions out;
  for (const TopicPartition& each : partitions) out.push_back(inner_of(each));
  return out;
}
client::Position inner_of(const Position& position) {
  return {position.offset, position.leader_epoch};
}
client::Offsets inner_of(const Offsets& offsets) {
  client::Offsets out;
  for (const auto& [partition, position] : offsets) out[inner_of(partition)] = inner_of(position);
  return out;
}

TopicPartition public_of(const client::TopicPartition& partition) {
  return {partition.topic, partition.partition};
}
Partitions public_of(const client::Partitions& partitions) {
  Partitions out;
  for (const client::TopicPartition& each : partitions) out.push_back(public_of(each));
  return out;
}
Position public_of(const client::Position& position) { return {position.offset, position.epoch}; }
Offsets public_of(const client::Offsets& offsets) {
  Offsets out;
  for (const auto& [partition, position] : offsets) out[public_of(partition)] = public_of(position);
  return out;
}

}  // namespace weir::clientlib
