// JoinGroup: enter a classic group, or its next generation (KIP-345, 394, 800).

#include "wire/message/join_group_request.h"
#include "wire/message/join_group_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {

const Api join_group{wire::ApiKey::join_group,
                     serve_typed<wire::JoinGroupRequest, wire::JoinGroupResponse,
                                 handle_group<wire::JoinGroupRequest, wire::JoinGroupResponse,
                                              &coordinator::GroupService::join_group>>};

}  // namespace weir::broker::api
