// DescribeGroups and ListGroups.

#include <algorithm>
#include <cctype>

#include "coordinator/group/group_shard.h"

namespace weir::coordinator {
namespace {

using wire::ErrorCode;
using DescribedGroup = wire::DescribeGroupsResponse::DescribedGroup;
using Listed = wire::ListGroupsResponse::ListedGroup;

constexpr std::int16_t describe_version_with_group_id_not_found = 6;  // KIP-1043

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool passes(wire::Array<wire::Str> filter, std::string_view value) {
  return filter.empty() || std::ranges::any_of(filter, [&](wire::Str wanted) {
           return equal_ignoring_case(wanted, value);
         });
}

struct KindNames {
  std::string_view type;
  std::string_view protocol_type;
};
KindNames names_of(ForeignKind kind) {
  switch (kind) {
    case ForeignKind::consumer:
      return {"Consumer", "consumer"};
    case ForeignKind::share:
      return {"Share", "share"};
    case ForeignKind::streams:
      return {"Streams", "streams"};
  }
  return {};
}

DescribedGroup not_found(const Call& call, wire::Str group, bool is_other_kind,
                         wire::Arena& arena) {
  DescribedGroup out;
  out.group_id = group;
  out.group_state = "Dead";
  if (call.from.api_version >= describe_version_with_group_id_not_found) {
    out.error_code = code_of(ErrorCode::group_id_not_found);
    const std::string text =
        "Group " + group.str() + (is_other_kind ? " is not a classic group." : " not found.");
    out.error_message = arena.copy(text);
  }
  return out;
}

}  // namespace

DescribedGroup GroupShard::describe(const Call& call, wire::Str group_id,
                                    wire::Arena& arena) const {
  const GroupEntry* entry = store_.find(group_id);
  const bool is_other_kind = entry != nullptr && entry->foreign != nullptr;
  if (entry == nullptr || is_other_kind || entry->classic == nullptr) {
    return not_found(call, group_id, is_other_kind, arena);
  }
  const ClassicGroup& group = *entry->classic;
  const bool is_stable = group.is(GroupState::stable);
  DescribedGroup out;
  out.group_id = group_id;
  out.group_state = name_of(group.state());
  out.protocol_type = arena.copy(group.protocol_type().value_or(""));
  if (is_stable) out.protocol_data = arena.copy(group.protocol().value_or(""));
  out.members =
      arena.array<wire::DescribeGroupsResponse::DescribedGroupMember>(group.members().size());
  std::size_t next = 0;
  for (const auto& [id, member] : group.members()) {
    auto& to = out.members[next++];
    to.member_id = arena.copy(id);
    to.group_instance_id = member.instance_id ? arena.copy(*member.instance_id) : wire::Str::null();
    to.client_id = arena.copy(member.client_id);
    to.client_host = arena.copy(member.client_host);
    to.member_assignment = arena.copy(Bytes(member.assignment));
    if (is_stable) to.member_metadata = arena.copy(Bytes(member.metadata_for(*group.protocol())));
  }
  return out;
}

void GroupShard::list(const wire::ListGroupsRequest& request, wire::Arena& arena,
                      std::vector<Listed>& groups) const {
  for (const auto& [id, entry] : store_.entries()) {
    Listed out;
    if (entry.foreign != nullptr) {
      const KindNames names = names_of(entry.foreign->kind);
      out.group_type = names.type;
      out.protocol_type = names.protocol_type;
      // How far the members of such a group have come is not followed.
      out.group_state = entry.foreign->members.empty() ? "Empty" : "Unknown";
    } else if (entry.classic != nullptr) {
      out.group_type = "Classic";
      out.group_state = name_of(entry.classic->state());
      out.protocol_type = arena.copy(entry.classic->protocol_type().value_or(""));
    } else {
      continue;
    }
    if (!passes(request.states_filter, out.group_state)) continue;
    if (!passes(request.types_filter, out.group_type)) continue;
    out.group_id = arena.copy(id);
    groups.push_back(out);
  }
}

}  // namespace weir::coordinator
