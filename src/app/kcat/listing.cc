// -L: brokers, topics and partitions.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/kcat/cluster_metadata.h"
#include "app/kcat/error_words.h"

namespace weir::app::kcat {
namespace {

using ListedTopic = wire::MetadataResponse::MetadataResponseTopic;
using ListedPartition = wire::MetadataResponse::MetadataResponsePartition;
using ListedBroker = wire::MetadataResponse::MetadataResponseBroker;

template <class Item, class Member>
std::vector<const Item*> in_order(wire::Array<Item> items, Member by) {
  std::vector<const Item*> sorted;
  for (const Item& item : items) sorted.push_back(&item);
  std::ranges::sort(sorted, {}, [by](const Item* item) { return item->*by; });
  return sorted;
}

std::string joined_ids(wire::Array<std::int32_t> ids) {
  return fmt::format("{}", fmt::join(ids.begin(), ids.end(), ","));
}

std::string address_of(const ListedBroker& broker) {
  return fmt::format("{}:{}", broker.host.str(), broker.port);
}

std::string answerer_name(const MetadataAnswer& answer) {
  return fmt::format("{}:{}/{}", answer.from.address.host, answer.from.address.port,
                     answer.from.id);
}

std::string error_words_of(std::int16_t code) { return words_of(wire::error_info(code).code); }

void print_listed_topic(const ListedTopic& topic, std::string& out) {
  out +=
      fmt::format("  topic \"{}\" with {} partitions:", topic.name.str(), topic.partitions.size());
  if (topic.error_code != 0) {
    out += fmt::format(" {}", error_words_of(topic.error_code));
    if (wire::error_info(topic.error_code).code == wire::ErrorCode::leader_not_available) {
      out += " (try again)";
    }
  }
  out += '\n';
  for (const ListedPartition* of : in_order(topic.partitions, &ListedPartition::partition_index)) {
    out += fmt::format("    partition {}, leader {}, replicas: {}, isrs: {}", of->partition_index,
                       of->leader_id, joined_ids(of->replica_nodes), joined_ids(of->isr_nodes));
    if (of->error_code != 0) out += fmt::format(", {}", error_words_of(of->error_code));
    out += '\n';
  }
}

std::string listing_text(const MetadataAnswer& answer, const std::optional<std::string>& topic) {
  const wire::MetadataResponse& metadata = *answer;
  std::string out = fmt::format("Metadata for {} (from broker {}: {}):\n {} brokers:\n",
                                topic.value_or("all topics"), answer.from.id, answerer_name(answer),
                                metadata.brokers.size());
  for (const ListedBroker* broker : in_order(metadata.brokers, &ListedBroker::node_id)) {
    out += fmt::format("  broker {} at {}{}\n", broker->node_id, address_of(*broker),
                       broker->node_id == metadata.controller_id ? " (controller)" : "");
  }
  out += fmt::format(" {} topics:\n", metadata.topics.size());
  for (const ListedTopic& listed : metadata.topics) print_listed_topic(listed, out);
  return out;
}

std::string json_ids(wire::Array<std::int32_t> ids) {
  std::string out;
  for (const std::int32_t id : ids) {
    out += fmt::format("{}{{\"id\":{}}}", out.empty() ? "" : ",", id);
  }
  return out;
}

void append_listed_error(std::int16_t code, std::string& out) {
  if (code == 0) return;
  out += ",\"error\":";
  append_json_text(error_words_of(code), out);
}

void append_listed_topic(const ListedTopic& topic, std::string& out) {
  out += "{\"topic\":";
  append_json_text(topic.name.str(), out);
  append_listed_error(topic.error_code, out);
  out += ",\"partitions\":[";
  for (const ListedPartition* of : in_order(topic.partitions, &ListedPartition::partition_index)) {
    if (!out.ends_with('[')) out += ',';
    out += fmt::format("{{\"partition\":{}", of->partition_index);
    append_listed_error(of->error_code, out);
    out += fmt::format(",\"leader\":{},\"replicas\":[{}],\"isrs\":[{}]}}", of->leader_id,
                       json_ids(of->replica_nodes), json_ids(of->isr_nodes));
  }
  out += "]}";
}

std::string listing_json(const MetadataAnswer& answer, const std::optional<std::string>& topic) {
  const wire::MetadataResponse& metadata = *answer;
  std::string out = fmt::format("{{\"originating_broker\":{{\"id\":{},\"name\":", answer.from.id);
  append_json_text(answerer_name(answer), out);
  out += "},\"query\":{\"topic\":";
  append_json_text(topic.value_or("*"), out);
  out += fmt::format("}},\"controllerid\":{},\"brokers\":[", metadata.controller_id);
  for (const ListedBroker* broker : in_order(metadata.brokers, &ListedBroker::node_id)) {
    if (!out.ends_with('[')) out += ',';
    out += fmt::format("{{\"id\":{},\"name\":", broker->node_id);
    append_json_text(address_of(*broker), out);
    out += '}';
  }
  out += "],\"topics\":[";
  for (const ListedTopic& listed : metadata.topics) {
    if (!out.ends_with('[')) out += ',';
    append_listed_topic(listed, out);
  }
  out += "]}";
  return out;
}

}  // namespace

Task<Run<>> list_metadata(ModeRun& run) {
  const CommandLine& line = run.line;
  auto asking = ask_metadata(run, line.topic, line.properties.creates_topics.value_or(true));
  const auto answer = co_await std::move(asking);
  if (!answer) {
    const bool is_unreached = run.session.cluster.view()->brokers.empty();
    co_return run.notices().fatal(fmt::format(
        "Failed to acquire metadata: {}",
        is_unreached ? fmt::format("{} (Are the brokers reachable? Also try increasing the "
                                   "metadata timeout with -m <timeout>?)",
                                   transport_failure)
                     : words_of(answer.error())));
  }
  std::string out =
      line.is_json ? listing_json(*answer, line.topic) : listing_text(*answer, line.topic);
  auto writing = run.session.write(std::move(out));
  if (!co_await std::move(writing)) co_return std::unexpected(Ended{1});
  co_return Run<>();
}

}  // namespace weir::app::kcat
