#pragma once
// Which partition a record goes to when it names none. A record with a key goes to a partition that
// depends on the key and the number of partitions alone; one without, to the topic's sticky
// partition (sticky_partition.h, KIP-480 and 794).
//
//   name (partitioner)   with a key              no key         an empty key
//   murmur2_random       murmur2, as Java's      sticky         hashed
//   murmur2              murmur2                 as empty       hashed
//   consistent_random    CRC-32, as librdkafka's sticky         sticky
//   consistent           CRC-32                  as empty       partition 0
//   fnv1a_random         FNV-1a                  sticky         hashed
//   fnv1a                FNV-1a                  as empty       hashed
//   sticky               sticky (Java: partitioner.ignore.keys) sticky   sticky

#include <functional>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "client/producer/record.h"

namespace weir::client {

enum class PartitionBy : std::uint8_t {
  murmur2_random,  // the default
  murmur2,
  consistent_random,
  consistent,
  fnv1a_random,
  fnv1a,
  sticky,
};

// By Kafka's and librdkafka's names ("murmur2_random", "consistent", ...).
std::optional<PartitionBy> partition_by_name(std::string_view name);

// A rule of the caller's own: any partition below `partition_count`, or nothing for the sticky one.
using OwnPartitioner =
    std::function<std::optional<PartitionIndex>(const ProducerRecord&, PartitionIndex count)>;

// Nothing: the sticky partition. `partition_count` is positive.
std::optional<PartitionIndex> partition_of_key(PartitionBy rule, const wire::Blob& key,
                                               PartitionIndex partition_count);

}  // namespace weir::client
