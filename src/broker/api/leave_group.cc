// LeaveGroup: members leave (KIP-345, 800).

#include "wire/message/leave_group_request.h"
#include "wire/message/leave_group_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {

const Api leave_group{wire::ApiKey::leave_group,
                      serve_typed<wire::LeaveGroupRequest, wire::LeaveGroupResponse,
                                  handle_group<wire::LeaveGroupRequest, wire::LeaveGroupResponse,
                                               &coordinator::GroupService::leave_group>>};

}  // namespace weir::broker::api
