#pragma once
// The numbers everybody speaks of, under Kafka's names, with their sentinels. They are plain
// integers, as on the wire; where two could be swapped in a call, the call takes a struct with
// named members.

#include <cstdint>

namespace weir {

using Offset = std::int64_t;          // position of a record in a partition, from 0
using LeaderEpoch = std::int32_t;     // term of a partition's leader, -1: none known
using PartitionIndex = std::int32_t;  // partition of a topic, from 0
using BrokerId = std::int32_t;        // node.id, -1: none
using ProducerId = std::int64_t;      // -1: not idempotent
using ProducerEpoch = std::int16_t;   // -1: none
using Sequence = std::int32_t;     // per producer and partition, wraps from 2^31-1 to 0; -1: none
using TimestampMs = std::int64_t;  // milliseconds since the Unix epoch, -1: none

inline constexpr Offset no_offset = -1;
inline constexpr LeaderEpoch no_epoch = -1;
inline constexpr BrokerId no_broker = -1;
inline constexpr ProducerId no_producer_id = -1;
inline constexpr ProducerEpoch no_producer_epoch = -1;
inline constexpr Sequence no_sequence = -1;
inline constexpr TimestampMs no_timestamp = -1;

}  // namespace weir
