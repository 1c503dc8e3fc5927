// IncrementalAlterConfigs: set, delete, append, subtract (KIP-339).

#include "broker/api/forward.h"

namespace weir::broker::api {

const Api incremental_alter_configs{wire::ApiKey::incremental_alter_configs, forward_to_controller};

}  // namespace weir::broker::api
