// What administrators promise.

#include "scenario.h"

namespace interop {
namespace {

void write(const Cluster& cluster, std::string_view name, int count) {
  auto producer = cluster.producer();
  for (int i = 0; i < count; ++i) {
    must("post", producer.post({.topic = cluster.topic(name),
                                .partition = 0,
                                .value = "v",
                                .headers = {},
                                .timestamp = at_ms(1'000'000'000'000 + i)}));
  }
  must("close", producer.close(10s).get());
}

template <class Key, class T>
std::string name_of_error(const weir::PerItem<Key, T>& items, const Key& key) {
  const auto found = items.find(key);
  if (found == items.end()) return "left out";
  return found->second ? "" : std::string(found->second.error().kafka_name());
}

void topics(const Cluster& cluster) {
  const std::string name = cluster.topic("topics");
  const weir::NewTopic wanted{.name = name,
                              .partitions = 2,
                              .replication_factor = std::int16_t{1},
                              .assignment = {},
                              .configs = {}};
  must("validated", must("validate", cluster.admin.create_topics({wanted}, true).get()).at(name));
  check("not created", must("list", cluster.admin.list_topics().get()).contains(name), false);
  must("create", cluster.admin.create_topic(wanted).get());
  const auto again = must("again", cluster.admin.create_topics({wanted}).get());
  check("again", name_of_error(again, name), "TOPIC_ALREADY_EXISTS");
  must("more",
       must("more", cluster.admin.create_partitions({{name, {.total = 4, .assignment = {}}}}).get())
           .at(name));
  // A broker may answer before it has heard of the partitions.
  wait_until(
      "all partitions are known",
      [&] {
        const auto known = must("describe", cluster.admin.describe_topics({name}).get());
        return known.at(name) && known.at(name)->partitions.size() == 4;
      },
      [] {});
  const auto described = must("describe", cluster.admin.describe_topics({name}).get());
  const auto topic = must("topic", described.at(name));
  check("partitions", topic.partitions.size(), 4u);
  for (const auto& partition : topic.partitions) check("in sync", partition.in_sync.size(), 1u);
  const std::string stranger = "AAAAAAAAAAAAAAAAAAAAZA";
  const auto by_id = must("by id", cluster.admin.describe_topics_by_id({topic.id, stranger}).get());
  check("its name", must("of the id", by_id.at(topic.id)).name, name);
  check("its partitions", by_id.at(topic.id)->partitions.size(), 4u);
  check("a stranger", name_of_error(by_id, stranger), "UNKNOWN_TOPIC_ID");
  const auto fewer = must(
      "fewer", cluster.admin.create_partitions({{name, {.total = 1, .assignment = {}}}}).get());
  check("fewer", name_of_error(fewer, name), "INVALID_PARTITIONS");
  must("delete", cluster.admin.delete_topic(name).get());
  wait_until(
      "gone", [&] { return !must("list", cluster.admin.list_topics().get()).contains(name); },
      [] {});
  const auto missing = must("delete", cluster.admin.delete_topics({name}).get());
  check("deleted again", name_of_error(missing, name), "UNKNOWN_TOPIC_OR_PARTITION");
}

void configs(const Cluster& cluster) {
  cluster.create("configs", 1);
  const weir::ConfigResource resource{.name = cluster.topic("configs")};
  const auto value = [&](const std::string& name) {
    auto all = must("describe", cluster.admin.describe_configs({resource}, {name}).get());
    return must("configs", all.at(resource)).at(0).value.value_or("");
  };
  // A broker may answer before it has heard of the change.
  const auto becomes = [&](const std::string& name, std::string_view wanted) {
    wait_until(
        name + " becomes " + std::string(wanted), [&] { return value(name) == wanted; }, [] {});
  };
  const auto change = [&](weir::ConfigChange with) {
    auto all = must("alter", cluster.admin.alter_configs({{resource, {std::move(with)}}}).get());
    return name_of_error(all, resource);
  };
  check("set", change({.name = "retention.ms", .value = "1000"}), "");
  becomes("retention.ms", "1000");
  check("append",
        change({.name = "cleanup.policy",
                .value = "compact",
                .operation = weir::ConfigOperation::append}),
        "");
  becomes("cleanup.policy", "delete,compact");
  check("remove",
        change({.name = "retention.ms", .value = "", .operation = weir::ConfigOperation::remove}),
        "");
  becomes("retention.ms", "604800000");
  check("nonsense", change({.name = "retention.ms", .value = "soon"}), "INVALID_CONFIG");
}

void records(const Cluster& cluster) {
  cluster.create("records", 1);
  write(cluster, "records", 30);
  const weir::TopicPartition partition{cluster.topic("records"), 0};
  const auto offset = [&](weir::OffsetSpec spec) {
    auto all = must("offsets", cluster.admin.list_offsets({{partition, spec}}).get());
    return must("offset", all.at(partition)).offset;
  };
  check("earliest", offset(weir::OffsetSpec::earliest()), 0);
  check("latest", offset(weir::OffsetSpec::latest()), 30);
  check("max timestamp", offset(weir::OffsetSpec::max_timestamp()), 29);
  check("by time", offset(weir::OffsetSpec::at(at_ms(1'000'000'000'010))), 10);
  auto deleted = must("delete", cluster.admin.delete_records({{partition, 12}}).get());
  check("first offset", must("deleted", deleted.at(partition)), 12);
  check("earliest afterwards", offset(weir::OffsetSpec::earliest()), 12);
  auto beyond = must("delete", cluster.admin.delete_records({{partition, 99}}).get());
  check("beyond the end", name_of_error(beyond, partition), "OFFSET_OUT_OF_RANGE");
}

void groups(const Cluster& cluster) {
  cluster.create("groups", 2);
  write(cluster, "groups", 10);
  const std::string group = cluster.topic("groups");
  const weir::TopicPartition partition{group, 0};
  auto consumer = cluster.consumer("groups");
  must("subscribe", consumer.subscribe({group}).get());
  read(consumer, 10);
  must("commit", consumer.commit().get());
  const auto listed = must("list", cluster.admin.list_groups().get());
  check("listed", listed.contains(group), true);
  check("state", listed.at(group).state, "Stable");
  const auto described = must("describe", cluster.admin.describe_groups({group}).get());
  const auto description = must("group", described.at(group));
  check("members", description.members.size(), 1u);
  check("assignment", description.members[0].assignment.size(), 2u);
  const auto busy = must("delete", cluster.admin.delete_groups({group}).get());
  check("with members", name_of_error(busy, group), "NON_EMPTY_GROUP");
  must("close", consumer.close(10s).get());
  const auto moved =
      must("alter",
           cluster.admin.alter_offsets(group, {{partition, {.offset = 4, .metadata = "m"}}}).get());
  check("moved", name_of_error(moved, partition), "");
  auto committed = must("committed", cluster.admin.committed_offsets(group).get());
  check("committed", must("offset", committed.at(partition)).offset, 4);
  check("metadata", must("offset", committed.at(partition)).metadata, "m");
  const auto forgotten = must("delete", cluster.admin.delete_offsets(group, {partition}).get());
  check("forgotten", name_of_error(forgotten, partition), "");
  must("deleted", must("delete", cluster.admin.delete_groups({group}).get()).at(group));
  const auto gone = must("delete", cluster.admin.delete_groups({group}).get());
  check("deleted again", name_of_error(gone, group), "GROUP_ID_NOT_FOUND");
}

void cluster_facts(const Cluster& cluster) {
  cluster.create("facts", 2);
  write(cluster, "facts", 10);
  const auto described = must("cluster", cluster.admin.describe_cluster().get());
  check("brokers", described.brokers.size(), 1u);
  const std::int32_t broker = described.brokers[0].id;
  const auto quorum = must("quorum", cluster.admin.describe_quorum().get());
  check("leader", quorum.leader, broker);
  check("voters", quorum.voters.size(), 1u);
  auto by_broker = must("log dirs", cluster.admin.describe_log_dirs().get());
  const auto dirs = must("log dirs", by_broker.at(broker));
  std::int64_t bytes = 0;
  for (const auto& [path, dir] : dirs) {
    for (const auto& replica : dir.replicas) {
      if (replica.of.topic == cluster.topic("facts")) bytes += replica.bytes;
    }
  }
  check("bytes on disk", bytes > 0, true);
}

}  // namespace

void admin_scenarios(const Arguments& arguments) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"), 0);
  report("topics", [&] { topics(cluster); });
  report("configs", [&] { configs(cluster); });
  report("records", [&] { records(cluster); });
  report("groups", [&] { groups(cluster); });
  report("cluster", [&] { cluster_facts(cluster); });
}

}  // namespace interop
