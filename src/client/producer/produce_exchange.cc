#include "client/producer/produce_exchange.h"

#include <algorithm>
#include <functional>

namespace weir::client {

ProduceExchange::ProduceExchange(const ProduceCall& call, const TopicTable& topics,
                                 std::int16_t acks, std::chrono::milliseconds timeout) {
  std::vector<std::size_t> order(call.parts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, std::ranges::less(), [&](std::size_t i) {
    return std::pair(std::string_view(topics.place(call.parts[i].slot).topic->name), i);
  });
  parts_.reserve(order.size());
  partitions_.reserve(order.size());
  for (const std::size_t i : order) {
    const auto& [topic, partition] = topics.place(call.parts[i].slot);
    if (parts_.empty() || parts_.back().topic != topic) {
      topics_.emplace_back();
      topics_.back().name = wire::Str(topic->name);
      topics_.back().topic_id = topic->id;
    }
    parts_.push_back({topic, topic->id, partition, call.parts[i].slot});
    partitions_.emplace_back();
    partitions_.back().index = partition;
    partitions_.back().records = wire::Records(call.parts[i].batch);
  }
  std::size_t begin = 0;
  for (auto& topic : topics_) {
    std::size_t end = begin;
    while (end < parts_.size() && parts_[end].topic == parts_[begin].topic) ++end;
    topic.partition_data = std::span(partitions_).subspan(begin, end - begin);
    begin = end;
  }
  request_.acks = acks;
  request_.timeout_ms = static_cast<std::int32_t>(timeout.count());
  request_.topic_data = topics_;
}

// Brokers answer in the order of the request, nearly always.
const ProduceExchange::Part* ProduceExchange::find(
    const wire::ProduceResponse::TopicProduceResponse& topic, PartitionIndex partition,
    std::size_t hint) const {
  const auto is_it = [&](const Part& part) {
    const bool same = topic.topic_id.is_zero() ? topic.name.view() == part.topic->name
                                               : topic.topic_id == part.topic_id;
    return same && part.partition == partition;
  };
  if (hint < parts_.size() && is_it(parts_[hint])) return &parts_[hint];
  const auto found = std::ranges::find_if(parts_, is_it);
  return found == parts_.end() ? nullptr : &*found;
}

std::vector<ProduceResult> ProduceExchange::results(const wire::ProduceResponse& answer) const {
  std::vector<ProduceResult> results;
  for (const auto& topic : answer.responses) {
    for (const auto& partition : topic.partition_responses) {
      const Part* part = find(topic, partition.index, results.size());
      if (!part) continue;
      ProduceResult& result = results.emplace_back();
      result.slot = part->slot;
      result.error = static_cast<wire::ErrorCode>(partition.error_code);
      result.base_offset = partition.base_offset;
      result.log_append_time = partition.log_append_time_ms;
      if (!partition.error_message.is_null()) result.message = partition.error_message.view();
      for (const auto& bad : partition.record_errors) {
        result.problems.push_back({.index = bad.batch_index,
                                   .message = std::string(bad.batch_index_error_message.view())});
      }
    }
  }
  return results;
}

LeaderHints ProduceExchange::leader_hints(const wire::ProduceResponse& answer) const {
  LeaderHints hints;
  std::size_t seen = 0;
  for (const auto& topic : answer.responses) {
    for (const auto& partition : topic.partition_responses) {
      const Part* part = find(topic, partition.index, seen++);
      if (part) hints.add_leader({part->topic->name, part->partition}, partition);
    }
  }
  if (!hints.leaders.empty()) hints.add_brokers(answer);
  return hints;
}

std::vector<ProduceResult> ProduceExchange::unanswered() const {
  std::vector<ProduceResult> results;
  for (const Part& part : parts_) results.push_back({.slot = part.slot});
  return results;
}

}  // namespace weir::client
