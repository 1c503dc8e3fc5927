// Broker configs: logs, their cleaning and flushing, and the defaults of topics.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_log_configs[] = {
    int32("compression.gzip.level", "-1").gzip_level().cluster_wide()
        .says("Default of the topic config of the same name."),
    int32("compression.lz4.level", "9").between(1, 17).cluster_wide()
        .says("Default of the topic config of the same name."),
    text("compression.type", "producer").one_of(compression_types).cluster_wide()
        .says("Default of the topic config of the same name."),
    int32("compression.zstd.level", "3").between(-131072, 22).cluster_wide()
        .says("Default of the topic config of the same name."),
    list("cordoned.log.dirs", "").list_of().per_broker()
        .refused("cordoned log directories are not served")
        .says("Log directories that take no new partitions."),
    int64("log.cleaner.backoff.ms", "15000").at_least(0).cluster_wide()
        .says("How long the cleaner sleeps when no log needs compaction."),
    int64("log.cleaner.dedupe.buffer.size", "134217728").cluster_wide()
        .says("Memory for the map of keys during compaction."),
    int64("log.cleaner.delete.retention.ms", "86400000").at_least(0).cluster_wide()
        .says("Default of the topic config delete.retention.ms."),
    boolean("log.cleaner.enable", "true")
        .says("Whether the log cleaner runs; without it compacted topics, group offsets among "
              "them, only grow."),
    real("log.cleaner.io.buffer.load.factor", "0.9").cluster_wide()
        .says("How full the map of keys may get during compaction."),
    int32("log.cleaner.io.buffer.size", "524288").at_least(0).cluster_wide()
        .says("Memory for reading and writing during compaction."),
    real("log.cleaner.io.max.bytes.per.second", "1.7976931348623157E308").cluster_wide()
        .says("How many bytes a second compaction may read and write."),
    int64("log.cleaner.max.compaction.lag.ms", "9223372036854775807").at_least(1).cluster_wide()
        .says("Default of the topic config max.compaction.lag.ms."),
    real("log.cleaner.min.cleanable.ratio", "0.5").between(0, 1).cluster_wide()
        .says("Default of the topic config min.cleanable.dirty.ratio."),
    int64("log.cleaner.min.compaction.lag.ms", "0").at_least(0).cluster_wide()
        .says("Default of the topic config min.compaction.lag.ms."),
    int32("log.cleaner.threads", "1").at_least(0).cluster_wide().none_yet()
        .says("Apache Kafka's cleaner threads; here one log is compacted at a time on each "
              "disk."),
    list("log.cleanup.policy", "delete").list_of(cleanup_policies).cluster_wide()
        .says("Default of the topic config cleanup.policy."),
    list("log.dir", "./weir-data").kafka_default("/tmp/kafka-logs").list_of().not_empty()
        .says("The directory of the data, if log.dirs is unset."),
    int64("log.dir.failure.timeout.ms", "30000").at_least(1).none_yet()
        .says("How long a broker may fail to report a broken log directory before it stops."),
    list("log.dirs").list_of().not_empty()
        .says("The directory of the data; one is served."),
    int64("log.flush.interval.messages", "1").kafka_default("9223372036854775807").at_least(1)
        .cluster_wide()
        .says("Default of the topic config flush.messages."),
    int64("log.flush.interval.ms").from("log.flush.interval.ms")
        .from("log.flush.scheduler.interval.ms").cluster_wide()
        .says("Default of the topic config flush.ms; unset means "
              "log.flush.scheduler.interval.ms."),
    int32("log.flush.offset.checkpoint.interval.ms", "5000").kafka_default("60000").at_least(0)
        .says("How often the recovery points are written down; a start after a crash checks what "
              "was written since."),
    int64("log.flush.scheduler.interval.ms", "9223372036854775807")
        .says("How often logs are looked at for flush.ms, and its default."),
    int32("log.flush.start.offset.checkpoint.interval.ms", "60000").at_least(0)
        .says("How often the log start offsets are written down."),
    int32("log.index.interval.bytes", "4096").at_least(0).cluster_wide()
        .says("Default of the topic config index.interval.bytes."),
    int32("log.index.size.max.bytes", "10485760").at_least(4).cluster_wide()
        .says("Default of the topic config segment.index.bytes."),
    int64("log.initial.task.delay.ms", "30000").at_least(0).internal()
        .says("How long after the start the periodic work on logs begins."),
    int64("log.message.timestamp.after.max.ms", "3600000").at_least(0).cluster_wide()
        .says("Default of the topic config message.timestamp.after.max.ms."),
    int64("log.message.timestamp.before.max.ms", "9223372036854775807").at_least(0).cluster_wide()
        .says("Default of the topic config message.timestamp.before.max.ms."),
    text("log.message.timestamp.type", "CreateTime").one_of(timestamp_types).cluster_wide()
        .says("Default of the topic config message.timestamp.type."),
    boolean("log.preallocate", "false").cluster_wide()
        .says("Default of the topic config preallocate."),
    int64("log.retention.bytes", "-1").cluster_wide()
        .says("Default of the topic config retention.bytes."),
    int64("log.retention.check.interval.ms", "300000").at_least(1)
        .says("How often logs are looked at for retention."),
    int32("log.retention.hours", "168").from("log.retention.ms").from("log.retention.minutes")
        .from("log.retention.hours")
        .says("Default of the topic config retention.ms in hours, if neither "
              "log.retention.minutes nor log.retention.ms is set."),
    int32("log.retention.minutes").from("log.retention.ms").from("log.retention.minutes")
        .from("log.retention.hours")
        .says("Default of the topic config retention.ms in minutes, if log.retention.ms is not "
              "set."),
    int64("log.retention.ms").from("log.retention.ms").from("log.retention.minutes")
        .from("log.retention.hours").cluster_wide()
        .says("Default of the topic config retention.ms."),
    int32("log.roll.hours", "168").at_least(1).from("log.roll.ms").from("log.roll.hours")
        .says("Default of the topic config segment.ms in hours, if log.roll.ms is not set."),
    int32("log.roll.jitter.hours", "0").at_least(0).from("log.roll.jitter.ms")
        .from("log.roll.jitter.hours")
        .says("Default of the topic config segment.jitter.ms in hours, if log.roll.jitter.ms "
              "is not set."),
    int64("log.roll.jitter.ms").from("log.roll.jitter.ms").from("log.roll.jitter.hours")
        .cluster_wide()
        .says("Default of the topic config segment.jitter.ms."),
    int64("log.roll.ms").from("log.roll.ms").from("log.roll.hours").cluster_wide()
        .says("Default of the topic config segment.ms."),
    int32("log.segment.bytes", "1073741824").at_least(1048576).cluster_wide()
        .says("Default of the topic config segment.bytes."),
    int64("log.segment.delete.delay.ms", "60000").at_least(0).cluster_wide()
        .says("Default of the topic config file.delete.delay.ms."),
    int32("max.decompressed.message.bytes", "2147483639").between(1, 2147483639).cluster_wide()
        .says("Default of the topic config of the same name."),
    int32("message.max.bytes", "1048588").at_least(0).cluster_wide()
        .says("Default of the topic config max.message.bytes."),
    int32("min.insync.replicas", "1").at_least(1).cluster_wide()
        .says("Default of the topic config of the same name."),
    int32("num.recovery.threads.per.data.dir", "2").at_least(1).cluster_wide().none_yet()
        .says("Apache Kafka's threads for loading and closing logs; here the shards load their "
              "own."),
    int32("producer.id.expiration.check.interval.ms", "600000").at_least(1).internal()
        .says("How often idle producers are looked for."),
    int32("producer.id.expiration.ms", "86400000").at_least(1).cluster_wide()
        .says("After how long without a record the state of an idempotent producer is "
              "forgotten."),
    boolean("unclean.leader.election.enable", "false").cluster_wide()
        .says("Default of the topic config of the same name."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_log_table() { return broker_log_configs; }

}  // namespace weir::metadata
