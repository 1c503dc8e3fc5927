#pragma once
// What an error of one partition in a Fetch answer (and in ListOffsets and OffsetForLeaderEpoch)
// means for its consumer.

#include "wire/error_code.h"

namespace weir::client {

enum class FetchRemedy : std::uint8_t {
  none,     // no error
  retry,    // the same again after the back-off
  refresh,  // the leader is elsewhere, or the topic another one: ask for metadata, then again
  reset,    // the offset is not there: auto.offset.reset
  fail,     // the application has to know
};

inline FetchRemedy remedy_of(wire::ErrorCode code) {
  using enum wire::ErrorCode;
  switch (code) {
    case none:
      return FetchRemedy::none;
    case offset_out_of_range:
      return FetchRemedy::reset;
    case unknown_leader_epoch:  // the broker has not heard of it yet
    case unknown_server_error:
    case request_timed_out:
    case leader_not_available:
      return FetchRemedy::retry;
    case not_leader_or_follower:
    case replica_not_available:
    case kafka_storage_error:
    case fenced_leader_epoch:
    case offset_not_available:
    case unknown_topic_or_partition:
    case unknown_topic_id:
    case inconsistent_topic_id:
      return FetchRemedy::refresh;
    case corrupt_message:  // the broker cannot read it either
      return FetchRemedy::fail;
    default:
      break;
  }
  const wire::ErrorInfo& info = wire::error_info(code);
  if (info.refresh_metadata) return FetchRemedy::refresh;
  return info.retriable ? FetchRemedy::retry : FetchRemedy::fail;
}

}  // namespace weir::client
