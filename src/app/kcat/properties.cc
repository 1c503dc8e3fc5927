#include "app/kcat/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "app/kcat/property_rows.h"
#include "app/version.h"
#include "wire/compression/compression.h"

namespace weir::app::kcat {
namespace {

using SetProperty = std::expected<void, std::string>;

constexpr std::string_view topic_prefix = "topic.";
constexpr std::string_view not_built_yet = "is known and not built yet";

std::string_view canonical_property(std::string_view name) {
  const auto found = std::ranges::find(property_aliases(), name, &PropertyAlias::alias);
  return found == property_aliases().end() ? name : found->name;
}

const PropertyRow* find_property_row(std::string_view name) {
  if (name.starts_with(topic_prefix)) {
    const PropertyRow* const row = find_property_row(name.substr(topic_prefix.size()));
    if (row && row->is_topics) return row;
  }
  const auto found =
      std::ranges::find(property_rows(), canonical_property(name), &PropertyRow::name);
  return found == property_rows().end() ? nullptr : &*found;
}

// As C's functions find a number; nothing if something else follows it.
std::optional<double> number_in_text(const std::string& text, bool is_integer) {
  char* end = nullptr;
  const double number = is_integer ? static_cast<double>(std::strtol(text.c_str(), &end, 0))
                                   : std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0') return std::nullopt;
  return number;
}

bool is_same_word(const std::string& one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(one, other, {}, lower, lower);
}

std::expected<std::string, std::string> checked_number(const PropertyRow& row,
                                                       const std::string& value) {
  if (row.name == "request.required.acks" && is_same_word(value, "all")) return "-1";
  const bool is_integer = row.kind == PropertyKind::integer;
  const auto number = number_in_text(value, is_integer);
  if (!number) {
    return std::unexpected(
        fmt::format("Invalid value for configuration property \"{}\"", row.name));
  }
  if (*number < row.min || *number > row.max) {
    const std::string shown =
        is_integer ? fmt::format("{:.0f}", *number) : fmt::format("{:g}", *number);
    return std::unexpected(fmt::format(
        "Configuration property \"{}\" value {} is outside allowed range {:.0f}..{:.0f}\n",
        row.name, shown, row.min, row.max));
  }
  return is_integer ? fmt::format("{:.0f}", *number) : fmt::format("{}", *number);
}

std::expected<std::string, std::string> checked_choice(const PropertyRow& row,
                                                       const std::string& value) {
  for (std::string_view rest = row.choices; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find('|'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    if (is_same_word(value, one)) return std::string(one);
  }
  return std::unexpected(
      fmt::format("Invalid value \"{}\" for configuration property \"{}\"", value, row.name));
}

// The value as our client reads it.
std::expected<std::string, std::string> checked_value(const PropertyRow& row,
                                                      const std::string& value) {
  if (row.kind == PropertyKind::pointer) {
    return std::unexpected(fmt::format(
        "Property \"{}\" must be set through dedicated .._set_..() function", row.name));
  }
  if (row.kind == PropertyKind::text) return value;
  if (value.empty()) {
    return std::unexpected(
        fmt::format("Configuration property \"{}\" cannot be set to empty value", row.name));
  }
  if (row.kind == PropertyKind::choice) return checked_choice(row, value);
  if (row.kind != PropertyKind::flag) return checked_number(row, value);
  for (const std::string_view yes : {"true", "t", "1"}) {
    if (is_same_word(value, yes)) return "true";
  }
  for (const std::string_view no : {"false", "f", "0"}) {
    if (is_same_word(value, no)) return "false";
  }
  return std::unexpected(fmt::format("Expected bool value for \"{}\": true or false", row.name));
}

}  // namespace

KcatProperties::KcatProperties() {
  config.cluster.connection.client_id = "rdkafka";
  config.cluster.connection.software_version = version;
  config.consumer.reads_committed = true;
  config.consumer.checks_crc = false;
  config.consumer.group.assignors = {client::Assignor::range, client::Assignor::round_robin};
  config.producer.partitions.by = client::PartitionBy::consistent_random;
  config.producer.batches.batch_size = 128 << 10;
  config.producer.delivery.delivery_timeout = std::chrono::minutes(5);
}

SetProperty KcatProperties::set(std::string_view name, std::string_view value) {
  const PropertyRow* const row = find_property_row(name);
  if (!row) {
    if (name.starts_with("schema.registry.")) {
      return std::unexpected("This build of kcat lacks Avro/Schema-Registry support");
    }
    if (name.starts_with("ssl.") || name.starts_with("sasl.")) {
      return std::unexpected(fmt::format("{} {}", name, not_built_yet));
    }
    if (name.starts_with(topic_prefix)) name.remove_prefix(topic_prefix.size());
    return std::unexpected(fmt::format("No such configuration property: \"{}\"", name));
  }
  const auto checked = checked_value(*row, std::string(value));
  if (!checked) return std::unexpected(checked.error());
  switch (row->fate) {
    case PropertyFate::idle:
      return {};
    case PropertyFate::same:
      return set_client(row->as, *checked);
    case PropertyFate::own:
      return set_own(*row, *checked);
    case PropertyFate::preset:
    case PropertyFate::not_built:
      break;
  }
  if (*checked == row->preset) return {};
  if (row->fate == PropertyFate::not_built) {
    return std::unexpected(fmt::format("{}={} {}", row->name, *checked, not_built_yet));
  }
  return std::unexpected(fmt::format("{}={} is not supported, only its default '{}' is", row->name,
                                     *checked, row->preset));
}

SetProperty KcatProperties::set_client(std::string_view name, std::string_view value) {
  const auto set = client::set_property(config, name, value);
  if (!set) return std::unexpected(set.error().what);
  return {};
}

SetProperty KcatProperties::set_own(const PropertyRow& row, std::string_view value) {
  const std::string_view name = row.name;
  const auto number = [&] { return std::strtoll(std::string(value).c_str(), nullptr, 10); };
  if (name == "metadata.broker.list") {
    bootstrap = value;
  } else if (name == "group.id") {
    group = value;
  } else if (name == "request.required.acks") {
    if (number() < -1 || number() > 1) {
      return std::unexpected(fmt::format("{}={} is not supported, -1, 0 and 1 are", name, value));
    }
    return set_client("acks", value);
  } else if (name == "message.timeout.ms") {
    return set_client("delivery.timeout.ms", value == "0" ? "2147483647" : value);
  } else if (name == "partitioner") {
    const auto set = set_client("partitioner", value == "random" ? "sticky" : value);
    if (set || value == "random") return set;
    return std::unexpected(
        fmt::format("Invalid value for configuration property \"partitioner\": {}", value));
  } else if (name == "compression.codec") {
    return set_client("compression.type", value);
  } else if (name == "compression.level") {
    level_ = number() < 0 ? std::nullopt : std::optional(static_cast<int>(number()));
  } else if (name == "auto.offset.reset") {
    const bool is_first = value == "smallest" || value == "earliest" || value == "beginning";
    return set_client("auto.offset.reset", is_first           ? "earliest"
                                           : value == "error" ? "none"
                                                              : "latest");
  } else if (name == "message.max.bytes") {
    message_bytes_max = static_cast<std::size_t>(number());
  } else if (name == "receive.message.max.bytes") {
    config.cluster.connection.response_bytes_max = static_cast<std::size_t>(number());
  } else if (name == "topic.metadata.refresh.interval.ms") {
    if (number() > 0) return set_client("metadata.max.age.ms", value);
  } else if (name == "topic.metadata.propagation.max.ms") {
    topic_wait = std::chrono::milliseconds(number());
  } else if (name == "connections.max.idle.ms") {
    return set_client(name, value == "0" ? "2147483647" : value);
  } else if (name == "allow.auto.create.topics") {
    creates_topics = value == "true";
  } else if (name == "queue.buffering.max.kbytes") {
    config.producer.batches.buffer_memory = static_cast<std::size_t>(number()) << 10;
  } else if (name == "queue.buffering.max.ms") {
    const std::chrono::duration<double, std::milli> wait(std::strtod(value.data(), nullptr));
    config.producer.batches.linger = std::chrono::duration_cast<std::chrono::nanoseconds>(wait);
  }
  return {};
}

SetProperty KcatProperties::settle() {
  client::ClientConfig& settled = config;
  auto addresses = client::parse_bootstrap(bootstrap);
  if (!addresses) return std::unexpected(addresses.error().what);
  settled.cluster.bootstrap = *std::move(addresses);
  const auto codec = settled.producer.batches.compression.codec;
  if (const auto range = wire::level_range(codec); range && level_) {
    settled.producer.batches.compression.level = std::clamp(*level_, range->min, range->max);
  }
  // One message fits with what stands around it in a batch and a request.
  settled.producer.batches.request_size_max = message_bytes_max + 4096;
  settled.producer.block_max = topic_wait;
  if (auto& delivery = settled.producer.delivery; delivery.in_flight_max > 5) {
    if (settled.names_idempotence && delivery.idempotent) {
      return std::unexpected(
          "Failed to create producer: `max.in.flight` must be set <= 5 when `enable.idempotence` "
          "is true");
    }
    delivery.idempotent = false;
  }
  const auto result = client::settle_properties(settled);
  if (!result) return std::unexpected(result.error().what);
  return {};
}

std::string list_properties() {
  std::string out;
  for (const PropertyRow& row : property_rows()) {
    if (row.kind == PropertyKind::pointer) continue;
    std::string takes(row.choices);
    if (row.kind == PropertyKind::integer || row.kind == PropertyKind::number) {
      takes = fmt::format("{:.0f} .. {:.0f}", row.min, row.max);
    } else if (row.kind == PropertyKind::flag) {
      takes = "true|false";
    }
    const std::string_view remark = row.fate == PropertyFate::idle        ? "has nothing to do here"
                                    : row.fate == PropertyFate::preset    ? "its default only"
                                    : row.fate == PropertyFate::not_built ? "not built yet"
                                                                          : "";
    out += fmt::format("{:<40} | {:<55} | {:<16} | {}\n", row.name, takes, row.preset, remark);
  }
  for (const auto& [alias, name] : property_aliases())
    out += fmt::format("{:<40} | {}\n", alias, name);
  return out;
}

}  // namespace weir::app::kcat
