#include "client/producer/delivery.h"

#include <algorithm>

namespace weir::client {

Delivery delivery_of(const EndedBatch& batch, const Receipt& receipt, PartitionIndex partition) {
  if (!batch.failure) {
    const bool log_has_time = batch.log_append_time != no_timestamp;
    return Delivered{
        .partition = partition,
        .offset = batch.base_offset < 0 ? no_offset : batch.base_offset + receipt.index,
        .timestamp = log_has_time ? batch.log_append_time : receipt.timestamp};
  }
  Undelivered undelivered = *batch.failure;
  if (batch.problems.empty()) return std::unexpected(std::move(undelivered));
  // KIP-467: a broker refuses the whole batch for what is wrong with some of its records.
  const auto own = std::ranges::find(batch.problems, receipt.index, &RecordProblem::index);
  if (own == batch.problems.end()) {
    undelivered.why.said = "another record of the same batch was refused";
  } else if (!own->message.empty()) {
    undelivered.why.said = own->message;
  }
  return std::unexpected(std::move(undelivered));
}

}  // namespace weir::client
