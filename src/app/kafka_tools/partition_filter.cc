#include "app/kafka_tools/partition_filter.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::app::kafka {
namespace {

bool is_digits(std::string_view text) { return text.find_first_not_of("0123456789") == text.npos; }

}  // namespace

Ran<PartitionFilter::Rule> PartitionFilter::rule_of(std::string_view text) {
  Rule rule;
  const std::size_t colon = text.find(':');
  const std::string_view topic = text.substr(0, colon);
  const std::string_view partitions = colon == text.npos ? "" : text.substr(colon + 1);
  const std::size_t dash = partitions.find('-');
  const std::string_view first = partitions.substr(0, dash);
  const std::string_view last = dash == partitions.npos ? "" : partitions.substr(dash + 1);
  if (!is_digits(first) || !is_digits(last)) {
    // A checked exception of Kafka's, inside one that is not.
    return std::unexpected(JavaError("org.apache.kafka.tools.TerseException",
                                     fmt::format("Invalid rule specification: {}", text))
                               .in_runtime());
  }
  TRY_ASSIGN(rule.topic, Pattern::of_topics(topic.empty() ? ".*" : topic));
  if (!first.empty()) {
    TRY_ASSIGN(rule.from, parse_int(first));
  }
  if (!last.empty()) {
    TRY_ASSIGN(rule.to, parse_int(last));
  }
  if (dash == partitions.npos && !first.empty()) rule.among = {rule.from};
  return rule;
}

Ran<PartitionFilter> PartitionFilter::of_list(std::string_view text) {
  PartitionFilter filter;
  for (const std::string& part : split(text, ',')) {
    TRY_ASSIGN(Rule rule, rule_of(part));
    filter.rules_.push_back(std::move(rule));
  }
  return filter;
}

Ran<PartitionFilter> PartitionFilter::of_topic(std::string_view topics,
                                               const std::optional<std::string>& partitions) {
  PartitionFilter filter;
  Rule rule;
  TRY_ASSIGN(rule.topic, Pattern::of_topics(topics));
  if (partitions && !partitions->empty()) {
    for (const std::string& part : split(*partitions, ',')) {
      const auto number = parse_int(part);
      if (!number) {
        return std::unexpected(JavaError(
            "org.apache.kafka.tools.TerseException",
            fmt::format("--partitions expects a comma separated list of numeric partition ids, but "
                        "received: {}",
                        *partitions)));
      }
      rule.among.insert(*number);
    }
  }
  filter.rules_.push_back(std::move(rule));
  return filter;
}

bool PartitionFilter::allows(std::string_view topic) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) { return rule.topic.matches(topic); });
}

bool PartitionFilter::allows(const client::TopicPartition& of) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return rule.topic.matches(of.topic) && of.partition >= rule.from && of.partition < rule.to &&
           (rule.among.empty() || rule.among.contains(of.partition));
  });
}

}  // namespace weir::app::kafka
