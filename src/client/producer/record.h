#pragma once
// What a producer is given and what it gives back. Every record that was handed over ends in
// exactly one outcome: Delivered, or Undelivered, which says whether a broker may have written it
// all the same.

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "base/ids.h"
#include "client/failure.h"
#include "wire/codec/value.h"
#include "wire/record/record.h"

namespace weir::client {

// Views: the bytes are copied when the producer takes the record.
struct ProducerRecord {
  std::string_view topic;
  std::optional<PartitionIndex> partition;  // absent: the partitioner decides
  TimestampMs timestamp = no_timestamp;     // none: the time of the call
  wire::Blob key = wire::Blob::null();
  wire::Blob value = wire::Blob::null();  // null: a tombstone
  std::span<const wire::RecordHeader> headers = {};
};

struct Delivered {
  PartitionIndex partition = 0;
  Offset offset = no_offset;  // -1: with acks=0, or written by an attempt whose answer was lost
  TimestampMs timestamp = no_timestamp;  // the record's, or the log's (LogAppendTime)
};

struct Undelivered {
  Failure why;
  bool may_be_written = false;
};

using Delivery = std::expected<Delivered, Undelivered>;
// Called once, on the producer's shard. It may hand over further records.
using OnDelivery = std::move_only_function<void(const Delivery&)>;

}  // namespace weir::client
