// Broker configs: remote storage (KIP-405).

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_remote_configs[] = {
    boolean("follower.fetch.last.tiered.offset.enable", "false").cluster_wide().none_yet()
        .says("Whether a new follower starts at the last tiered offset."),
    int64("log.local.retention.bytes", "-2").at_least(-2).cluster_wide().none_yet()
        .says("Default of the topic config local.retention.bytes."),
    int64("log.local.retention.ms", "-2").at_least(-2).cluster_wide().none_yet()
        .says("Default of the topic config local.retention.ms."),
    int64("log.remote.copy.lag.bytes", "-1").at_least(-1).cluster_wide().none_yet()
        .says("Default of the topic config remote.copy.lag.bytes."),
    int64("log.remote.copy.lag.ms", "0").at_least(-1).cluster_wide().none_yet()
        .says("Default of the topic config remote.copy.lag.ms."),
    int32("remote.fetch.max.wait.ms", "500").at_least(1).cluster_wide().none_yet()
        .says("How long a fetch may wait for remote data."),
    int64("remote.list.offsets.request.timeout.ms", "30000").at_least(1).cluster_wide().none_yet()
        .says("How long a look-up of offsets may wait for remote data."),
    int64("remote.log.index.file.cache.total.size.bytes", "1073741824").at_least(1).cluster_wide()
        .none_yet()
        .says("Local space for the indexes of remote segments."),
    int64("remote.log.index.file.cache.ttl.ms", "900000").at_least(-1).internal().none_yet()
        .says("How long an index of a remote segment is kept unused."),
    int32("remote.log.manager.copier.thread.pool.size", "10").at_least(1).cluster_wide().none_yet()
        .says("Threads that copy segments to remote storage."),
    int64("remote.log.manager.copy.max.bytes.per.second", "9223372036854775807").at_least(1)
        .cluster_wide().none_yet()
        .says("Bytes a second that may be copied to remote storage."),
    int32("remote.log.manager.copy.quota.window.num", "11").at_least(1).none_yet()
        .says("Samples kept for the quota on copying to remote storage."),
    int32("remote.log.manager.copy.quota.window.size.seconds", "1").at_least(1).none_yet()
        .says("Time of one sample of the quota on copying to remote storage."),
    int32("remote.log.manager.expiration.thread.pool.size", "10").at_least(1).cluster_wide()
        .none_yet()
        .says("Threads that delete expired remote segments."),
    int64("remote.log.manager.fetch.max.bytes.per.second", "9223372036854775807").at_least(1)
        .cluster_wide().none_yet()
        .says("Bytes a second that may be read from remote storage."),
    int32("remote.log.manager.fetch.quota.window.num", "11").at_least(1).none_yet()
        .says("Samples kept for the quota on reading from remote storage."),
    int32("remote.log.manager.fetch.quota.window.size.seconds", "1").at_least(1).none_yet()
        .says("Time of one sample of the quota on reading from remote storage."),
    int32("remote.log.manager.follower.thread.pool.size", "2").at_least(1).cluster_wide()
        .none_yet()
        .says("Threads for the remote work of followers."),
    int64("remote.log.manager.task.interval.ms", "30000").at_least(1).none_yet()
        .says("How often the tasks of remote storage run."),
    int64("remote.log.manager.task.retry.backoff.max.ms", "30000").at_least(1).internal()
        .none_yet()
        .says("The longest wait before a remote task is tried again."),
    int64("remote.log.manager.task.retry.backoff.ms", "500").at_least(1).internal().none_yet()
        .says("The wait before a remote task is tried again."),
    real("remote.log.manager.task.retry.jitter", "0.2").between(0, 0.5).internal().none_yet()
        .says("The random part of the wait before a remote task is tried again."),
    int32("remote.log.manager.thread.pool.size", "2").at_least(1).none_yet()
        .says("The older number of threads for remote storage."),
    int32("remote.log.metadata.custom.metadata.max.bytes", "128").at_least(0).none_yet()
        .says("The most bytes that a plugin may keep for a remote segment."),
    text("remote.log.metadata.manager.class.name",
        "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager")
        .not_empty().none_yet()
        .says("A class that keeps the metadata of remote segments."),
    text("remote.log.metadata.manager.class.path").none_yet()
        .says("Where the class for remote metadata is loaded from."),
    text("remote.log.metadata.manager.impl.prefix", "rlmm.config.").not_empty().none_yet()
        .says("How the settings begin that are passed to the class for remote metadata."),
    text("remote.log.metadata.manager.listener.name").not_empty().none_yet()
        .says("The listener that the class for remote metadata uses."),
    int32("remote.log.reader.max.pending.tasks", "100").at_least(1).none_yet()
        .says("How many remote reads may wait."),
    int32("remote.log.reader.threads", "10").at_least(1).cluster_wide().none_yet()
        .says("Threads that read from remote storage."),
    text("remote.log.storage.manager.class.name").not_empty().none_yet()
        .says("A class that stores remote segments."),
    text("remote.log.storage.manager.class.path").none_yet()
        .says("Where the class for remote storage is loaded from."),
    text("remote.log.storage.manager.impl.prefix", "rsm.config.").not_empty().none_yet()
        .says("How the settings begin that are passed to the class for remote storage."),
    boolean("remote.log.storage.system.enable", "false").refused("remote storage is not served")
        .says("Whether old segments can move to remote storage."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_remote_table() { return broker_remote_configs; }

}  // namespace weir::metadata
