#include "metadata/controller/handlers.h"
#include "wire/message/allocate_producer_ids_request.h"
#include "wire/message/allocate_producer_ids_response.h"
#include "wire/message/producer_ids_record.h"

namespace weir::metadata {
namespace {

constexpr std::int32_t producer_id_block_size = 1000;

}  // namespace

void handle(const wire::AllocateProducerIdsRequest& request,
            wire::AllocateProducerIdsResponse& response, ControllerContext& context) {
  const ApiError stale = check_broker_epoch(context.image, request.broker_id, request.broker_epoch);
  if (!stale.ok()) {
    response.error_code = code_of(stale.code);
    return;
  }
  const ProducerId start = std::max<ProducerId>(context.image.next_producer_id, 0);
  if (start > INT64_MAX - producer_id_block_size) {
    response.error_code = code_of(wire::ErrorCode::unknown_server_error);
    return;
  }
  wire::ProducerIdsRecord record;
  record.broker_id = request.broker_id;
  record.broker_epoch = request.broker_epoch;
  record.next_producer_id = start + producer_id_block_size;
  context.records.add(record, 0);
  response.producer_id_start = start;
  response.producer_id_len = producer_id_block_size;
}

}  // namespace weir::metadata
