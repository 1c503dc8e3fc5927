// The configs of a topic, in the order in which Kafka checks them.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition topic_configs[] = {
    int32("segment.bytes", "1073741824").at_least(1048576).from("log.segment.bytes")
        .says("The size at which a segment is closed and a new one begins."),
    int64("segment.ms", "604800000").at_least(1).from("log.roll.ms").from("log.roll.hours", hours)
        .says("The age at which a segment is closed even when it is not full."),
    int64("segment.jitter.ms", "0").at_least(0).from("log.roll.jitter.ms")
        .from("log.roll.jitter.hours", hours)
        .says("The most that is randomly taken off segment.ms, so that segments do not all "
              "close at once."),
    int32("segment.index.bytes", "10485760").at_least(4).from("log.index.size.max.bytes")
        .says("The size of an offset index, which bounds the entries a segment can have."),
    int64("flush.messages", "1").kafka_default("9223372036854775807").at_least(1)
        .from("log.flush.interval.messages")
        .says("After how many records an fsync is forced; 1 (the default here, unlike Apache "
              "Kafka) counts a record only once it is on disk."),
    int64("flush.ms", "9223372036854775807").at_least(0).from("log.flush.interval.ms")
        .from("log.flush.scheduler.interval.ms")
        .says("How long a record may wait in memory before an fsync is forced."),
    int64("retention.bytes", "-1").from("log.retention.bytes")
        .says("The size at which a partition drops its oldest segments; -1 sets no bound."),
    int64("retention.ms", "604800000").at_least(-1).from("log.retention.ms")
        .from("log.retention.minutes", minutes).from("log.retention.hours", hours)
        .says("The age at which records are dropped by segment; -1 keeps them for ever."),
    int32("max.message.bytes", "1048588").at_least(0).from("message.max.bytes")
        .says("The most bytes that one record batch may have, as it is stored."),
    int32("max.decompressed.message.bytes", "2147483639").between(1, 2147483639)
        .from("max.decompressed.message.bytes")
        .says("The most bytes that one record of a compressed batch may unpack to."),
    int32("index.interval.bytes", "4096").at_least(0).from("log.index.interval.bytes")
        .says("How many bytes of log lie between two entries of the offset index."),
    int64("delete.retention.ms", "86400000").at_least(0).from("log.cleaner.delete.retention.ms")
        .says("How long a compacted topic keeps the tombstone of a deleted key, so that slow "
              "readers still see it."),
    int64("min.compaction.lag.ms", "0").at_least(0).from("log.cleaner.min.compaction.lag.ms")
        .says("How long a record is safe from compaction."),
    int64("max.compaction.lag.ms", "9223372036854775807").at_least(1)
        .from("log.cleaner.max.compaction.lag.ms")
        .says("After how long a record becomes due for compaction whatever the dirty ratio."),
    int64("file.delete.delay.ms", "60000").at_least(0).from("log.segment.delete.delay.ms")
        .says("How long a segment that was deleted stays on disk under its .deleted name "
              "before the file goes."),
    real("min.cleanable.dirty.ratio", "0.5").between(0, 1).from("log.cleaner.min.cleanable.ratio")
        .says("Which share of a log must be uncompacted before it is worth compacting."),
    list("cleanup.policy", "delete").list_of(cleanup_policies).from("log.cleanup.policy")
        .says("What happens to old records: `delete` removes whole segments past retention, "
              "`compact` keeps the newest record of each key; both may be given, and an empty "
              "list keeps everything."),
    boolean("unclean.leader.election.enable", "false").from("unclean.leader.election.enable")
        .says("Whether a replica that is not in sync may lead as a last resort, at the price "
              "of lost records."),
    int32("min.insync.replicas", "1").at_least(1).from("min.insync.replicas")
        .says("How many replicas must be in sync for a write with acks=all to be accepted."),
    text("compression.type", "producer").one_of(compression_types).from("compression.type")
        .says("How batches are stored: `producer` keeps what the producer sent, any other "
              "value makes the broker re-encode what differs."),
    int32("compression.gzip.level", "-1").gzip_level().from("compression.gzip.level")
        .says("Level of gzip when the broker compresses with it; -1 leaves the choice to the "
              "library."),
    int32("compression.lz4.level", "9").between(1, 17).from("compression.lz4.level")
        .says("Level of lz4 when the broker compresses with it."),
    int32("compression.zstd.level", "3").between(-131072, 22).from("compression.zstd.level")
        .says("Level of zstd when the broker compresses with it."),
    boolean("preallocate", "false").from("log.preallocate")
        .says("Whether the file of a new segment is allocated at its full size."),
    text("message.timestamp.type", "CreateTime").one_of(timestamp_types)
        .from("log.message.timestamp.type")
        .says("Whether records keep the timestamp of their creation or get the time of their "
              "append."),
    int64("message.timestamp.before.max.ms", "9223372036854775807").at_least(0)
        .from("log.message.timestamp.before.max.ms")
        .says("How far behind the broker's clock the timestamp of a record may lie."),
    int64("message.timestamp.after.max.ms", "3600000").at_least(0)
        .from("log.message.timestamp.after.max.ms")
        .says("How far ahead of the broker's clock the timestamp of a record may lie."),
    list("leader.replication.throttled.replicas", "").throttled_replicas().none_yet()
        .says("Replicas of this topic whose serving is throttled as leaders: "
              "`partition:broker` pairs, or * for all."),
    list("follower.replication.throttled.replicas", "").throttled_replicas().none_yet()
        .says("Replicas of this topic whose fetching is throttled as followers: "
              "`partition:broker` pairs, or * for all."),
    boolean("remote.storage.enable", "false").none_yet()
        .says("Whether old segments move to remote storage."),
    int64("local.retention.ms", "-2").at_least(-2).from("log.local.retention.ms").none_yet()
        .says("How long the records of a tiered partition stay on local disk; -2 means "
              "retention.ms."),
    int64("local.retention.bytes", "-2").at_least(-2).from("log.local.retention.bytes").none_yet()
        .says("How many bytes of a tiered partition stay on local disk; -2 means "
              "retention.bytes."),
    boolean("remote.log.copy.disable", "false").none_yet()
        .says("Whether a tiered topic stops copying to remote storage and only reads from "
              "there."),
    int64("remote.copy.lag.ms", "0").at_least(-1).from("log.remote.copy.lag.ms").none_yet()
        .says("How long a closed segment may wait before it is copied to remote storage; -1 "
              "sets no bound."),
    int64("remote.copy.lag.bytes", "-1").at_least(-1).from("log.remote.copy.lag.bytes").none_yet()
        .says("How many bytes a segment may lag before it is copied to remote storage; -1 sets "
              "no bound."),
    boolean("remote.log.delete.on.disable", "false").none_yet()
        .says("Whether remote data is deleted when tiering is switched off for the topic."),
    boolean("errors.deadletterqueue.group.enable", "false").none_yet()
        .says("Whether share groups may write the records they give up on to this topic."),
    int32("internal.segment.bytes").internal()
        .says("Segment size for tests, without the lower bound of segment.bytes."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> topic_table() { return topic_configs; }

}  // namespace weir::metadata
