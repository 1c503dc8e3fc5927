// Broker configs: streams groups (KIP-1071).

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_streams_configs[] = {
    int64("group.streams.acceptable.recovery.lag", "10000").at_least(0).internal().none_yet()
        .says("Default of the group config streams.acceptable.recovery.lag."),
    int32("group.streams.assignment.interval.ms", "1000").at_least(0).cluster_wide().none_yet()
        .says("Default of the group config streams.assignment.interval.ms."),
    boolean("group.streams.assignor.offload.enable", "true").cluster_wide().internal().none_yet()
        .says("Default of the group config streams.assignor.offload.enable."),
    list("group.streams.assignors", "sticky").list_of().not_empty().none_yet()
        .says("Assignors of streams groups, the first is the default."),
    int32("group.streams.heartbeat.interval.ms", "5000").at_least(1).none_yet()
        .says("Default of the group config streams.heartbeat.interval.ms."),
    int32("group.streams.initial.rebalance.delay.ms", "3000").at_least(0).none_yet()
        .says("Default of the group config streams.initial.rebalance.delay.ms."),
    int32("group.streams.max.assignment.interval.ms", "15000").at_least(0).none_yet()
        .says("The highest value of the group config streams.assignment.interval.ms."),
    int32("group.streams.max.heartbeat.interval.ms", "15000").at_least(1).none_yet()
        .says("The highest value of the group config streams.heartbeat.interval.ms."),
    int32("group.streams.max.session.timeout.ms", "60000").at_least(1).none_yet()
        .says("The highest value of the group config streams.session.timeout.ms."),
    int32("group.streams.max.size", "2147483647").at_least(1).none_yet()
        .says("How many members a streams group may have."),
    int32("group.streams.max.standby.replicas", "2").at_least(0).none_yet()
        .says("The highest value of the group config streams.num.standby.replicas."),
    int32("group.streams.max.warmup.replicas", "20").at_least(0).internal().none_yet()
        .says("The highest value of the group config streams.num.warmup.replicas."),
    int32("group.streams.min.assignment.interval.ms", "0").at_least(0).none_yet()
        .says("The lowest value of the group config streams.assignment.interval.ms."),
    int32("group.streams.min.heartbeat.interval.ms", "5000").at_least(1).none_yet()
        .says("The lowest value of the group config streams.heartbeat.interval.ms."),
    int32("group.streams.min.session.timeout.ms", "45000").at_least(1).none_yet()
        .says("The lowest value of the group config streams.session.timeout.ms."),
    int32("group.streams.min.task.offset.interval.ms", "15000").at_least(1).internal().none_yet()
        .says("The lowest value of the group config streams.task.offset.interval.ms."),
    int32("group.streams.num.standby.replicas", "0").at_least(0).none_yet()
        .says("Default of the group config streams.num.standby.replicas."),
    int32("group.streams.num.warmup.replicas", "2").at_least(0).internal().none_yet()
        .says("Default of the group config streams.num.warmup.replicas."),
    list("group.streams.rack.aware.assignment.tags", "").list_of().none_yet()
        .says("Default of the group config streams.rack.aware.assignment.tags."),
    int32("group.streams.session.timeout.ms", "45000").at_least(1).none_yet()
        .says("Default of the group config streams.session.timeout.ms."),
    int32("group.streams.task.offset.interval.ms", "60000").at_least(1).internal().none_yet()
        .says("Default of the group config streams.task.offset.interval.ms."),
    class_name("group.streams.topology.description.plugin.class").none_yet()
        .says("A class that receives descriptions of streams topologies."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_streams_table() { return broker_streams_configs; }

}  // namespace weir::metadata
