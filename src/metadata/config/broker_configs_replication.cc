// Broker configs: replication and leadership.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_replication_configs[] = {
    boolean("auto.leader.rebalance.enable", "true")
        .says("Whether leadership is moved back to the preferred replicas."),
    int64("leader.imbalance.check.interval.seconds", "300").at_least(1)
        .says("How often leadership is looked at for moving it back."),
    int32("num.replica.alter.log.dirs.threads").none_yet()
        .says("Apache Kafka's threads for moving replicas between directories."),
    int32("num.replica.fetchers", "1").at_least(1).cluster_wide().none_yet()
        .says("Fetchers for each leader that this broker follows."),
    int32("replica.fetch.backoff.ms", "1000").at_least(0).none_yet()
        .says("How long a follower waits after a failed fetch."),
    int32("replica.fetch.max.bytes", "1048576").at_least(0).none_yet()
        .says("How many bytes of a partition a follower asks for."),
    int32("replica.fetch.min.bytes", "1").none_yet()
        .says("How many bytes a follower waits for."),
    int32("replica.fetch.response.max.bytes", "10485760").at_least(0).none_yet()
        .says("How many bytes a whole fetch answer to a follower may have."),
    int32("replica.fetch.wait.max.ms", "500").none_yet()
        .says("How long a follower's fetch may wait for data."),
    int64("replica.high.watermark.checkpoint.interval.ms", "5000")
        .says("How often the high watermarks are written down."),
    int64("replica.lag.time.max.ms", "30000").none_yet()
        .says("After how long without catching up a follower falls out of sync."),
    text("replica.selector.class").none_yet()
        .says("A class that picks the replica a consumer reads from."),
    int32("replica.socket.receive.buffer.bytes", "65536").none_yet()
        .says("The receive buffer of a follower's connection."),
    int32("replica.socket.timeout.ms", "30000").none_yet()
        .says("How long a follower waits for an answer."),
    int64("unclean.leader.election.interval.ms", "300000").at_least(1).internal().none_yet()
        .says("How often partitions without a leader are looked at for an unclean election."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_replication_table() { return broker_replication_configs; }

}  // namespace weir::metadata
