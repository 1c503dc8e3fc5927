#include "client/producer/produce_error.h"

namespace weir::client {

ProduceVerdict verdict_of(wire::ErrorCode error) {
  using enum wire::ErrorCode;
  switch (error) {
    case none:
    case duplicate_sequence_number:
      return ProduceVerdict::written;
    case message_too_large:
    case record_list_too_large:
      return ProduceVerdict::smaller;
    case out_of_order_sequence_number:
    case unknown_producer_id:
      return ProduceVerdict::out_of_order;
    case invalid_producer_epoch:
    case invalid_producer_id_mapping:
    case producer_fenced:
      return ProduceVerdict::unknown_writer;
    default:
      return wire::error_info(error).retriable ? ProduceVerdict::again : ProduceVerdict::refused;
  }
}

bool may_be_written_after(wire::ErrorCode error) {
  using enum wire::ErrorCode;
  switch (error) {
    case unknown_server_error:
    case request_timed_out:
    case network_exception:
    case not_leader_or_follower:  // leadership may have been lost while replicas were waited for
    case not_enough_replicas_after_append:
    case kafka_storage_error:
      return true;
    default:  // one that we do not know may mean anything
      return &wire::error_info(error) == &wire::error_info(unknown_server_error);
  }
}

}  // namespace weir::client
