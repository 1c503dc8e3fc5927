#pragma once
// What a broker's configuration says of its listeners and its quorum. Private to this folder.

#include "base/result.h"
#include "metadata/config/broker_reader.h"
#include "metadata/config/broker_settings.h"

namespace weir::metadata {

// Fills in listeners, advertised_listeners, inter_broker_listener_name and controller_listeners.
Result<> read_listeners(const BrokerReader& read, BrokerSettings& settings);

// Refuses other roles than broker and controller together, and other voters than this node. Needs
// the listeners.
Result<> check_quorum(const BrokerReader& read, const BrokerSettings& settings);

}  // namespace weir::metadata
