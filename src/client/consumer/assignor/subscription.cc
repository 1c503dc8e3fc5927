#include "client/consumer/assignor/subscription.h"

#include <algorithm>

#include "base/check.h"
#include "wire/codec/codec.h"
#include "wire/message/consumer_protocol_assignment.h"
#include "wire/message/consumer_protocol_subscription.h"

namespace weir::client {

namespace {

constexpr std::size_t version_bytes = 2;

template <class Message>
std::vector<std::byte> encode_versioned(const Message& message, std::int16_t version) {
  wire::Output out;
  store_be(out.grow(version_bytes), version);
  // Nothing that a version cannot carry is refused: all such fields are ignorable.
  CHECK(wire::encode(message, version, out).has_value());
  return out.take();
}

// What follows a version that is newer than ours may be longer.
template <class Message>
Result<> decode_versioned(Message& into, Bytes bytes, wire::Arena& arena) {
  if (bytes.size() < version_bytes) return fail(Errc::corrupt, "no version of ConsumerProtocol");
  const auto version = load_be<std::int16_t>(bytes.data());
  if (version < 0) return fail(Errc::corrupt, "a negative version of ConsumerProtocol");
  TRY(wire::decode(into, bytes.subspan(version_bytes), std::min(version, consumer_protocol_version),
                   arena));
  return {};
}

// One Topic for each run of partitions of one topic; `partitions` is sorted.
template <class Topic>
std::vector<Topic> by_topic(std::vector<TopicPartition>& partitions,
                            std::vector<std::int32_t>& numbers) {
  std::ranges::sort(partitions);
  numbers.resize(partitions.size());
  std::vector<Topic> topics;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    numbers[i] = partitions[i].partition;
    if (i == 0 || partitions[i].topic != partitions[i - 1].topic) {
      topics.push_back({.topic = partitions[i].topic, .partitions = {&numbers[i], 0}});
    }
    auto& last = topics.back().partitions;
    last = {last.data(), last.size() + 1};
  }
  return topics;
}

template <class Topics>
std::vector<TopicPartition> flat(const Topics& topics) {
  std::vector<TopicPartition> out;
  for (const auto& topic : topics) {
    for (const std::int32_t partition : topic.partitions) {
      out.push_back({topic.topic.str(), partition});
    }
  }
  return out;
}

std::optional<std::vector<std::byte>> copy_of(wire::Blob blob) {
  if (blob.is_null()) return std::nullopt;
  return std::vector<std::byte>(blob.view().begin(), blob.view().end());
}

wire::Blob view_of(const std::optional<std::vector<std::byte>>& bytes) {
  return bytes ? wire::Blob(Bytes(*bytes)) : wire::Blob::null();
}

}  // namespace

std::vector<std::byte> encode_subscription(const Subscription& subscription, std::int16_t version) {
  std::vector<std::string> sorted = subscription.topics;
  std::ranges::sort(sorted);
  std::vector<wire::Str> topics(sorted.begin(), sorted.end());
  std::vector<TopicPartition> owned = subscription.owned;
  std::vector<std::int32_t> numbers;
  auto owned_topics = by_topic<wire::ConsumerProtocolSubscription::TopicPartition>(owned, numbers);
  wire::ConsumerProtocolSubscription message;
  message.topics = topics;
  message.user_data = view_of(subscription.user_data);
  message.owned_partitions = owned_topics;
  message.generation_id = subscription.generation;
  message.rack_id = subscription.rack ? wire::Str(*subscription.rack) : wire::Str::null();
  return encode_versioned(message, version);
}

Result<Subscription> decode_subscription(Bytes bytes) {
  wire::ConsumerProtocolSubscription message;
  wire::Arena arena;
  TRY(decode_versioned(message, bytes, arena));
  Subscription out;
  for (const wire::Str& topic : message.topics) out.topics.push_back(topic.str());
  out.user_data = copy_of(message.user_data);
  out.owned = flat(message.owned_partitions);
  out.generation = std::max(message.generation_id, no_generation);
  if (!message.rack_id.view().empty()) out.rack = message.rack_id.str();
  return out;
}

std::vector<std::byte> encode_assignment(const Assignment& assignment, std::int16_t version) {
  std::vector<TopicPartition> partitions = assignment.partitions;
  std::vector<std::int32_t> numbers;
  auto topics = by_topic<wire::ConsumerProtocolAssignment::TopicPartition>(partitions, numbers);
  wire::ConsumerProtocolAssignment message;
  message.assigned_partitions = topics;
  message.user_data = view_of(assignment.user_data);
  return encode_versioned(message, version);
}

Result<Assignment> decode_assignment(Bytes bytes) {
  wire::ConsumerProtocolAssignment message;
  wire::Arena arena;
  TRY(decode_versioned(message, bytes, arena));
  return Assignment{.partitions = flat(message.assigned_partitions),
                    .user_data = copy_of(message.user_data)};
}

}  // namespace weir::client
