// Heartbeat: a member of a classic group is alive.

#include "wire/message/heartbeat_request.h"
#include "wire/message/heartbeat_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {

const Api heartbeat{wire::ApiKey::heartbeat,
                    serve_typed<wire::HeartbeatRequest, wire::HeartbeatResponse,
                                handle_group<wire::HeartbeatRequest, wire::HeartbeatResponse,
                                             &coordinator::GroupService::heartbeat>>};

}  // namespace weir::broker::api
