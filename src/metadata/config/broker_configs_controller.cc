// Broker configs: the controller, the quorum and the metadata log.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_controller_configs[] = {
    int32("broker.heartbeat.interval.ms", "2000")
        .says("How often a broker reports to the controller."),
    int32("broker.session.timeout.ms", "9000")
        .says("After how long without a report the controller fences a broker."),
    boolean("controlled.shutdown.enable", "true").none_yet()
        .says("Whether a broker that stops hands over its leaderships first."),
    int64("controller.performance.always.log.threshold.ms", "2000").at_least(0).internal()
        .none_yet()
        .says("From which duration on a slow event of the controller is always logged."),
    int64("controller.performance.sample.period.ms", "60000").at_least(100).internal().none_yet()
        .says("How often the controller's slow events are summed up."),
    int32("controller.quorum.append.linger.ms", "25").at_least(0).none_yet()
        .says("How long the controller gathers records before it writes them."),
    boolean("controller.quorum.auto.join.enable", "false")
        .refused("joining a quorum is not served")
        .says("Whether a controller joins the quorum's voters by itself."),
    list("controller.quorum.bootstrap.servers", "").checked_by(bootstrap_servers_problem)
        .says("Where the quorum's voters can be found; only this node itself is served."),
    int32("controller.quorum.election.backoff.max.ms", "1000").at_least(0).none_yet()
        .says("The longest wait after a lost election of the quorum."),
    int32("controller.quorum.election.timeout.ms", "1000").at_least(0).none_yet()
        .says("How long an election of the quorum may take."),
    int32("controller.quorum.fetch.max.bytes", "1048576").at_least(1).none_yet()
        .says("How many bytes of the metadata log one fetch asks for."),
    int32("controller.quorum.fetch.snapshot.max.bytes", "1048576").at_least(1).none_yet()
        .says("How many bytes of a metadata snapshot one fetch asks for."),
    int32("controller.quorum.fetch.timeout.ms", "2000").at_least(0).none_yet()
        .says("After how long without a fetch a voter of the quorum starts an election."),
    int32("controller.quorum.request.timeout.ms", "2000").at_least(0).none_yet()
        .says("How long a request among voters may take."),
    int32("controller.quorum.retry.backoff.ms", "20").at_least(0).none_yet()
        .says("How long a voter waits before it tries a request again."),
    list("controller.quorum.voters", "").checked_by(voters_problem)
        .says("The fixed voters of the quorum, as id@host:port; only this node itself is "
              "served."),
    int32("controller.socket.timeout.ms", "30000").none_yet()
        .says("How long a request to the controller may take."),
    int32("initial.broker.registration.timeout.ms", "60000")
        .says("How long a new broker tries to register before it gives up."),
    int64("internal.metadata.delete.delay.millis", "60000").internal().none_yet()
        .says("How long a deleted metadata snapshot stays on disk."),
    int32("internal.metadata.log.segment.bytes").internal()
        .says("Segment size of the metadata log for tests."),
    int32("internal.metadata.max.batch.size.in.bytes", "8388608").internal().none_yet()
        .says("The most bytes of one batch of the metadata log."),
    text("metadata.log.dir")
        .says("The directory of the metadata log; only that of the data is served."),
    int64("metadata.log.max.record.bytes.between.snapshots", "20971520").at_least(1)
        .says("After how many bytes of metadata records a snapshot is written."),
    int64("metadata.log.max.snapshot.interval.ms", "3600000").at_least(0)
        .says("After how long a snapshot is written if anything changed; 0 means never."),
    int32("metadata.log.segment.bytes", "1073741824").at_least(8388608)
        .says("Segment size of the metadata log."),
    int64("metadata.log.segment.ms", "604800000")
        .says("The age at which a segment of the metadata log is closed."),
    int32("metadata.max.idle.interval.ms", "500").at_least(0)
        .says("How often an idle controller writes a record that changes nothing; 0 means "
              "never."),
    int64("metadata.max.retention.bytes", "104857600")
        .says("The size at which the metadata log drops its oldest segments and snapshots."),
    int64("metadata.max.retention.ms", "604800000")
        .says("The age at which the metadata log drops its oldest segments and snapshots."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_controller_table() { return broker_controller_configs; }

}  // namespace weir::metadata
