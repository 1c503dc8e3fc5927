// OffsetDelete: committed offsets of a group go (KIP-496).

#include "wire/message/offset_delete_request.h"
#include "wire/message/offset_delete_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {

const Api offset_delete{
    wire::ApiKey::offset_delete,
    serve_typed<wire::OffsetDeleteRequest, wire::OffsetDeleteResponse,
                handle_group<wire::OffsetDeleteRequest, wire::OffsetDeleteResponse,
                             &coordinator::GroupService::delete_offsets>>};

}  // namespace weir::broker::api
