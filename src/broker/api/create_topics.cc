// CreateTopics: the controller places and records them (KIP-4, 464, 525).

#include "broker/api/forward.h"

namespace weir::broker::api {

const Api create_topics{wire::ApiKey::create_topics, forward_to_controller};

}  // namespace weir::broker::api
