#pragma once
// The voters of the quorum (KIP-853): who may elect, by id and directory.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"

namespace weir::replication {

struct Voter {
  BrokerId id = no_broker;
  Uuid directory_id;  // zero with kraft.version 0, where only the id counts
  struct Listener {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    bool operator==(const Listener&) const = default;
  };
  std::vector<Listener> endpoints;
  std::int16_t kraft_version_min = 0;
  std::int16_t kraft_version_max = 1;
  bool operator==(const Voter&) const = default;

  bool is(BrokerId node, const Uuid& directory) const {
    return id == node && (directory_id.is_zero() || directory_id == directory);
  }
};

// What the control records of snapshot and log say so far.
struct Membership {
  std::int16_t kraft_version = 0;
  std::vector<Voter> voters;
  // Of the last voters record in the log; -1: it stands in the 0-0 checkpoint alone, or nowhere.
  Offset voters_offset = no_offset;

  const Voter* find(BrokerId node, const Uuid& directory) const {
    for (const auto& voter : voters) {
      if (voter.is(node, directory)) return &voter;
    }
    return nullptr;
  }
};

}  // namespace weir::replication
