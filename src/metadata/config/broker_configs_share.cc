// Broker configs: share groups (KIP-932) and their dead-letter topics (KIP-1191).

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_share_configs[] = {
    boolean("errors.deadletterqueue.auto.create.topics.enable", "false").cluster_wide().none_yet()
        .says("Whether dead-letter topics come into being when first needed."),
    text("errors.deadletterqueue.topic.name.prefix", "dlq.").cluster_wide().none_yet()
        .says("How the names of dead-letter topics begin."),
    int32("group.share.assignment.interval.ms", "1000").at_least(0).cluster_wide().none_yet()
        .says("Default of the group config share.assignment.interval.ms."),
    boolean("group.share.assignor.offload.enable", "true").cluster_wide().internal().none_yet()
        .says("Default of the group config share.assignor.offload.enable."),
    list("group.share.assignors", "simple").list_of().not_empty().none_yet()
        .says("Assignors of share groups."),
    int32("group.share.delivery.count.limit", "5").between(2, 10).none_yet()
        .says("Default of the group config share.delivery.count.limit."),
    text("group.share.dlq.manager.class.name",
        "org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager")
        .internal().none_yet()
        .says("A class that writes to dead-letter topics."),
    int32("group.share.heartbeat.interval.ms", "5000").at_least(1).none_yet()
        .says("Default of the group config share.heartbeat.interval.ms."),
    int32("group.share.initialize.retry.interval.ms", "30000").at_least(1).internal().none_yet()
        .says("How long before the setting up of a share group's state is tried again."),
    int32("group.share.max.assignment.interval.ms", "15000").at_least(0).none_yet()
        .says("The highest value of the group config share.assignment.interval.ms."),
    int32("group.share.max.delivery.count.limit", "10").between(5, 25).none_yet()
        .says("The highest value of the group config share.delivery.count.limit."),
    int32("group.share.max.heartbeat.interval.ms", "15000").at_least(1).none_yet()
        .says("The highest value of the group config share.heartbeat.interval.ms."),
    int32("group.share.max.partition.max.record.locks", "4000").between(2000, 10000).none_yet()
        .says("The highest value of the group config share.partition.max.record.locks."),
    int32("group.share.max.record.lock.duration.ms", "60000").between(30000, 3600000).none_yet()
        .says("The highest value of the group config share.record.lock.duration.ms."),
    int32("group.share.max.session.timeout.ms", "60000").at_least(1).none_yet()
        .says("The highest value of the group config share.session.timeout.ms."),
    int32("group.share.max.share.sessions", "2000").at_least(1).none_yet()
        .says("How many share sessions the broker remembers."),
    int32("group.share.max.size", "200").between(1, 1000).none_yet()
        .says("How many members a share group may have."),
    int32("group.share.min.assignment.interval.ms", "0").at_least(0).none_yet()
        .says("The lowest value of the group config share.assignment.interval.ms."),
    int32("group.share.min.delivery.count.limit", "2").between(2, 5).none_yet()
        .says("The lowest value of the group config share.delivery.count.limit."),
    int32("group.share.min.heartbeat.interval.ms", "5000").at_least(1).none_yet()
        .says("The lowest value of the group config share.heartbeat.interval.ms."),
    int32("group.share.min.partition.max.record.locks", "100").between(100, 2000).none_yet()
        .says("The lowest value of the group config share.partition.max.record.locks."),
    int32("group.share.min.record.lock.duration.ms", "15000").between(1000, 30000).none_yet()
        .says("The lowest value of the group config share.record.lock.duration.ms."),
    int32("group.share.min.session.timeout.ms", "45000").at_least(1).none_yet()
        .says("The lowest value of the group config share.session.timeout.ms."),
    int32("group.share.partition.max.record.locks", "2000").between(100, 10000).none_yet()
        .says("Default of the group config share.partition.max.record.locks."),
    text("group.share.persister.class.name",
        "org.apache.kafka.server.share.persister.DefaultStatePersister")
        .internal().none_yet()
        .says("A class that keeps the state of share groups."),
    int32("group.share.record.lock.duration.ms", "30000").between(1000, 3600000).none_yet()
        .says("Default of the group config share.record.lock.duration.ms."),
    int32("group.share.session.timeout.ms", "45000").at_least(1).none_yet()
        .says("Default of the group config share.session.timeout.ms."),
    int32("share.coordinator.append.linger.ms", "-1").at_least(-1).none_yet()
        .says("How long the share coordinator gathers records before it writes them; -1 adapts."),
    int32("share.coordinator.cached.buffer.max.bytes", "1048588").at_least(524288).cluster_wide()
        .none_yet()
        .says("The largest write buffer that the share coordinator keeps."),
    int32("share.coordinator.cold.partition.snapshot.interval.ms", "300000").at_least(1).internal()
        .none_yet()
        .says("How often the state of idle share partitions is written anew."),
    int32("share.coordinator.load.buffer.size", "5242880").at_least(1).none_yet()
        .says("How many bytes are read at a time when share states are loaded."),
    int32("share.coordinator.snapshot.update.records.per.snapshot", "500").between(0, 500)
        .none_yet()
        .says("How many updates of a share state follow one full copy."),
    int32("share.coordinator.state.topic.compression.codec", "0").none_yet()
        .says("The codec of the share state topic's batches."),
    int16("share.coordinator.state.topic.min.isr", "2").at_least(1).none_yet()
        .says("min.insync.replicas of the share state topic."),
    int32("share.coordinator.state.topic.num.partitions", "50").at_least(1).none_yet()
        .says("Partitions of the share state topic."),
    int32("share.coordinator.state.topic.prune.interval.ms", "300000").at_least(1).internal()
        .none_yet()
        .says("How often the share state topic is trimmed."),
    int16("share.coordinator.state.topic.replication.factor", "3").at_least(1).none_yet()
        .says("Replicas of the share state topic; if unset, no more than there are brokers."),
    int32("share.coordinator.state.topic.segment.bytes", "104857600").at_least(1).none_yet()
        .says("Segment size of the share state topic."),
    int32("share.coordinator.threads", "1").at_least(1).none_yet()
        .says("Apache Kafka's threads of the share coordinator."),
    int32("share.coordinator.write.timeout.ms", "5000").at_least(1).none_yet()
        .says("How long a write of share state may wait for its replicas."),
    int32("share.fetch.purgatory.purge.interval.requests", "1000").none_yet()
        .says("Apache Kafka's bookkeeping of waiting share fetches."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_share_table() { return broker_share_configs; }

}  // namespace weir::metadata
