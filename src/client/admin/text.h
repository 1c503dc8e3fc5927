#pragma once
// How messages of failures name what was asked for.

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/uuid.h"
#include "client/topic_partition.h"

namespace weir::client {

inline std::string topic_text(std::string_view name) { return fmt::format("topic '{}'", name); }
inline std::string topic_text(const Uuid& id) { return fmt::format("topic id {}", id.text()); }
inline std::string group_text(std::string_view id) { return fmt::format("group '{}'", id); }
inline std::string partition_text(const TopicPartition& of) {
  return fmt::format("partition '{}-{}'", of.topic, of.partition);
}

}  // namespace weir::client
