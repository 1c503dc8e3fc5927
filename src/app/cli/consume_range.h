#pragma once
// From where to where partitions are read, as offsets.

#include <map>
#include <vector>

#include "app/cli/session.h"
#include "app/cli/text/positions.h"

namespace weir::app {

struct Bounds {
  Offset from = 0, to = 0;  // exclusive; an offset may be beyond the end
  Offset end = 0;
};
using RangeBounds = std::map<client::TopicPartition, Bounds>;

// What the range means in each partition now; without an END that is the end. An offset below the
// first that is there is the first. Failure: of the first partition that cannot be found out.
Task<client::Outcome<RangeBounds>> resolve_range(Session& session,
                                                 std::vector<client::TopicPartition> partitions,
                                                 PositionRange range, bool committed_only);

}  // namespace weir::app
