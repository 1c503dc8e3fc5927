#pragma once
// What commands ask of a group: its committed offsets beside the ends of the partitions.

#include <algorithm>
#include <cstdint>
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
  // Absent: not known. Where there is nothing nobody is behind, with a commit or without one.
  std::optional<std::int64_t> lag() const {
    if (!last) return std::nullopt;
    if (committed) return std::max<std::int64_t>(0, *last - *committed);
    return first == last ? std::optional<std::int64_t>(0) : std::nullopt;
  }
};

// Of some partitions together: not known as soon as one of theirs is not.
struct LagSum {
  std::int64_t partitions = 0;
  std::optional<std::int64_t> lag = 0;
  void add(const GroupPartition& partition);
};

// Partitions with a commit, and those in `assigned`, in order. A failure is of the group itself.
Task<client::Outcome<std::vector<GroupPartition>>> group_partitions(
    Session& session, std::string group, std::vector<client::TopicPartition> assigned);

}  // namespace weir::app
