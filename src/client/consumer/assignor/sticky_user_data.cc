#include "client/consumer/assignor/sticky_user_data.h"

#include <algorithm>
#include <string>

namespace weir::client {

namespace {

template <class T>
void append_be(std::vector<std::byte>& out, T value) {
  out.resize(out.size() + sizeof(T));
  store_be(out.data() + out.size() - sizeof(T), value);
}

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}
  template <class T>
  std::optional<T> number() {
    if (rest_.size() < sizeof(T)) return std::nullopt;
    const T value = load_be<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  std::optional<std::string> text() {
    const auto size = number<std::int16_t>();
    if (!size || *size < 0 || rest_.size() < static_cast<std::size_t>(*size)) return std::nullopt;
    std::string out(as_text(rest_.first(static_cast<std::size_t>(*size))));
    rest_ = rest_.subspan(static_cast<std::size_t>(*size));
    return out;
  }

 private:
  Bytes rest_;
};

// Every element takes bytes, so that a false count ends where the bytes do.
std::optional<std::vector<TopicPartition>> read_partitions(Reader& in) {
  std::vector<TopicPartition> out;
  const auto topics = in.number<std::int32_t>();
  if (!topics || *topics < 0) return std::nullopt;
  for (std::int32_t t = 0; t < *topics; ++t) {
    const auto topic = in.text();
    const auto count = in.number<std::int32_t>();
    if (!topic || !count || *count < 0) return std::nullopt;
    for (std::int32_t i = 0; i < *count; ++i) {
      const auto partition = in.number<std::int32_t>();
      if (!partition) return std::nullopt;
      out.push_back({*topic, *partition});
    }
  }
  return out;
}

}  // namespace

std::vector<std::byte> encode_sticky_user_data(std::span<const TopicPartition> partitions,
                                               std::int32_t generation) {
  std::vector<TopicPartition> sorted(partitions.begin(), partitions.end());
  std::ranges::sort(sorted);
  std::vector<std::byte> body;
  std::int32_t topics = 0;
  for (std::size_t i = 0; i < sorted.size(); ++topics) {
    const std::string& topic = sorted[i].topic;
    const auto end = std::find_if(sorted.begin() + static_cast<std::ptrdiff_t>(i), sorted.end(),
                                  [&](const TopicPartition& p) { return p.topic != topic; });
    append_be(body, static_cast<std::int16_t>(topic.size()));
    body.insert(body.end(), as_bytes(topic).begin(), as_bytes(topic).end());
    append_be(body, static_cast<std::int32_t>(end - sorted.begin()) - static_cast<std::int32_t>(i));
    for (; i < static_cast<std::size_t>(end - sorted.begin()); ++i) {
      append_be(body, sorted[i].partition);
    }
  }
  std::vector<std::byte> out;
  append_be(out, topics);
  out.insert(out.end(), body.begin(), body.end());
  append_be(out, generation);
  return out;
}

std::vector<std::byte> encode_cooperative_user_data(std::int32_t generation) {
  std::vector<std::byte> out;
  append_be(out, generation);
  return out;
}

PreviousAssignment previous_of_sticky(const Subscription& subscription) {
  if (!subscription.user_data || subscription.user_data->empty()) return {};
  Reader in{Bytes(*subscription.user_data)};
  auto partitions = read_partitions(in);
  if (!partitions) return {.partitions = {}, .generation = no_generation};
  return {.partitions = std::move(*partitions), .generation = in.number<std::int32_t>()};
}

PreviousAssignment previous_of_cooperative(const Subscription& subscription) {
  PreviousAssignment out{.partitions = subscription.owned, .generation = std::nullopt};
  if (subscription.generation >= 0) {
    out.generation = subscription.generation;
  } else if (subscription.user_data) {
    out.generation =
        Reader{Bytes(*subscription.user_data)}.number<std::int32_t>().value_or(no_generation);
  }
  return out;
}

}  // namespace weir::client
