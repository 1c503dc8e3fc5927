#pragma once
// Topics as an administrator creates and sees them. Ids are Kafka's text form of UUIDs. Plain
// values: each thread may use its own copies.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/admin/config.h"

namespace weir {

struct NewTopic {
  std::string name{};
  std::optional<std::int32_t> partitions{};          // absent: num.partitions of the cluster
  std::optional<std::int16_t> replication_factor{};  // absent: default.replication.factor of it
  // Not empty: the brokers of each partition, preferred leader first; the two above stay absent.
  std::map<std::int32_t, std::vector<std::int32_t>> assignment{};
  std::map<std::string, std::string> configs{};
};

// What the cluster made of it; -1 and empty where it does not say.
struct CreatedTopic {
  std::string id{};
  std::int32_t partitions = -1;
  std::int16_t replication_factor = -1;
  std::vector<ConfigEntry> configs{};
};

struct NewPartitions {
  std::int32_t total = 0;                               // afterwards, those that are there included
  std::vector<std::vector<std::int32_t>> assignment{};  // not empty: brokers of each new one
};

struct TopicListing {
  std::string id{};
  bool is_internal = false;
  std::int32_t partitions = 0;
};

struct PartitionDescription {
  std::int32_t index = 0;
  std::string error{};       // Kafka's name; empty: none. LEADER_NOT_AVAILABLE and its like
  std::int32_t leader = -1;  // -1: none
  std::int32_t leader_epoch = -1;
  std::vector<std::int32_t> replicas{}, in_sync{}, offline{};
  std::vector<std::int32_t> eligible_leader_replicas{}, last_known_eligible{};  // KIP-966
};

struct TopicDescription {
  std::string name{};
  std::string id{};
  bool is_internal = false;
  std::vector<PartitionDescription> partitions{};  // by index
};

}  // namespace weir
