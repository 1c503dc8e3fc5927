#pragma once
// What commands ask of a group: its committed offsets beside the ends of the partitions.

#include <optional>
#include <string>
#include <vector>

#include "app/cli/session.h"

namespace weir::app {

struct GroupPartition {
  client::TopicPartition of;
  std::optional<Offset> committed;    // absent: none
  std::optional<Offset> first, last;  // absent: could not be found out
  std::string metadata;
  std::optional<std::int64_t> lag() const {
    if (!committed || !last) return std::nullopt;
    return std::max<std::int64_t>(0, *last - *committed);
  }
};

// Partitions with a commit, and those in `assigned`, in order. A failure is of the group itself.
Task<client::Outcome<std::vector<GroupPartition>>> group_partitions(
    Session& session, std::string group, std::vector<client::TopicPartition> assigned);

}  // namespace weir::app
