#pragma once
// Groups as an administrator sees them. States and types are Kafka's words ("Stable", "Empty",
// "PreparingRebalance", ...; "Classic", "Consumer", "Share", "Streams"), passed on as brokers
// say them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client/topic_partition.h"

namespace weir::client {

struct GroupFilter {
  std::vector<std::string> states;  // empty: all
  std::vector<std::string> types;   // empty: all; needs a broker of 3.8
};

struct GroupListing {
  std::string protocol_type;  // "consumer"; empty: only offsets, no member ever
  std::string state;          // empty: the broker is older than 2.6
  std::string type;           // empty: the broker is older than 3.8
  BrokerId coordinator = no_broker;
};

struct MemberDescription {
  std::string id;
  std::optional<std::string> instance_id;  // group.instance.id
  std::optional<std::string> rack;
  std::string client_id;
  std::string host;
  std::vector<std::string> subscription;  // topics
  std::optional<std::string> subscribed_pattern;
  std::vector<TopicPartition> assignment;  // ascending
  // Of the new protocol: what it shall have, and its epoch.
  std::optional<std::vector<TopicPartition>> target_assignment;
  std::optional<std::int32_t> epoch;
  // Of the classic protocol: what members say to each other, where it is not Kafka's consumers'.
  std::vector<std::byte> metadata_bytes, assignment_bytes;
};

struct GroupDescription {
  std::string type;           // "Classic" or "Consumer"
  std::string protocol_type;  // "consumer"
  std::string protocol;       // assignor: "range"
  std::string state;
  BrokerId coordinator = no_broker;
  std::vector<MemberDescription> members;
  std::optional<std::int32_t> epoch, assignment_epoch;  // of the new protocol
};

// Whom to remove: a static member by its instance id, else by member id.
struct MemberToRemove {
  std::string id;
  std::optional<std::string> instance_id;
};

}  // namespace weir::client
