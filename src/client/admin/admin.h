#pragma once
// Admin: what an administrator asks of a cluster (Kafka's Admin). Each call finds whom to ask (any
// broker, the controller, leaders, coordinators, certain brokers), asks them side by side, and
// repeats what may succeed later, after a back-off, until its deadline.
//
// Calls for many things at once answer for each of them: in a PerItem every key that was asked for
// has its own outcome. A Failure is Kafka's error, with the broker's own words where it sent some,
// or what kept the question from being answered: timed_out (no broker), unsupported (the broker
// does not serve it), not_found (no such broker). After the deadline a retriable error is handed
// out as it is. A topic or partition that does not exist is UNKNOWN_TOPIC_OR_PARTITION, at once or
// after one repetition; asking never makes one.
//
// A change whose answer was lost is sent again and may then find itself done: TOPIC_ALREADY_EXISTS
// from create_topics, INVALID_PARTITIONS from create_partitions, UNKNOWN_TOPIC_OR_PARTITION from
// delete_topics, GROUP_ID_NOT_FOUND from delete_groups.
//
// Lives on one shard, on a Cluster that outlives it. Every call is awaited to its end before the
// Admin is destroyed; calls may run side by side. After Cluster::close() they end with `closed`.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/env/clock.h"
#include "base/task.h"
#include "client/admin/broker.h"
#include "client/admin/config.h"
#include "client/admin/group.h"
#include "client/admin/offset.h"
#include "client/admin/topic.h"
#include "client/cluster/cluster.h"
#include "client/failure.h"
#include "client/topic_partition.h"

namespace weir::client {

class AdminRouter;

template <class Key, class T = void>
using PerItem = std::map<Key, Outcome<T>>;

class Admin {
 public:
  explicit Admin(Cluster& cluster);
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  // --- topics.cc ---
  // Names are taken once each: the last of equal ones counts.
  Task<PerItem<std::string, CreatedTopic>> create_topics(std::vector<NewTopic> topics,
                                                         bool validate_only, env::Instant deadline);
  Task<PerItem<std::string>> delete_topics(std::vector<std::string> names, env::Instant deadline);
  Task<PerItem<Uuid>> delete_topics_by_id(std::vector<Uuid> ids, env::Instant deadline);
  Task<PerItem<std::string>> create_partitions(std::map<std::string, NewPartitions> topics,
                                               bool validate_only, env::Instant deadline);
  // --- topic_descriptions.cc ---
  Task<Outcome<std::map<std::string, TopicListing>>> list_topics(bool internal_too,
                                                                 env::Instant deadline);
  Task<PerItem<std::string, TopicDescription>> describe_topics(std::vector<std::string> names,
                                                               env::Instant deadline);
  // Error of all, from brokers before 3.1: unsupported.
  Task<PerItem<Uuid, TopicDescription>> describe_topics_by_id(std::vector<Uuid> ids,
                                                              env::Instant deadline);

  // --- configs.cc ---
  // What concerns one broker is asked of that broker.
  Task<PerItem<ConfigResource, std::vector<ConfigEntry>>> describe_configs(
      std::vector<ConfigResource> resources, DescribeConfigsOptions options, env::Instant deadline);
  Task<PerItem<ConfigResource>> alter_configs(
      std::map<ConfigResource, std::vector<ConfigAlteration>> changes, bool validate_only,
      env::Instant deadline);
  // Those that have configs of their own. Types empty: all that the broker knows; brokers before
  // 4.1 know client metrics only.
  Task<Outcome<std::set<ConfigResource>>> list_config_resources(
      std::vector<ConfigResourceType> types, env::Instant deadline);

  // --- records.cc ---
  Task<PerItem<TopicPartition, ListedOffset>> list_offsets(
      std::map<TopicPartition, OffsetSpec> partitions, IsolationLevel isolation,
      env::Instant deadline);
  // Deletes records below these offsets; the outcome is the first offset afterwards.
  Task<PerItem<TopicPartition, Offset>> delete_records(std::map<TopicPartition, Offset> before,
                                                       env::Instant deadline);
  Task<PerItem<TopicPartition, std::vector<ActiveProducer>>> describe_producers(
      std::vector<TopicPartition> partitions, env::Instant deadline);

  // --- groups.cc ---
  // Of all brokers; fails when one of them does not tell.
  Task<Outcome<std::map<std::string, GroupListing>>> list_groups(GroupFilter filter,
                                                                 env::Instant deadline);
  // A group that is not there: GROUP_ID_NOT_FOUND, from every version of brokers.
  Task<PerItem<std::string, GroupDescription>> describe_groups(std::vector<std::string> groups,
                                                               env::Instant deadline);
  Task<PerItem<std::string>> delete_groups(std::vector<std::string> groups, env::Instant deadline);
  // Outcomes in the order of `members`. The whole fails when the group cannot be reached.
  Task<Outcome<std::vector<Outcome<>>>> remove_members(std::string group,
                                                       std::vector<MemberToRemove> members,
                                                       std::string reason, env::Instant deadline);

  // --- offsets.cc ---
  // Of all partitions with a commit, or of these (which are all in the answer then). An unknown
  // group has no commits. require_stable: waits for open transactions (KIP-447).
  Task<Outcome<PerItem<TopicPartition, CommittedOffset>>> committed_offsets(
      std::string group, std::optional<std::vector<TopicPartition>> partitions, bool require_stable,
      env::Instant deadline);
  // Only while the group has no members: UNKNOWN_MEMBER_ID otherwise.
  Task<PerItem<TopicPartition>> alter_offsets(std::string group,
                                              std::map<TopicPartition, CommittedOffset> offsets,
                                              env::Instant deadline);
  // Of topics that no member reads: GROUP_SUBSCRIBED_TO_TOPIC otherwise.
  Task<PerItem<TopicPartition>> delete_offsets(std::string group,
                                               std::vector<TopicPartition> partitions,
                                               env::Instant deadline);

  // --- log_dirs.cc ---
  // By broker and by directory. Brokers absent: all that are up (the whole fails when nobody tells
  // who they are). Partitions absent: all.
  Task<Outcome<PerItem<BrokerId, std::map<std::string, LogDirDescription>>>> describe_log_dirs(
      std::optional<std::vector<BrokerId>> brokers,
      std::optional<std::vector<TopicPartition>> partitions, env::Instant deadline);

  // --- cluster_facts.cc ---
  Task<Outcome<ClusterDescription>> describe_cluster(bool fenced_too, env::Instant deadline);
  Task<Outcome<QuorumDescription>> describe_quorum(env::Instant deadline);
  // Brokers absent: all that are up.
  Task<Outcome<PerItem<BrokerId, BrokerVersions>>> api_versions(
      std::optional<std::vector<BrokerId>> brokers, env::Instant deadline);

 private:
  std::unique_ptr<AdminRouter> router_;
};

}  // namespace weir::client
