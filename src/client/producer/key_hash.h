#pragma once
// The hashes by which Kafka's clients choose a key's partition. Golden values: test/partitions.

#include <cstdint>

#include "base/bytes.h"

namespace weir::client {

// 32-bit MurmurHash2 with the seed of Kafka's Java client, which librdkafka shares.
std::uint32_t murmur2(Bytes key);
// CRC-32 (IEEE 802.3), librdkafka's default.
std::uint32_t crc32(Bytes key);
// 32-bit FNV-1a, taken as a signed number without its sign: as Sarama and librdkafka.
std::uint32_t fnv1a(Bytes key);

}  // namespace weir::client
