// Broker configs: listeners, connections, sockets.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_network_configs[] = {
    list("advertised.listeners").list_of().not_empty()
        .says("The addresses that clients are told to connect to, one for each listener; the "
              "listeners themselves if unset."),
    int32("connection.failed.authentication.delay.ms", "100").at_least(0).none_yet()
        .says("How long a connection whose authentication failed is kept before it is closed."),
    int64("connections.max.idle.ms", "600000")
        .says("How long a connection may do nothing before it is closed."),
    int64("connections.max.reauth.ms", "0").none_yet()
        .says("The longest session of an authenticated connection before it must authenticate "
              "again."),
    list("controller.listener.names", "CONTROLLER").kafka_default().list_of().not_empty()
        .says("Which listeners belong to the controller."),
    list("early.start.listeners").list_of().none_yet()
        .says("Listeners that open before the authorizer is ready."),
    text("inter.broker.listener.name")
        .says("The listener that brokers use among themselves."),
    text("listener.security.protocol.map",
        "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT")
        .per_broker()
        .says("The security protocol of each listener; every listener in use must be PLAINTEXT."),
    list("listeners", "PLAINTEXT://localhost:9092").kafka_default("PLAINTEXT://:9092").list_of()
        .not_empty().per_broker()
        .says("Addresses to listen on, as NAME://host:port; an empty host means every address, "
              "and localhost both 127.0.0.1 and ::1."),
    int32("max.connection.creation.rate", "2147483647").at_least(0).cluster_wide().none_yet()
        .says("How many new connections are accepted a second."),
    int32("max.connections", "2147483647").at_least(0).cluster_wide()
        .says("How many connections the broker keeps open."),
    int32("max.connections.per.ip", "2147483647").at_least(0).cluster_wide()
        .says("How many connections one address may have open."),
    text("max.connections.per.ip.overrides", "").cluster_wide().none_yet()
        .says("Other bounds on connections for single addresses or host names, as host:count "
              "pairs."),
    int32("num.network.threads", "3").at_least(1).cluster_wide().none_yet()
        .says("Apache Kafka's network threads; here shards do this work (--shards)."),
    int64("queued.max.request.bytes", "-1").none_yet()
        .says("How many bytes of requests may wait before reading stops; -1 sets no bound. Here "
              "requests start as they are read, and each connection is bounded by itself."),
    int32("queued.max.requests", "500").at_least(1).none_yet()
        .says("How many requests may wait for a thread before reading stops. Here requests start "
              "as they are read and none waits; a connection has 256 of them at most."),
    int64("socket.connection.setup.timeout.max.ms", "30000").none_yet()
        .says("The longest wait for an outgoing connection after repeated failures."),
    int64("socket.connection.setup.timeout.ms", "10000").none_yet()
        .says("The wait for an outgoing connection."),
    int32("socket.listen.backlog.size", "50").at_least(1)
        .says("How many connections may wait to be accepted."),
    int32("socket.receive.buffer.bytes", "102400")
        .says("The receive buffer of a socket. Unset or -1 leaves it to the system, which grows "
              "it by need (Apache Kafka's default holds it at 100 KiB)."),
    int32("socket.request.max.bytes", "104857600").at_least(1)
        .says("The most bytes of one request."),
    int32("socket.send.buffer.bytes", "102400")
        .says("The send buffer of a socket. Unset or -1 leaves it to the system, which grows it "
              "by need (Apache Kafka's default holds it at 100 KiB)."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_network_table() { return broker_network_configs; }

}  // namespace weir::metadata
