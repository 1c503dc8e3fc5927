// DescribeQuorum: the metadata quorum as its leader sees it (KIP-595, 836, 853).

#include "broker/api/forward.h"

namespace weir::broker::api {

const Api describe_quorum{wire::ApiKey::describe_quorum, forward_to_controller};

}  // namespace weir::broker::api
