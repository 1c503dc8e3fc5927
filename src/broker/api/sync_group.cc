// SyncGroup: the leader's assignments in, the member's own out (KIP-345, 559).

#include "wire/message/sync_group_request.h"
#include "wire/message/sync_group_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {

const Api sync_group{wire::ApiKey::sync_group,
                     serve_typed<wire::SyncGroupRequest, wire::SyncGroupResponse,
                                 handle_group<wire::SyncGroupRequest, wire::SyncGroupResponse,
                                              &coordinator::GroupService::sync_group>>};

}  // namespace weir::broker::api
