#pragma once
// The request by which a controller makes itself known to the active one (KIP-919).

#include <vector>

#include "base/uuid.h"
#include "replication/quorum/quorum.h"

namespace weir::metadata {

// The body of ControllerRegistration version 0, with the endpoints that the quorum knows of the
// node.
std::vector<std::byte> controller_registration_request(
    BrokerId node_id, const Uuid& incarnation_id, const replication::QuorumDescription& quorum);

}  // namespace weir::metadata
