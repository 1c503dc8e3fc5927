// DeleteTopics, by name or id (KIP-516).

#include "broker/api/forward.h"

namespace weir::broker::api {

const Api delete_topics{wire::ApiKey::delete_topics, forward_to_controller};

}  // namespace weir::broker::api
