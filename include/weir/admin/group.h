#pragma once
// Groups as an administrator sees them. States and types are Kafka's words ("Stable", "Empty", ...;
// "Classic", "Consumer", ...), as brokers say them. Plain values: each thread may use its own
// copies.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/topic_partition.h"

namespace weir {

struct GroupListing {
  std::string protocol_type{};  // "consumer"; empty: only offsets, no member ever
  std::string state{};          // empty: the broker is older than 2.6
  std::string type{};           // empty: the broker is older than 3.8
  std::int32_t coordinator = -1;
};

struct MemberDescription {
  std::string id{};
  std::optional<std::string> instance_id{};  // group.instance.id
  std::string client_id{};
  std::string host{};
  std::vector<std::string> subscription{};   // topics
  std::vector<TopicPartition> assignment{};  // ascending
};

struct GroupDescription {
  std::string type{};
  std::string protocol_type{};
  std::string protocol{};  // assignor: "range"
  std::string state{};
  std::int32_t coordinator = -1;
  std::vector<MemberDescription> members{};
};

// Whom to remove: a static member by its instance id, else by member id.
struct MemberToRemove {
  std::string id{};
  std::optional<std::string> instance_id{};
};

}  // namespace weir
