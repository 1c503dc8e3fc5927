#pragma once
// Admin: what an administrator asks of a cluster. Each call finds the brokers to ask, repeats what
// may succeed later, and answers within its timeout.
//
//   auto admin = client->admin();
//   auto created = admin->create_topic({.name = "orders", .partitions = 6}).get();
//
// Calls for many things answer for each: in a PerItem every key that was asked for has its own
// outcome. A change whose answer was lost is sent again and may then find itself done
// (TOPIC_ALREADY_EXISTS from create_topics, INVALID_PARTITIONS from create_partitions,
// UNKNOWN_TOPIC_OR_PARTITION from delete_topics, GROUP_ID_NOT_FOUND from delete_groups).
//
// All calls may be made by any thread at the same time. The destructor waits for nothing; calls
// that are under way then end with `closed`.

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "weir/admin/cluster.h"
#include "weir/admin/config.h"
#include "weir/admin/group.h"
#include "weir/admin/offset.h"
#include "weir/admin/topic.h"
#include "weir/api.h"
#include "weir/client.h"
#include "weir/failure.h"
#include "weir/future.h"
#include "weir/topic_partition.h"

namespace weir {

template <class Key, class T = void>
using PerItem = std::map<Key, std::expected<T, Failure>>;

struct AdminOptions {
  std::optional<std::chrono::milliseconds> timeout{};  // of each call: default.api.timeout.ms, 60 s
  Properties properties{};                             // win over the field above
};

class WEIR_API Admin {
 public:
  Admin(Admin&&) noexcept;
  Admin& operator=(Admin&&) noexcept;
  ~Admin();

  // --- topics ---
  Future<CreatedTopic> create_topic(NewTopic topic);
  // validate_only: nothing is created, the answer says what would be.
  Future<PerItem<std::string, CreatedTopic>> create_topics(std::vector<NewTopic> topics,
                                                           bool validate_only = false);
  Future<> delete_topic(std::string name);
  Future<PerItem<std::string>> delete_topics(std::vector<std::string> names);
  Future<PerItem<std::string>> create_partitions(std::map<std::string, NewPartitions> topics,
                                                 bool validate_only = false);
  Future<std::map<std::string, TopicListing>> list_topics(bool internal_too = false);
  Future<PerItem<std::string, TopicDescription>> describe_topics(std::vector<std::string> names);
  // Brokers before 3.1: `unsupported`. What is no id is `invalid`, and nothing is asked; the id of
  // zeros, which no topic has, is so by itself.
  Future<PerItem<std::string, TopicDescription>> describe_topics_by_id(
      std::vector<std::string> ids);

  // --- configs ---
  // Names empty: all.
  Future<PerItem<ConfigResource, std::vector<ConfigEntry>>> describe_configs(
      std::vector<ConfigResource> resources, std::vector<std::string> names = {},
      bool documentation = false);
  Future<PerItem<ConfigResource>> alter_configs(
      std::map<ConfigResource, std::vector<ConfigChange>> changes, bool validate_only = false);

  // --- records ---
  Future<PerItem<TopicPartition, ListedOffset>> list_offsets(
      std::map<TopicPartition, OffsetSpec> partitions, bool read_committed = false);
  // Deletes the records below these offsets; answers with the first offset afterwards.
  Future<PerItem<TopicPartition, std::int64_t>> delete_records(
      std::map<TopicPartition, std::int64_t> before);

  // --- groups ---
  Future<std::map<std::string, GroupListing>> list_groups();
  Future<PerItem<std::string, GroupDescription>> describe_groups(std::vector<std::string> groups);
  Future<PerItem<std::string>> delete_groups(std::vector<std::string> groups);
  // In the order of `members`.
  Future<std::vector<std::expected<void, Failure>>> remove_members(
      std::string group, std::vector<MemberToRemove> members, std::string reason = {});
  // Of all partitions with a commit, or of these. An unknown group has no commits.
  Future<PerItem<TopicPartition, CommittedOffset>> committed_offsets(
      std::string group, std::optional<std::vector<TopicPartition>> partitions = {});
  // Only while the group has no members: UNKNOWN_MEMBER_ID otherwise.
  Future<PerItem<TopicPartition>> alter_offsets(std::string group,
                                                std::map<TopicPartition, CommittedOffset> offsets);
  // Of topics that no member reads: GROUP_SUBSCRIBED_TO_TOPIC otherwise.
  Future<PerItem<TopicPartition>> delete_offsets(std::string group,
                                                 std::vector<TopicPartition> partitions);

  // --- cluster ---
  // fenced_too needs brokers since 4.0.
  Future<ClusterDescription> describe_cluster(bool fenced_too = false);
  Future<QuorumDescription> describe_quorum();
  // By broker and directory. Brokers absent: all that are up.
  Future<PerItem<std::int32_t, std::map<std::string, LogDirDescription>>> describe_log_dirs(
      std::optional<std::vector<std::int32_t>> brokers = {});

  class Impl;
  explicit Admin(std::shared_ptr<Impl> impl);  // for the library itself

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace weir
