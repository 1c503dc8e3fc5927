#pragma once
// The answers to JoinGroup and SyncGroup, from the facts of a group.

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/group/group_shard.h"

namespace weir::coordinator {

inline constexpr std::int16_t first_version_with_skip_assignment = 9;  // KIP-814

inline std::optional<std::string_view> optional_view(wire::Str text) {
  return text.is_null() ? std::nullopt : std::optional(text.view());
}

inline JoinAnswer join_error(Token token, wire::ErrorCode error, std::string_view member_id) {
  JoinAnswer answer;
  answer.token = token;
  answer.error = error;
  answer.member_id = member_id;
  return answer;
}

inline JoinAnswer join_current_generation(const ClassicGroup& group, const Member& member,
                                          Token token, bool with_members) {
  JoinAnswer answer;
  answer.token = token;
  answer.generation = group.generation();
  answer.protocol_type = group.protocol_type();
  answer.protocol = group.protocol();
  answer.leader = group.leader().value_or("");
  answer.member_id = member.id;
  if (with_members) {
    answer.members.reserve(group.members().size());
    for (const auto& [id, each] : group.members()) {
      answer.members.push_back({id, each.instance_id, each.metadata_for(*group.protocol())});
    }
  }
  return answer;
}

inline SyncAnswer sync_error(Token token, wire::ErrorCode error) {
  SyncAnswer answer;
  answer.token = token;
  answer.error = error;
  return answer;
}

inline SyncAnswer sync_assignment(const ClassicGroup& group, const Member& member, Token token) {
  return {token, wire::ErrorCode::none, group.protocol_type(), group.protocol(), member.assignment};
}

}  // namespace weir::coordinator
