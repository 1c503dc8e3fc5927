#include "app/kcat/property_rows.h"

#include <array>

namespace weir::app::kcat {
namespace {

constexpr double int32_max = 2147483647;

constexpr PropertyRow integer_row(std::string_view name, PropertyFate fate, double min, double max,
                                  std::string_view preset, std::string_view as = {}) {
  return {.name = name,
          .kind = PropertyKind::integer,
          .fate = fate,
          .as = as,
          .preset = preset,
          .min = min,
          .max = max};
}
constexpr PropertyRow flag_row(std::string_view name, PropertyFate fate, std::string_view preset,
                               std::string_view as = {}) {
  return {.name = name, .kind = PropertyKind::flag, .fate = fate, .as = as, .preset = preset};
}
constexpr PropertyRow choice_row(std::string_view name, PropertyFate fate, std::string_view preset,
                                 std::string_view choices, std::string_view as = {}) {
  return {.name = name,
          .kind = PropertyKind::choice,
          .fate = fate,
          .as = as,
          .preset = preset,
          .choices = choices};
}
constexpr PropertyRow text_row(std::string_view name, PropertyFate fate,
                               std::string_view preset = {}, std::string_view as = {}) {
  return {.name = name, .fate = fate, .as = as, .preset = preset};
}
constexpr PropertyRow pointer_row(std::string_view name) {
  return {.name = name, .kind = PropertyKind::pointer};
}
constexpr PropertyRow of_topic_too(PropertyRow row) {
  row.is_topics = true;
  return row;
}

constexpr auto all_property_rows = std::to_array<PropertyRow>({
    // Topics'.
    of_topic_too(integer_row("request.required.acks", PropertyFate::own, -1, 1000, "-1")),
    of_topic_too(integer_row("request.timeout.ms", PropertyFate::same, 1, 900'000, "30000",
                             "request.timeout.ms")),
    of_topic_too(integer_row("message.timeout.ms", PropertyFate::own, 0, int32_max, "300000")),
    of_topic_too(choice_row("queuing.strategy", PropertyFate::preset, "fifo", "fifo|lifo")),
    of_topic_too(flag_row("produce.offset.report", PropertyFate::idle, "false")),
    of_topic_too(text_row("partitioner", PropertyFate::own, "consistent_random")),
    of_topic_too(pointer_row("partitioner_cb")),
    of_topic_too(pointer_row("msg_order_cmp")),
    of_topic_too(pointer_row("opaque")),
    of_topic_too(integer_row("compression.level", PropertyFate::own, -1, 12, "-1")),
    // These three are the old consumer's: kcat gives them to the topic, where a member of a group
    // does not look.
    of_topic_too(flag_row("auto.commit.enable", PropertyFate::idle, "true")),
    of_topic_too(flag_row("enable.auto.commit", PropertyFate::idle, "true")),
    of_topic_too(
        integer_row("auto.commit.interval.ms", PropertyFate::idle, 10, 86'400'000, "60000")),
    of_topic_too(choice_row("auto.offset.reset", PropertyFate::own, "largest",
                            "smallest|earliest|beginning|largest|latest|end|error")),
    of_topic_too(text_row("offset.store.path", PropertyFate::preset, ".")),
    of_topic_too(
        integer_row("offset.store.sync.interval.ms", PropertyFate::preset, -1, 86'400'000, "-1")),
    of_topic_too(
        integer_row("consume.callback.max.messages", PropertyFate::idle, 0, 1'000'000, "0")),
    of_topic_too(
        choice_row("compression.codec", PropertyFate::own, "none", "none|gzip|snappy|lz4|zstd")),
    // Of every client.
    text_row("client.id", PropertyFate::same, "rdkafka", "client.id"),
    text_row("metadata.broker.list", PropertyFate::own),
    integer_row("message.max.bytes", PropertyFate::own, 1000, 1e9, "1000000"),
    integer_row("message.copy.max.bytes", PropertyFate::idle, 0, 1e9, "65535"),
    integer_row("receive.message.max.bytes", PropertyFate::own, 1000, int32_max, "100000000"),
    integer_row("max.in.flight.requests.per.connection", PropertyFate::same, 1, 1e6, "1000000",
                "max.in.flight.requests.per.connection"),
    integer_row("topic.metadata.refresh.interval.ms", PropertyFate::own, -1, 3'600'000, "300000"),
    integer_row("metadata.max.age.ms", PropertyFate::same, 1, 86'400'000, "900000",
                "metadata.max.age.ms"),
    integer_row("topic.metadata.refresh.fast.interval.ms", PropertyFate::idle, 1, 60'000, "250"),
    integer_row("topic.metadata.refresh.fast.cnt", PropertyFate::idle, 0, 1000, "10"),
    flag_row("topic.metadata.refresh.sparse", PropertyFate::idle, "true"),
    integer_row("topic.metadata.propagation.max.ms", PropertyFate::own, 0, 3'600'000, "30000"),
    text_row("topic.blacklist", PropertyFate::preset),
    text_row("debug", PropertyFate::preset),
    integer_row("socket.timeout.ms", PropertyFate::same, 10, 300'000, "60000",
                "request.timeout.ms"),
    integer_row("socket.blocking.max.ms", PropertyFate::idle, 1, 60'000, "1000"),
    integer_row("socket.send.buffer.bytes", PropertyFate::preset, 0, 1e8, "0"),
    integer_row("socket.receive.buffer.bytes", PropertyFate::preset, 0, 1e8, "0"),
    flag_row("socket.keepalive.enable", PropertyFate::idle, "false"),
    flag_row("socket.nagle.disable", PropertyFate::idle, "false"),
    integer_row("socket.max.fails", PropertyFate::preset, 0, 1e6, "1"),
    integer_row("broker.address.ttl", PropertyFate::idle, 0, 86'400'000, "1000"),
    choice_row("broker.address.family", PropertyFate::preset, "any", "any|v4|v6"),
    integer_row("socket.connection.setup.timeout.ms", PropertyFate::same, 1000, int32_max, "30000",
                "socket.connection.setup.timeout.ms"),
    integer_row("connections.max.idle.ms", PropertyFate::own, 0, int32_max, "0"),
    integer_row("reconnect.backoff.jitter.ms", PropertyFate::idle, 0, 3'600'000, "0"),
    integer_row("reconnect.backoff.ms", PropertyFate::same, 0, 3'600'000, "100",
                "reconnect.backoff.ms"),
    integer_row("reconnect.backoff.max.ms", PropertyFate::same, 0, 3'600'000, "10000",
                "reconnect.backoff.max.ms"),
    integer_row("statistics.interval.ms", PropertyFate::idle, 0, 86'400'000,
                "0"),  // kcat shows none
    integer_row("enabled_events", PropertyFate::preset, 0, int32_max, "0"),
    pointer_row("error_cb"),
    pointer_row("throttle_cb"),
    pointer_row("stats_cb"),
    pointer_row("log_cb"),
    integer_row("log_level", PropertyFate::idle, 0, 7, "6"),
    flag_row("log.queue", PropertyFate::preset, "false"),
    flag_row("log.thread.name", PropertyFate::idle, "true"),
    flag_row("enable.random.seed", PropertyFate::idle, "true"),
    flag_row("log.connection.close", PropertyFate::idle, "true"),
    pointer_row("background_event_cb"),
    pointer_row("socket_cb"),
    pointer_row("connect_cb"),
    pointer_row("closesocket_cb"),
    pointer_row("open_cb"),
    pointer_row("resolve_cb"),
    pointer_row("default_topic_conf"),
    integer_row("internal.termination.signal", PropertyFate::idle, 0, 128, "0"),
    flag_row("api.version.request", PropertyFate::preset, "true"),
    integer_row("api.version.request.timeout.ms", PropertyFate::idle, 1, 300'000, "10000"),
    integer_row("api.version.fallback.ms", PropertyFate::idle, 0, 604'800'000, "0"),
    text_row("broker.version.fallback", PropertyFate::idle, "0.10.0"),
    flag_row("allow.auto.create.topics", PropertyFate::own, "false"),
    choice_row("security.protocol", PropertyFate::not_built, "plaintext",
               "plaintext|ssl|sasl_plaintext|sasl_ssl"),
    flag_row("enable.ssl.certificate.verification", PropertyFate::not_built, "true"),
    flag_row("enable.sasl.oauthbearer.unsecure.jwt", PropertyFate::not_built, "false"),
    text_row("ssl_key", PropertyFate::not_built),
    text_row("ssl_certificate", PropertyFate::not_built),
    text_row("ssl_ca", PropertyFate::not_built),
    text_row("ssl_engine_callback_data", PropertyFate::not_built),
    pointer_row("oauthbearer_token_refresh_cb"),
    text_row("plugin.library.paths", PropertyFate::preset),
    pointer_row("interceptors"),
    text_row("client.rack", PropertyFate::same, "", "client.rack"),
    // Consumers'.
    text_row("group.id", PropertyFate::own),
    text_row("group.instance.id", PropertyFate::same, "", "group.instance.id"),
    text_row("partition.assignment.strategy", PropertyFate::same, "range,roundrobin",
             "partition.assignment.strategy"),
    integer_row("session.timeout.ms", PropertyFate::same, 1, 3'600'000, "45000",
                "session.timeout.ms"),
    integer_row("heartbeat.interval.ms", PropertyFate::same, 1, 3'600'000, "3000",
                "heartbeat.interval.ms"),
    text_row("group.protocol.type", PropertyFate::preset, "consumer"),
    integer_row("coordinator.query.interval.ms", PropertyFate::idle, 1, 3'600'000, "600000"),
    integer_row("max.poll.interval.ms", PropertyFate::same, 1, 86'400'000, "300000",
                "max.poll.interval.ms"),
    flag_row("enable.auto.offset.store", PropertyFate::preset, "true"),
    integer_row("queued.min.messages", PropertyFate::idle, 1, 1e7, "100000"),
    integer_row("queued.max.messages.kbytes", PropertyFate::idle, 1, 2'097'151, "65536"),
    integer_row("fetch.wait.max.ms", PropertyFate::same, 0, 300'000, "500", "fetch.max.wait.ms"),
    integer_row("fetch.message.max.bytes", PropertyFate::same, 1, 1e9, "1048576",
                "max.partition.fetch.bytes"),
    integer_row("fetch.max.bytes", PropertyFate::same, 0, 2147483135, "52428800",
                "fetch.max.bytes"),
    integer_row("fetch.min.bytes", PropertyFate::same, 1, 1e8, "1", "fetch.min.bytes"),
    integer_row("fetch.error.backoff.ms", PropertyFate::idle, 0, 300'000, "500"),
    of_topic_too(
        choice_row("offset.store.method", PropertyFate::preset, "broker", "none|file|broker")),
    choice_row("isolation.level", PropertyFate::same, "read_committed",
               "read_uncommitted|read_committed", "isolation.level"),
    pointer_row("consume_cb"),
    pointer_row("rebalance_cb"),
    pointer_row("offset_commit_cb"),
    flag_row("enable.partition.eof", PropertyFate::idle, "false"),  // kcat sets it itself
    flag_row("check.crcs", PropertyFate::same, "false", "check.crcs"),
    // Producers'.
    text_row("transactional.id", PropertyFate::not_built),
    integer_row("transaction.timeout.ms", PropertyFate::not_built, 1000, int32_max, "60000"),
    flag_row("enable.idempotence", PropertyFate::same, "false", "enable.idempotence"),
    flag_row("enable.gapless.guarantee", PropertyFate::preset, "false"),
    integer_row("queue.buffering.max.messages", PropertyFate::idle, 0, int32_max, "100000"),
    integer_row("queue.buffering.max.kbytes", PropertyFate::own, 1, int32_max, "1048576"),
    {.name = "queue.buffering.max.ms",
     .kind = PropertyKind::number,
     .fate = PropertyFate::own,
     .preset = "5",
     .max = 900'000},
    integer_row("message.send.max.retries", PropertyFate::same, 0, int32_max, "2147483647",
                "retries"),
    integer_row("retry.backoff.ms", PropertyFate::same, 1, 300'000, "100", "retry.backoff.ms"),
    integer_row("queue.buffering.backpressure.threshold", PropertyFate::idle, 1, 1e6, "1"),
    integer_row("batch.num.messages", PropertyFate::idle, 1, 1e6, "10000"),
    integer_row("batch.size", PropertyFate::same, 1, int32_max, "1000000", "batch.size"),
    flag_row("delivery.report.only.error", PropertyFate::preset, "false"),
    pointer_row("dr_cb"),
    pointer_row("dr_msg_cb"),
    integer_row("sticky.partitioning.linger.ms", PropertyFate::idle, 0, 900'000, "10"),
});

constexpr auto all_property_aliases = std::to_array<PropertyAlias>({
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

std::span<const PropertyRow> property_rows() { return all_property_rows; }
std::span<const PropertyAlias> property_aliases() { return all_property_aliases; }

}  // namespace weir::app::kcat
