#pragma once
// What the sticky assignors keep in a member's user data. Sticky (KIP-54, with KIP-341's
// generation): the partitions that the member had, because it gives them up before it joins, and
// their generation. Cooperative sticky (KIP-429): the generation; the partitions stand in the
// subscription.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "client/consumer/assignor/subscription.h"

namespace weir::client {

// What a member says it had last.
struct PreviousAssignment {
  std::vector<TopicPartition> partitions;
  std::optional<std::int32_t> generation;  // none: a client too old to say
};

std::vector<std::byte> encode_sticky_user_data(std::span<const TopicPartition> partitions,
                                               std::int32_t generation);
std::vector<std::byte> encode_cooperative_user_data(std::int32_t generation);

// Without user data: nothing. With bytes that mean nothing: no partitions, generation -1.
PreviousAssignment previous_of_sticky(const Subscription& subscription);
// The generation of the subscription (version 2 and later) or that of the user data.
PreviousAssignment previous_of_cooperative(const Subscription& subscription);

}  // namespace weir::client
