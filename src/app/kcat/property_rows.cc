#include "app/kcat/property_rows.h"

#include <array>

namespace weir::app::kcat {
namespace {

using enum PropertyFate;

constexpr double int_max = 2147483647;

constexpr PropertyRow integer(std::string_view name, PropertyFate fate, double min, double max,
                              std::string_view preset, std::string_view as = {}) {
  return {.name = name,
          .kind = PropertyKind::integer,
          .fate = fate,
          .as = as,
          .preset = preset,
          .min = min,
          .max = max};
}
constexpr PropertyRow flag(std::string_view name, PropertyFate fate, std::string_view preset,
                           std::string_view as = {}) {
  return {.name = name, .kind = PropertyKind::flag, .fate = fate, .as = as, .preset = preset};
}
constexpr PropertyRow choice(std::string_view name, PropertyFate fate, std::string_view preset,
                             std::string_view choices, std::string_view as = {}) {
  return {.name = name,
          .kind = PropertyKind::choice,
          .fate = fate,
          .as = as,
          .preset = preset,
          .choices = choices};
}
constexpr PropertyRow text(std::string_view name, PropertyFate fate, std::string_view preset = {},
                           std::string_view as = {}) {
  return {.name = name, .fate = fate, .as = as, .preset = preset};
}
constexpr PropertyRow pointer(std::string_view name) {
  return {.name = name, .kind = PropertyKind::pointer};
}
constexpr PropertyRow of_topic(PropertyRow row) {
  row.is_topics = true;
  return row;
}

constexpr auto rows = std::to_array<PropertyRow>({
    // Topics'.
    of_topic(integer("request.required.acks", own, -1, 1000, "-1")),
    of_topic(integer("request.timeout.ms", same, 1, 900'000, "30000", "request.timeout.ms")),
    of_topic(integer("message.timeout.ms", own, 0, int_max, "300000")),
    of_topic(choice("queuing.strategy", preset, "fifo", "fifo|lifo")),
    of_topic(flag("produce.offset.report", idle, "false")),
    of_topic(text("partitioner", own, "consistent_random")),
    of_topic(pointer("partitioner_cb")),
    of_topic(pointer("msg_order_cmp")),
    of_topic(pointer("opaque")),
    of_topic(integer("compression.level", own, -1, 12, "-1")),
    // These three are the old consumer's: kcat gives them to the topic, where a member of a group
    // does not look.
    of_topic(flag("auto.commit.enable", idle, "true")),
    of_topic(flag("enable.auto.commit", idle, "true")),
    of_topic(integer("auto.commit.interval.ms", idle, 10, 86'400'000, "60000")),
    of_topic(choice("auto.offset.reset", own, "largest",
                    "smallest|earliest|beginning|largest|latest|end|error")),
    of_topic(text("offset.store.path", preset, ".")),
    of_topic(integer("offset.store.sync.interval.ms", preset, -1, 86'400'000, "-1")),
    of_topic(integer("consume.callback.max.messages", idle, 0, 1'000'000, "0")),
    of_topic(choice("compression.codec", own, "none", "none|gzip|snappy|lz4|zstd")),
    // Of every client.
    text("client.id", same, "rdkafka", "client.id"),
    text("metadata.broker.list", own),
    integer("message.max.bytes", own, 1000, 1e9, "1000000"),
    integer("message.copy.max.bytes", idle, 0, 1e9, "65535"),
    integer("receive.message.max.bytes", own, 1000, int_max, "100000000"),
    integer("max.in.flight.requests.per.connection", same, 1, 1e6, "1000000",
            "max.in.flight.requests.per.connection"),
    integer("topic.metadata.refresh.interval.ms", own, -1, 3'600'000, "300000"),
    integer("metadata.max.age.ms", same, 1, 86'400'000, "900000", "metadata.max.age.ms"),
    integer("topic.metadata.refresh.fast.interval.ms", idle, 1, 60'000, "250"),
    integer("topic.metadata.refresh.fast.cnt", idle, 0, 1000, "10"),
    flag("topic.metadata.refresh.sparse", idle, "true"),
    integer("topic.metadata.propagation.max.ms", own, 0, 3'600'000, "30000"),
    text("topic.blacklist", preset),
    text("debug", preset),
    integer("socket.timeout.ms", same, 10, 300'000, "60000", "request.timeout.ms"),
    integer("socket.blocking.max.ms", idle, 1, 60'000, "1000"),
    integer("socket.send.buffer.bytes", preset, 0, 1e8, "0"),
    integer("socket.receive.buffer.bytes", preset, 0, 1e8, "0"),
    flag("socket.keepalive.enable", idle, "false"),
    flag("socket.nagle.disable", idle, "false"),
    integer("socket.max.fails", preset, 0, 1e6, "1"),
    integer("broker.address.ttl", idle, 0, 86'400'000, "1000"),
    choice("broker.address.family", preset, "any", "any|v4|v6"),
    integer("socket.connection.setup.timeout.ms", same, 1000, int_max, "30000",
            "socket.connection.setup.timeout.ms"),
    integer("connections.max.idle.ms", own, 0, int_max, "0"),
    integer("reconnect.backoff.jitter.ms", idle, 0, 3'600'000, "0"),
    integer("reconnect.backoff.ms", same, 0, 3'600'000, "100", "reconnect.backoff.ms"),
    integer("reconnect.backoff.max.ms", same, 0, 3'600'000, "10000", "reconnect.backoff.max.ms"),
    integer("statistics.interval.ms", idle, 0, 86'400'000, "0"),  // kcat shows none
    integer("enabled_events", preset, 0, int_max, "0"),
    pointer("error_cb"),
    pointer("throttle_cb"),
    pointer("stats_cb"),
    pointer("log_cb"),
    integer("log_level", idle, 0, 7, "6"),
    flag("log.queue", preset, "false"),
    flag("log.thread.name", idle, "true"),
    flag("enable.random.seed", idle, "true"),
    flag("log.connection.close", idle, "true"),
    pointer("background_event_cb"),
    pointer("socket_cb"),
    pointer("connect_cb"),
    pointer("closesocket_cb"),
    pointer("open_cb"),
    pointer("resolve_cb"),
    pointer("default_topic_conf"),
    integer("internal.termination.signal", idle, 0, 128, "0"),
    flag("api.version.request", preset, "true"),
    integer("api.version.request.timeout.ms", idle, 1, 300'000, "10000"),
    integer("api.version.fallback.ms", idle, 0, 604'800'000, "0"),
    text("broker.version.fallback", idle, "0.10.0"),
    flag("allow.auto.create.topics", own, "false"),
    choice("security.protocol", not_built, "plaintext", "plaintext|ssl|sasl_plaintext|sasl_ssl"),
    flag("enable.ssl.certificate.verification", not_built, "true"),
    flag("enable.sasl.oauthbearer.unsecure.jwt", not_built, "false"),
    text("ssl_key", not_built),
    text("ssl_certificate", not_built),
    text("ssl_ca", not_built),
    text("ssl_engine_callback_data", not_built),
    pointer("oauthbearer_token_refresh_cb"),
    text("plugin.library.paths", preset),
    pointer("interceptors"),
    text("client.rack", same, "", "client.rack"),
    // Consumers'.
    text("group.id", own),
    text("group.instance.id", same, "", "group.instance.id"),
    text("partition.assignment.strategy", same, "range,roundrobin",
         "partition.assignment.strategy"),
    integer("session.timeout.ms", same, 1, 3'600'000, "45000", "session.timeout.ms"),
    integer("heartbeat.interval.ms", same, 1, 3'600'000, "3000", "heartbeat.interval.ms"),
    text("group.protocol.type", preset, "consumer"),
    integer("coordinator.query.interval.ms", idle, 1, 3'600'000, "600000"),
    integer("max.poll.interval.ms", same, 1, 86'400'000, "300000", "max.poll.interval.ms"),
    flag("enable.auto.offset.store", preset, "true"),
    integer("queued.min.messages", idle, 1, 1e7, "100000"),
    integer("queued.max.messages.kbytes", idle, 1, 2'097'151, "65536"),
    integer("fetch.wait.max.ms", same, 0, 300'000, "500", "fetch.max.wait.ms"),
    integer("fetch.message.max.bytes", same, 1, 1e9, "1048576", "max.partition.fetch.bytes"),
    integer("fetch.max.bytes", same, 0, 2147483135, "52428800", "fetch.max.bytes"),
    integer("fetch.min.bytes", same, 1, 1e8, "1", "fetch.min.bytes"),
    integer("fetch.error.backoff.ms", idle, 0, 300'000, "500"),
    of_topic(choice("offset.store.method", preset, "broker", "none|file|broker")),
    choice("isolation.level", same, "read_committed", "read_uncommitted|read_committed",
           "isolation.level"),
    pointer("consume_cb"),
    pointer("rebalance_cb"),
    pointer("offset_commit_cb"),
    flag("enable.partition.eof", idle, "false"),  // kcat sets it itself
    flag("check.crcs", same, "false", "check.crcs"),
    // Producers'.
    text("transactional.id", not_built),
    integer("transaction.timeout.ms", not_built, 1000, int_max, "60000"),
    flag("enable.idempotence", same, "false", "enable.idempotence"),
    flag("enable.gapless.guarantee", preset, "false"),
    integer("queue.buffering.max.messages", idle, 0, int_max, "100000"),
    integer("queue.buffering.max.kbytes", own, 1, int_max, "1048576"),
    {.name = "queue.buffering.max.ms",
     .kind = PropertyKind::number,
     .fate = own,
     .preset = "5",
     .max = 900'000},
    integer("message.send.max.retries", same, 0, int_max, "2147483647", "retries"),
    integer("retry.backoff.ms", same, 1, 300'000, "100", "retry.backoff.ms"),
    integer("queue.buffering.backpressure.threshold", idle, 1, 1e6, "1"),
    integer("batch.num.messages", idle, 1, 1e6, "10000"),
    integer("batch.size", same, 1, int_max, "1000000", "batch.size"),
    flag("delivery.report.only.error", preset, "false"),
    pointer("dr_cb"),
    pointer("dr_msg_cb"),
    integer("sticky.partitioning.linger.ms", idle, 0, 900'000, "10"),
});

constexpr auto aliases = std::to_array<PropertyAlias>({
    {"acks", "request.required.acks"},
    {"delivery.timeout.ms", "message.timeout.ms"},
    {"compression.type", "compression.codec"},
    {"bootstrap.servers", "metadata.broker.list"},
    {"max.in.flight", "max.in.flight.requests.per.connection"},
    {"max.partition.fetch.bytes", "fetch.message.max.bytes"},
    {"linger.ms", "queue.buffering.max.ms"},
    {"retries", "message.send.max.retries"},
});

}  // namespace

std::span<const PropertyRow> property_rows() { return rows; }
std::span<const PropertyAlias> property_aliases() { return aliases; }

}  // namespace weir::app::kcat
