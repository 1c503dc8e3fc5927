// CreatePartitions: topics grow (KIP-195).

#include "broker/api/forward.h"

namespace weir::broker::api {

const Api create_partitions{wire::ApiKey::create_partitions, forward_to_controller};

}  // namespace weir::broker::api
