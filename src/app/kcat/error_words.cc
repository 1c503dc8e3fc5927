#include "app/kcat/error_words.h"

#include <algorithm>
#include <array>
#include <span>

namespace weir::app::kcat {
namespace {

struct ErrorWords {
  wire::ErrorCode code;
  std::string_view words;
};

std::span<const ErrorWords> broker_words() {
  using enum wire::ErrorCode;
  static constexpr auto table = std::to_array<ErrorWords>({
      {unknown_server_error, "Unknown broker error"},
      {offset_out_of_range, "Broker: Offset out of range"},
      {corrupt_message, "Broker: Invalid message"},
      {unknown_topic_or_partition, "Broker: Unknown topic or partition"},
      {invalid_fetch_size, "Broker: Invalid message size"},
      {leader_not_available, "Broker: Leader not available"},
      {not_leader_or_follower, "Broker: Not leader for partition"},
      {request_timed_out, "Broker: Request timed out"},
      {broker_not_available, "Broker: Broker not available"},
      {replica_not_available, "Broker: Replica not available"},
      {message_too_large, "Broker: Message size too large"},
      {offset_metadata_too_large, "Broker: Offset metadata string too large"},
      {network_exception, "Broker: Broker disconnected before response received"},
      {coordinator_load_in_progress, "Broker: Coordinator load in progress"},
      {coordinator_not_available, "Broker: Coordinator not available"},
      {not_coordinator, "Broker: Not coordinator"},
      {invalid_topic_exception, "Broker: Invalid topic"},
      {record_list_too_large, "Broker: Message batch larger than configured server segment size"},
      {not_enough_replicas, "Broker: Not enough in-sync replicas"},
      {not_enough_replicas_after_append,
       "Broker: Message(s) written to insufficient number of in-sync replicas"},
      {invalid_required_acks, "Broker: Invalid required acks value"},
      {illegal_generation, "Broker: Specified group generation id is not valid"},
      {inconsistent_group_protocol, "Broker: Inconsistent group protocol"},
      {invalid_group_id, "Broker: Invalid group.id"},
      {unknown_member_id, "Broker: Unknown member"},
      {invalid_session_timeout, "Broker: Invalid session timeout"},
      {rebalance_in_progress, "Broker: Group rebalance in progress"},
      {topic_authorization_failed, "Broker: Topic authorization failed"},
      {group_authorization_failed, "Broker: Group authorization failed"},
      {cluster_authorization_failed, "Broker: Cluster authorization failed"},
      {invalid_timestamp, "Broker: Invalid timestamp"},
      {policy_violation, "Broker: Policy violation"},
  });
  return table;
}

}  // namespace

std::string words_of(wire::ErrorCode code) {
  const auto all = broker_words();
  const auto found = std::ranges::find(all, code, &ErrorWords::code);
  if (found != all.end()) return std::string(found->words);
  return "Broker: " + std::string(wire::error_info(code).message);
}

std::string words_of(const client::Failure& failure) {
  if (failure.is_answer()) return words_of(failure.answer);
  if (failure.cause.code == Errc::timed_out) return "Local: Timed out";
  if (failure.cause.code == Errc::io || failure.cause.code == Errc::closed) {
    return std::string(transport_failure);
  }
  return "Local: " + failure.cause.what;
}

}  // namespace weir::app::kcat
