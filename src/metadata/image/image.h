#pragma once
// Image: all that the cluster knows at one offset of the metadata log, immutable. Made by replaying
// records (metadata/image/replay.h), shared as std::shared_ptr<const Image> between shards. Maps
// are persistent: a new image shares what did not change with the old one, and image/delta.h finds
// the difference.
//
// The words are KRaft's (KIP-631, 631's records under src/wire/schema/). Kinds that Weir does not
// serve yet (quotas, ACLs, SCRAM, delegation tokens) are kept whole, so that a snapshot loses
// nothing Kafka wrote.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"
#include "metadata/config/config_definition.h"
#include "metadata/image/persistent_map.h"

namespace weir::metadata {

using BrokerEpoch = std::int64_t;  // the offset of a broker's registration record; -1: none

struct Endpoint {
  std::string name;  // listener name
  std::string host;
  std::uint16_t port = 0;
  std::int16_t security_protocol = 0;  // 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL
  bool operator==(const Endpoint&) const = default;
};

struct VersionRange {
  std::int16_t min = 0;
  std::int16_t max = 0;
  bool operator==(const VersionRange&) const = default;
};

struct Broker {
  BrokerId id = no_broker;
  BrokerEpoch epoch = -1;
  Uuid incarnation_id;
  std::vector<Endpoint> endpoints;               // in registration order
  std::map<std::string, VersionRange> features;  // supported
  std::optional<std::string> rack;
  bool fenced = true;
  bool in_controlled_shutdown = false;
  bool is_migrating_zk_broker = false;
  std::vector<Uuid> log_dirs;  // online ones, in the broker's order
  // KIP-1066; nullopt: the broker has not said yet.
  std::optional<std::vector<Uuid>> cordoned_log_dirs;
  // Of its registration record in the log, or of the snapshot it was loaded from. Not part of any
  // record: a broker that has applied this offset knows its own registration.
  Offset registration_offset = no_offset;
  bool operator==(const Broker&) const = default;
  const Endpoint* endpoint(std::string_view listener) const;
  bool is_active() const { return !fenced && !in_controlled_shutdown; }
  // Whether a replica there is usable: true when the directory is unknown to be offline
  // (DirectoryId).
  bool has_online_dir(const Uuid& directory) const;
  bool has_uncordoned_dirs() const;
};

struct Controller {
  BrokerId id = no_broker;
  Uuid incarnation_id;
  bool zk_migration_ready = false;
  std::vector<Endpoint> endpoints;
  std::map<std::string, VersionRange> features;
  bool operator==(const Controller&) const = default;
};

enum class LeaderRecovery : std::int8_t { recovered = 0, recovering = 1 };

struct Partition {
  std::vector<BrokerId> replicas;  // in order of preference
  std::vector<Uuid> directories;   // of each replica, as long as `replicas`
  std::vector<BrokerId> isr;
  std::vector<BrokerId> removing_replicas;
  std::vector<BrokerId> adding_replicas;
  std::vector<BrokerId> elr;  // eligible leader replicas (KIP-966)
  std::vector<BrokerId> last_known_elr;
  BrokerId leader = no_broker;  // -1: none
  LeaderRecovery leader_recovery = LeaderRecovery::recovered;
  LeaderEpoch leader_epoch = 0;
  std::int32_t partition_epoch = 0;
  bool operator==(const Partition&) const = default;

  BrokerId preferred_leader() const { return replicas.empty() ? no_broker : replicas[0]; }
  bool has_replica(BrokerId broker) const;
  bool in_isr(BrokerId broker) const;
  Uuid directory_of(BrokerId broker) const;  // broker is a replica
};

struct Topic {
  std::string name;
  Uuid id;
  PersistentMap<PartitionIndex, std::shared_ptr<const Partition>> partitions;
  const Partition* partition(PartitionIndex index) const;
};

struct ConfigResource {
  ConfigKind kind = ConfigKind::topic;
  std::string name;  // "" of kind broker: the cluster-wide default
  auto operator<=>(const ConfigResource&) const = default;
};

struct QuotaEntity {
  // Entity type ("user", "client-id", "ip") to name; nullopt is the default entity.
  std::map<std::string, std::optional<std::string>> parts;
  auto operator<=>(const QuotaEntity&) const = default;
};

struct AccessControlEntry {
  Uuid id;
  std::int8_t resource_type = 0;
  std::string resource_name;
  std::int8_t pattern_type = 0;
  std::string principal;
  std::string host;
  std::int8_t operation = 0;
  std::int8_t permission_type = 0;
  bool operator==(const AccessControlEntry&) const = default;
};

struct ScramKey {
  std::int8_t mechanism = 0;
  std::string user;
  auto operator<=>(const ScramKey&) const = default;
};
struct ScramCredential {
  std::vector<std::byte> salt;
  std::vector<std::byte> stored_key;
  std::vector<std::byte> server_key;
  std::int32_t iterations = 0;
  bool operator==(const ScramCredential&) const = default;
};

struct DelegationToken {
  std::string owner;
  std::string requester;
  std::vector<std::string> renewers;
  std::int64_t issue_timestamp = 0;
  std::int64_t max_timestamp = 0;
  std::int64_t expiration_timestamp = 0;
  std::string token_id;
  bool operator==(const DelegationToken&) const = default;
};

// Which levels are in force. kraft.version is not here: it lives in the quorum's control records.
struct Features {
  std::int16_t metadata_version = 0;                        // 0: no record seen yet
  std::map<std::string, std::int16_t, std::less<>> levels;  // others, level 0 left out
  bool elr_enabled() const;                                 // eligible.leader.replicas.version >= 1
  bool operator==(const Features&) const = default;
};

struct Image {
  Offset offset = no_offset;     // of the last record it holds
  LeaderEpoch epoch = no_epoch;  // of the batch that held it
  TimestampMs timestamp = no_timestamp;

  Features features;
  PersistentMap<BrokerId, std::shared_ptr<const Broker>> brokers;
  PersistentMap<BrokerId, std::shared_ptr<const Controller>> controllers;
  PersistentMap<Uuid, std::shared_ptr<const Topic>> topics;
  PersistentMap<std::string, Uuid> topic_ids;  // by name
  PersistentMap<ConfigResource, std::shared_ptr<const ConfigMap>> configs;
  PersistentMap<QuotaEntity, std::shared_ptr<const std::map<std::string, double>>> client_quotas;
  ProducerId next_producer_id = no_producer_id;  // -1: no block was ever given out
  PersistentMap<Uuid, std::shared_ptr<const AccessControlEntry>> acls;
  PersistentMap<ScramKey, std::shared_ptr<const ScramCredential>> scram;
  PersistentMap<std::string, std::shared_ptr<const DelegationToken>> delegation_tokens;

  const Broker* broker(BrokerId id) const;
  const Topic* topic(const Uuid& id) const;
  const Topic* topic(std::string_view name) const;
  const Partition* partition(std::string_view topic_name, PartitionIndex index) const;
  // What was set dynamically for the resource; empty when nothing.
  const ConfigMap& config(ConfigKind kind, std::string_view name) const;
};

using ImagePtr = std::shared_ptr<const Image>;

}  // namespace weir::metadata
