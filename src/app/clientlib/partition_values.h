#pragma once
// Partitions and places in them, between their public form (public_of) and the inner one
// (inner_of).

#include "client/consumer/consumer.h"
#include "weir/consumer.h"

namespace weir::clientlib {

client::TopicPartition inner_of(const TopicPartition& partition);
client::Partitions inner_of(const Partitions& partitions);
client::Position inner_of(const Position& position);
client::Offsets inner_of(const Offsets& offsets);

TopicPartition public_of(const client::TopicPartition& partition);
Partitions public_of(const client::Partitions& partitions);
Position public_of(const client::Position& position);
Offsets public_of(const client::Offsets& offsets);

}  // namespace weir::clientlib
