// The configs of a group, in the order in which Kafka checks them.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition group_configs[] = {
    int32("consumer.session.timeout.ms", "45000").at_least(1)
        .from("group.consumer.session.timeout.ms").none_yet()
        .says("How long a member of a consumer group may be silent before it is dropped."),
    int32("consumer.heartbeat.interval.ms", "5000").at_least(1)
        .from("group.consumer.heartbeat.interval.ms").none_yet()
        .says("How often members of a consumer group send heartbeats."),
    int32("consumer.assignment.interval.ms", "1000").at_least(0)
        .from("group.consumer.assignment.interval.ms").none_yet()
        .says("The shortest time between two assignments computed for a consumer group."),
    boolean("consumer.assignor.offload.enable", "true")
        .from("group.consumer.assignor.offload.enable").internal().none_yet()
        .says("Whether a consumer group's assignment is computed off the coordinator's thread."),
    int32("share.session.timeout.ms", "45000").at_least(1).from("group.share.session.timeout.ms")
        .none_yet()
        .says("How long a member of a share group may be silent before it is dropped."),
    int32("share.heartbeat.interval.ms", "5000").at_least(1)
        .from("group.share.heartbeat.interval.ms").none_yet()
        .says("How often members of a share group send heartbeats."),
    int32("share.record.lock.duration.ms", "30000").at_least(1000)
        .from("group.share.record.lock.duration.ms").none_yet()
        .says("How long a member of a share group may hold a record before it is delivered "
              "again."),
    int32("share.delivery.count.limit", "5").at_least(2).from("group.share.delivery.count.limit")
        .none_yet()
        .says("How often a record is delivered to a share group before it is given up."),
    int32("share.partition.max.record.locks", "2000").at_least(100)
        .from("group.share.partition.max.record.locks").none_yet()
        .says("How many records of one partition a share group may hold unacknowledged."),
    text("share.auto.offset.reset", "latest").checked_by(offset_reset_problem).none_yet()
        .says("Where a new share group starts: `latest`, `earliest`, or `by_duration:` and an "
              "ISO 8601 duration back from now."),
    text("share.isolation.level", "read_uncommitted").one_of(isolation_levels).none_yet()
        .says("Whether a share group sees records of open and aborted transactions."),
    boolean("share.renew.acknowledge.enable", "true").none_yet()
        .says("Whether members of a share group may prolong the lock on a record."),
    int32("share.assignment.interval.ms", "1000").at_least(0)
        .from("group.share.assignment.interval.ms").none_yet()
        .says("The shortest time between two assignments computed for a share group."),
    boolean("share.assignor.offload.enable", "true").from("group.share.assignor.offload.enable")
        .internal().none_yet()
        .says("Whether a share group's assignment is computed off the coordinator's thread."),
    int32("streams.session.timeout.ms", "45000").at_least(1)
        .from("group.streams.session.timeout.ms").none_yet()
        .says("How long a member of a streams group may be silent before it is dropped."),
    int32("streams.heartbeat.interval.ms", "5000").at_least(1)
        .from("group.streams.heartbeat.interval.ms").none_yet()
        .says("How often members of a streams group send heartbeats."),
    int32("streams.num.standby.replicas", "0").at_least(0)
        .from("group.streams.num.standby.replicas").none_yet()
        .says("How many standby copies each stateful streams task has."),
    int32("streams.initial.rebalance.delay.ms", "3000").at_least(0)
        .from("group.streams.initial.rebalance.delay.ms").none_yet()
        .says("How long a new streams group waits for more members before its first assignment."),
    int32("streams.assignment.interval.ms", "1000").at_least(0)
        .from("group.streams.assignment.interval.ms").none_yet()
        .says("The shortest time between two assignments computed for a streams group."),
    boolean("streams.assignor.offload.enable", "true")
        .from("group.streams.assignor.offload.enable").internal().none_yet()
        .says("Whether a streams group's assignment is computed off the coordinator's thread."),
    int32("streams.task.offset.interval.ms", "60000").at_least(1)
        .from("group.streams.task.offset.interval.ms").internal().none_yet()
        .says("How often members of a streams group report the offsets of their tasks."),
    int32("streams.num.warmup.replicas", "2").at_least(0).from("group.streams.num.warmup.replicas")
        .internal().none_yet()
        .says("How many streams tasks may warm up elsewhere at a time."),
    list("streams.rack.aware.assignment.tags", "").list_of()
        .from("group.streams.rack.aware.assignment.tags").none_yet()
        .says("Client tags over which standby copies of streams tasks are spread."),
    int64("streams.acceptable.recovery.lag", "10000").at_least(0)
        .from("group.streams.acceptable.recovery.lag").internal().none_yet()
        .says("How many records a streams task may be behind and still count as caught up."),
    text("streams.assignor.name").from("group.streams.assignors").none_yet()
        .says("The assignor of a streams group; unset means the broker's first."),
    text("errors.deadletterqueue.topic.name", "").none_yet()
        .says("The dead-letter topic of a share group; empty means none."),
    boolean("errors.deadletterqueue.copy.record.enable", "false").none_yet()
        .says("Whether the whole record is copied to the dead-letter topic rather than a "
              "reference to it."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> group_table() { return group_configs; }

}  // namespace weir::metadata
