#include <fmt/format.h>

#include "metadata/controller/handlers.h"
#include "metadata/controller/leader_and_isr.h"
#include "wire/message/unregister_broker_request.h"
#include "wire/message/unregister_broker_response.h"

namespace weir::metadata {

void handle(const wire::UnregisterBrokerRequest& request, wire::UnregisterBrokerResponse& response,
            ControllerContext& context) {
  const Broker* broker = context.image.broker(request.broker_id);
  if (broker == nullptr) {
    response.error_code = code_of(wire::ErrorCode::broker_id_not_registered);
    response.error_message =
        context.text(fmt::format("Broker ID {} is not currently registered", request.broker_id));
    return;
  }
  broker_unregistered(context, *broker);
  context.sessions.forget(broker->id);
  context.is_atomic = false;
}

}  // namespace weir::metadata
