// OffsetCommit: where a group has got to.

#include "wire/message/offset_commit_request.h"
#include "wire/message/offset_commit_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {

const Api offset_commit{
    wire::ApiKey::offset_commit,
    serve_typed<wire::OffsetCommitRequest, wire::OffsetCommitResponse,
                handle_group<wire::OffsetCommitRequest, wire::OffsetCommitResponse,
                             &coordinator::GroupService::commit_offsets>>};

}  // namespace weir::broker::api
