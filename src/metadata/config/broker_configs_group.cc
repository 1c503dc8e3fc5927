// Broker configs: the group coordinator, classic and consumer groups (KIP-848).

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_group_configs[] = {
    int32("group.coordinator.append.linger.ms", "-1").at_least(-1).none_yet()
        .says("How long the group coordinator gathers records before it writes them; -1 adapts."),
    int32("group.coordinator.background.threads", "2").at_least(1).none_yet()
        .says("Apache Kafka's threads for the group coordinator's slow work."),
    int32("group.coordinator.cached.buffer.max.bytes", "1048588").at_least(524288).cluster_wide()
        .none_yet()
        .says("The largest write buffer that the group coordinator keeps."),
    list("group.coordinator.rebalance.protocols", "classic,consumer,streams")
        .list_of(group_protocols).not_empty().none_yet()
        .says("Which protocols of groups are offered."),
    int32("group.coordinator.threads", "4").at_least(1).none_yet()
        .says("Apache Kafka's threads of the group coordinator; here each shard runs its own."),
    int32("group.initial.rebalance.delay.ms", "3000")
        .says("How long a new classic group waits for more members before its first rebalance."),
    int32("group.max.session.timeout.ms", "1800000")
        .says("The longest session timeout that a member of a classic group may ask for."),
    int32("group.max.size", "2147483647").at_least(1)
        .says("How many members a classic group may have."),
    int32("group.min.session.timeout.ms", "6000")
        .says("The shortest session timeout that a member of a classic group may ask for."),
    int32("offset.metadata.max.bytes", "4096")
        .says("How long the text may be that goes with a committed offset."),
    int32("offsets.commit.timeout.ms", "5000").at_least(1)
        .says("How long the commit of an offset may wait for its replicas."),
    int32("offsets.load.buffer.size", "5242880").at_least(1).none_yet()
        .says("How many bytes are read at a time when groups are loaded."),
    int64("offsets.retention.check.interval.ms", "600000").at_least(1)
        .says("How often offsets are looked at for expiry."),
    int32("offsets.retention.minutes", "10080").at_least(1)
        .says("How long offsets are kept after their group is empty."),
    int32("offsets.topic.compression.codec", "0").none_yet()
        .says("The codec of the offsets topic's batches."),
    int32("offsets.topic.num.partitions", "50").at_least(1)
        .says("Partitions of the offsets topic; never change it once the topic exists."),
    int16("offsets.topic.replication.factor", "3").at_least(1)
        .says("Replicas of the offsets topic; if unset, no more than there are brokers."),
    int32("offsets.topic.segment.bytes", "104857600").at_least(1)
        .says("Segment size of the offsets topic."),
    int32("group.consumer.assignment.interval.ms", "1000").at_least(0).cluster_wide().none_yet()
        .says("Default of the group config consumer.assignment.interval.ms."),
    boolean("group.consumer.assignor.offload.enable", "true").cluster_wide().internal().none_yet()
        .says("Default of the group config consumer.assignor.offload.enable."),
    list("group.consumer.assignors", "uniform,range").list_of().not_empty().none_yet()
        .says("Assignors of consumer groups, the first is the default."),
    int32("group.consumer.heartbeat.interval.ms", "5000").at_least(1).none_yet()
        .says("Default of the group config consumer.heartbeat.interval.ms."),
    int32("group.consumer.max.assignment.interval.ms", "15000").at_least(0).none_yet()
        .says("The highest value of the group config consumer.assignment.interval.ms."),
    int32("group.consumer.max.heartbeat.interval.ms", "15000").at_least(1).none_yet()
        .says("The highest value of the group config consumer.heartbeat.interval.ms."),
    int32("group.consumer.max.session.timeout.ms", "60000").at_least(1).none_yet()
        .says("The highest value of the group config consumer.session.timeout.ms."),
    int32("group.consumer.max.size", "2147483647").at_least(1).none_yet()
        .says("How many members a consumer group may have."),
    text("group.consumer.migration.policy", "bidirectional").one_of_any_case(migration_policies)
        .none_yet()
        .says("Which ways groups may change between the classic and the consumer protocol."),
    int32("group.consumer.min.assignment.interval.ms", "0").at_least(0).none_yet()
        .says("The lowest value of the group config consumer.assignment.interval.ms."),
    int32("group.consumer.min.heartbeat.interval.ms", "5000").at_least(1).none_yet()
        .says("The lowest value of the group config consumer.heartbeat.interval.ms."),
    int32("group.consumer.min.session.timeout.ms", "45000").at_least(1).none_yet()
        .says("The lowest value of the group config consumer.session.timeout.ms."),
    int32("group.consumer.regex.refresh.interval.ms", "600000").at_least(10000).internal()
        .none_yet()
        .says("How often subscriptions by pattern are resolved again."),
    int32("group.consumer.session.timeout.ms", "45000").at_least(1).none_yet()
        .says("Default of the group config consumer.session.timeout.ms."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_group_table() { return broker_group_configs; }

}  // namespace weir::metadata
