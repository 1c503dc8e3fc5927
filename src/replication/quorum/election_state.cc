#include "replication/quorum/election_state.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace weir::replication {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> bad(std::string_view what) {
  return fail(Errc::corrupt, fmt::format("quorum-state: {}", what));
}

std::optional<std::int32_t> int32_of(const Json& json, const char* name) {
  const auto it = json.find(name);
  if (it == json.end() || !it->is_number_integer()) return std::nullopt;
  const auto value = it->get<std::int64_t>();
  if (value < INT32_MIN || value > INT32_MAX) return std::nullopt;
  return static_cast<std::int32_t>(value);
}

Result<std::vector<BrokerId>> voters_of(const Json& json) {
  std::vector<BrokerId> voters;
  const auto it = json.find("currentVoters");
  if (it == json.end() || it->is_null()) return voters;
  if (!it->is_array()) return bad("currentVoters is no list");
  for (const auto& entry : *it) {
    const auto id = entry.is_object() ? int32_of(entry, "voterId") : std::nullopt;
    if (!id) return bad("a voter without id");
    voters.push_back(*id);
  }
  return voters;
}

}  // namespace

Result<ElectionState> parse_election_state(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return bad("no JSON object");
  const auto version = int32_of(json, "data_version");
  if (!version) return bad("data_version is missing");
  if (*version < 0 || *version > 1) {
    return fail(Errc::unsupported,
                fmt::format("quorum-state: data_version {} is newer than this program", *version));
  }
  const auto epoch = int32_of(json, "leaderEpoch");
  const auto leader = int32_of(json, "leaderId");
  const auto voted = int32_of(json, "votedId");
  if (!epoch || !leader || !voted || *epoch < 0) return bad("epoch, leader or vote is missing");
  ElectionState state;
  state.epoch = *epoch;
  state.leader_id = *leader;
  state.voted_id = *voted;
  if (*version == 0) {
    TRY_ASSIGN(state.static_voters, voters_of(json));
    return state;
  }
  const auto directory = json.find("votedDirectoryId");
  if (directory == json.end() || !directory->is_string()) return bad("votedDirectoryId is missing");
  TRY_ASSIGN(state.voted_directory_id, Uuid::parse(directory->get_ref<const std::string&>()));
  return state;
}

std::string format_election_state(const ElectionState& state, std::int16_t kraft_version) {
  if (kraft_version >= 1) {
    return fmt::format(
        R"({{"leaderId":{},"leaderEpoch":{},"votedId":{},"votedDirectoryId":"{}","data_version":1}})",
        state.leader_id, state.epoch, state.voted_id, state.voted_directory_id.text());
  }
  std::string voters;
  for (const BrokerId voter : state.static_voters) {
    if (!voters.empty()) voters += ',';
    voters += fmt::format(R"({{"voterId":{}}})", voter);
  }
  return fmt::format(
      R"({{"clusterId":"","leaderId":{},"leaderEpoch":{},"votedId":{},"appliedOffset":0,)"
      R"("currentVoters":[{}],"data_version":0}})",
      state.leader_id, state.epoch, state.voted_id, voters);
}

}  // namespace weir::replication
