#pragma once
// What the end of a batch means for one of its records.

#include "client/producer/sender.h"

namespace weir::client {

Delivery delivery_of(const EndedBatch& batch, const Receipt& receipt, PartitionIndex partition);

}  // namespace weir::client
