// AlterConfigs: a resource's dynamic configuration is replaced as a whole.

#include "broker/api/forward.h"

namespace weir::broker::api {

const Api alter_configs{wire::ApiKey::alter_configs, forward_to_controller};

}  // namespace weir::broker::api
