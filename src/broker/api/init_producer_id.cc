// InitProducerId: an id for an idempotent producer (KIP-98). Transactional ids are not served yet.

#include "wire/message/init_producer_id_request.h"
#include "wire/message/init_producer_id_response.h"

#include "broker/api/typed.h"

namespace weir::broker::api {
namespace {

using wire::ErrorCode;
using wire::InitProducerIdRequest;
using wire::InitProducerIdResponse;

Task<> handle(Request& request, const InitProducerIdRequest& body,
              InitProducerIdResponse& response) {
  if (!body.transactional_id.is_null()) {
    response.error_code = code(ErrorCode::unsupported_version);
    co_return;
  }
  const auto id = co_await request.shard->producer_ids.next();
  if (id) {
    response.producer_id = *id;
    response.producer_epoch = 0;
  } else {
    response.error_code = code(id.error());
    response.producer_epoch = no_producer_epoch;
  }
}

}  // namespace

const Api init_producer_id{wire::ApiKey::init_producer_id,
                           serve_typed<InitProducerIdRequest, InitProducerIdResponse, handle>};

}  // namespace weir::broker::api
