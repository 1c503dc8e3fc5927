#pragma once
// The configuration of a client by librdkafka's property names, in the words that it has for what
// is wrong with one. A property that changes nothing here is refused unless it has librdkafka's
// default, or stands in docs/kafka_tools.md as taken.

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "client/properties.h"

namespace weir::app::kcat {

struct PropertyRow;

class KcatProperties {
 public:
  KcatProperties();  // librdkafka's defaults

  // Error: what is wrong with it.
  std::expected<void, std::string> set(std::string_view name, std::string_view value);
  // After the last one. Error: the same; of the brokers, too.
  std::expected<void, std::string> settle();

  client::ClientConfig config;
  std::string bootstrap;
  std::string group;
  std::size_t message_bytes_max = 1'000'000;     // message.max.bytes
  std::chrono::milliseconds topic_wait{30'000};  // topic.metadata.propagation.max.ms
  std::optional<bool> creates_topics;            // allow.auto.create.topics, if it was set

 private:
  std::expected<void, std::string> set_own(const PropertyRow& row, std::string_view value);
  std::expected<void, std::string> set_client(std::string_view name, std::string_view value);
  std::optional<int> level_;
};

// One a line: what -X list prints.
std::string list_properties();

}  // namespace weir::app::kcat
