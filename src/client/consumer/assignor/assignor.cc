#include "client/consumer/assignor/assignor.h"

#include <algorithm>

#include "client/consumer/assignor/range_assignor.h"
#include "client/consumer/assignor/round_robin_assignor.h"
#include "client/consumer/assignor/sticky_assignor.h"
#include "client/consumer/assignor/sticky_user_data.h"

namespace weir::client {

std::string_view name_of(Assignor assignor) {
  switch (assignor) {
    case Assignor::range:
      return "range";
    case Assignor::round_robin:
      return "roundrobin";
    case Assignor::sticky:
      return "sticky";
    case Assignor::cooperative_sticky:
      break;
  }
  return "cooperative-sticky";
}

std::optional<Assignor> assignor_by_name(std::string_view name) {
  for (const Assignor assignor :
       {Assignor::range, Assignor::round_robin, Assignor::sticky, Assignor::cooperative_sticky}) {
    if (name_of(assignor) == name) return assignor;
  }
  return std::nullopt;
}

bool is_cooperative(Assignor assignor) { return assignor == Assignor::cooperative_sticky; }

GroupAssignment assign(Assignor assignor, const GroupTopics& topics,
                       std::span<const GroupMember> members) {
  GroupAssignment out;
  switch (assignor) {
    case Assignor::range:
      out = assign_ranges(topics, members);
      break;
    case Assignor::round_robin:
      out = assign_round_robin(topics, members);
      break;
    case Assignor::sticky:
      out = assign_sticky(topics, members);
      break;
    case Assignor::cooperative_sticky:
      out = assign_cooperative_sticky(topics, members);
      break;
  }
  for (auto& partitions : out) std::ranges::sort(partitions);
  return out;
}

std::optional<std::vector<std::byte>> user_data_of(Assignor assignor,
                                                   std::span<const TopicPartition> owned,
                                                   std::int32_t generation) {
  if (assignor == Assignor::cooperative_sticky) return encode_cooperative_user_data(generation);
  if (assignor != Assignor::sticky || generation == no_generation) return std::nullopt;
  return encode_sticky_user_data(owned, generation);
}

}  // namespace weir::client
