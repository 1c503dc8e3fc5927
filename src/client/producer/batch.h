#pragma once
// Batch: records of one partition on their way, from the first append to the outcome. The
// accumulator makes them and takes their memory back; in between the sender owns them.

#include <cstdint>
#include <memory>
#include <vector>

#include "base/env/clock.h"
#include "client/producer/record.h"
#include "wire/record/batch.h"
#include "wire/record/batch_builder.h"

namespace weir::client {

using PartitionSlot = std::uint32_t;  // a partition as the producer counts them, from 0

// Who wants to know of one record. Records nobody asks about have none.
struct Receipt {
  std::int32_t index = 0;  // in the batch
  TimestampMs timestamp = no_timestamp;
  OnDelivery done;
};

struct Batch {
  // While it is open records are added; then `bytes` are exactly one record batch.
  wire::BatchBuilder open{wire::BatchOptions{}};
  std::vector<std::byte> bytes;
  std::vector<Receipt> receipts;  // ascending by index
  std::int32_t count = 0;
  std::size_t reserved = 0;      // of buffer.memory
  std::uint64_t generation = 0;  // of flushes
  env::Instant created{};
  env::Instant due{};  // linger.ms after it was created

  // The sender's.
  std::int64_t first = 0;  // position of its first record in the partition's stream
  wire::BatchIdentity identity;
  int attempts = 0;       // it was sent so often
  bool in_doubt = false;  // an attempt may have been written
  bool denied = false;    // in doubt, and a broker said since that something before it is missing
  bool asked = false;     // likewise, while others were older
  bool was_cut = false;   // from one that was in doubt: brokers would not recognise it
  bool is_over = false;   // its outcome is told; only the answer is awaited
};
using BatchPtr = std::unique_ptr<Batch>;

}  // namespace weir::client
