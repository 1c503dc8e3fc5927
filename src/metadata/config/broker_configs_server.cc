// Broker configs: the node itself, topics, requests, metrics, quotas.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_server_configs[] = {
    boolean("auto.create.topics.enable", "true")
        .says("Whether a topic comes into being when a client asks for it."),
    int32("background.threads", "10").at_least(1).cluster_wide().none_yet()
        .says("Apache Kafka's threads for background work; here the shards do it."),
    int32("broker.id", "-1")
        .says("The older name of node.id; if set, it must have the same value."),
    text("broker.rack")
        .says("The rack of this broker."),
    list("config.providers", "").list_of().cluster_wide()
        .refused("configuration providers are not served, and their references would be taken as "
                 "plain values")
        .says("Names of the providers that fill in references in values."),
    int32("default.replication.factor", "1")
        .says("Replicas of a topic that is created without a number."),
    int32("delete.records.purgatory.purge.interval.requests", "1").none_yet()
        .says("Apache Kafka's bookkeeping of waiting DeleteRecords requests."),
    boolean("delete.topic.enable", "true")
        .says("Whether topics can be deleted."),
    int32("fetch.max.bytes", "57671680").at_least(1024)
        .says("The most bytes one fetch answer may have."),
    int32("fetch.purgatory.purge.interval.requests", "1000").none_yet()
        .says("Apache Kafka's bookkeeping of waiting fetch requests."),
    int32("max.incremental.fetch.session.cache.slots", "1000").at_least(0)
        .says("How many fetch sessions are remembered."),
    int32("max.request.partition.size.limit", "2000").at_least(1)
        .says("How many partitions one answer to DescribeTopicPartitions may have."),
    int32("node.id", "1").kafka_default().at_least(0)
        .says("The id of this node in the cluster."),
    int32("num.io.threads", "8").at_least(1).cluster_wide().none_yet()
        .says("Apache Kafka's threads for requests; here shards do this work (--shards)."),
    int32("num.partitions", "1").at_least(1)
        .says("Partitions of a topic that is created without a number."),
    list("process.roles", "broker,controller").kafka_default().list_of(process_roles).not_empty()
        .says("What this process is: both broker and controller."),
    int32("producer.purgatory.purge.interval.requests", "1000").none_yet()
        .says("Apache Kafka's bookkeeping of waiting produce requests."),
    int32("request.timeout.ms", "30000")
        .says("How long a request of the server's own clients may take."),
    int64("server.max.startup.time.ms", "9223372036854775807").at_least(0).internal().none_yet()
        .says("How long the start may take before it is given up."),
    int32("telemetry.max.bytes", "1048576").at_least(1).none_yet()
        .says("The most bytes of metrics that a client may push at a time."),
    boolean("unstable.api.versions.enable", "false").internal().none_yet()
        .says("Whether versions of requests that are not final are offered."),
    boolean("unstable.feature.versions.enable", "false").internal().none_yet()
        .says("Whether feature levels that are not final can be used."),
    class_name("alter.config.policy.class.name")
        .refused("policies are not served, and changes would go unchecked")
        .says("A class that judges changes of configuration."),
    class_name("create.topic.policy.class.name")
        .refused("policies are not served, and new topics would go unchecked")
        .says("A class that judges new topics."),
    int32("kafka.metrics.polling.interval.secs", "10").at_least(1).none_yet()
        .says("How often Apache Kafka's older metrics are polled."),
    list("kafka.metrics.reporters", "").list_of().none_yet()
        .says("Classes that report Apache Kafka's older metrics."),
    list("metric.reporters", "org.apache.kafka.common.metrics.JmxReporter").list_of()
        .cluster_wide().none_yet()
        .says("Classes that report metrics."),
    int32("metrics.num.samples", "2").at_least(1).none_yet()
        .says("How many samples a metric keeps."),
    text("metrics.recording.level", "INFO").none_yet()
        .says("From which level on metrics are recorded."),
    int64("metrics.sample.window.ms", "30000").at_least(1).none_yet()
        .says("The time that one sample of a metric covers."),
    class_name("client.quota.callback.class").none_yet()
        .says("A class that decides on client quotas."),
    int32("alter.log.dirs.replication.quota.window.num", "11").at_least(1).none_yet()
        .says("Samples kept for the quota on moves between directories."),
    int32("alter.log.dirs.replication.quota.window.size.seconds", "1").at_least(1).none_yet()
        .says("Time of one sample of the quota on moves between directories."),
    int32("controller.quota.window.num", "11").at_least(1).none_yet()
        .says("Samples kept for the quota on changes of metadata."),
    int32("controller.quota.window.size.seconds", "1").at_least(1).none_yet()
        .says("Time of one sample of the quota on changes of metadata."),
    int32("quota.window.num", "11").at_least(1).none_yet()
        .says("Samples kept for client quotas."),
    int32("quota.window.size.seconds", "1").at_least(1).none_yet()
        .says("Time of one sample of client quotas."),
    int32("replication.quota.window.num", "11").at_least(1).none_yet()
        .says("Samples kept for the quota on replication."),
    int32("replication.quota.window.size.seconds", "1").at_least(1).none_yet()
        .says("Time of one sample of the quota on replication."),
    int64("leader.replication.throttled.rate", "9223372036854775807").at_least(0).cluster_wide()
        .dynamic_only().none_yet()
        .says("Bytes a second that this broker sends at most for throttled replicas."),
    int64("follower.replication.throttled.rate", "9223372036854775807").at_least(0).cluster_wide()
        .dynamic_only().none_yet()
        .says("Bytes a second that this broker fetches at most for throttled replicas."),
    int64("replica.alter.log.dirs.io.max.bytes.per.second", "9223372036854775807").at_least(0)
        .cluster_wide().dynamic_only().none_yet()
        .says("Bytes a second that moves between directories may use."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_server_table() { return broker_server_configs; }

}  // namespace weir::metadata
