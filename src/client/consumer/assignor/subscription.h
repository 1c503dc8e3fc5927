#pragma once
// What members of a group tell its leader, and what the leader tells them: the bytes inside
// JoinGroup and SyncGroup of the protocol type "consumer" (ConsumerProtocol, versions 0 to 3: 1
// adds the partitions owned, 2 the generation, 3 the rack). A later version is read as version 3,
// because fields are only ever added at the end.
//
// Errors of the decoders: corrupt.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "client/topic_partition.h"

namespace weir::client {

inline constexpr std::int16_t consumer_protocol_version = 3;
inline constexpr std::int32_t no_generation = -1;

struct Subscription {
  std::vector<std::string> topics;
  std::optional<std::vector<std::byte>> user_data;  // the assignor's own
  std::vector<TopicPartition> owned;
  std::int32_t generation = no_generation;  // in which `owned` was assigned
  std::optional<std::string> rack;          // not empty

  bool operator==(const Subscription&) const = default;
};

struct Assignment {
  std::vector<TopicPartition> partitions;
  std::optional<std::vector<std::byte>> user_data;

  bool operator==(const Assignment&) const = default;
};

// Topics and partitions are written in order. What a version does not have is left out.
std::vector<std::byte> encode_subscription(const Subscription& subscription,
                                           std::int16_t version = consumer_protocol_version);
Result<Subscription> decode_subscription(Bytes bytes);

std::vector<std::byte> encode_assignment(const Assignment& assignment,
                                         std::int16_t version = consumer_protocol_version);
Result<Assignment> decode_assignment(Bytes bytes);

}  // namespace weir::client
