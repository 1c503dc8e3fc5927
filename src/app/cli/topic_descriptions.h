#pragma once
// Topics as a cluster describes them.

#include <string>
#include <vector>

#include "app/cli/session.h"

namespace weir::app {

using DescribedTopics = client::PerItem<std::string, client::TopicDescription>;

// Asks for one that is unknown again for a second: a broker of Apache Kafka may learn of a topic a
// moment after its maker was told that it is there.
Task<DescribedTopics> describe_patiently(Session& session, std::vector<std::string> names,
                                         env::Instant deadline);

}  // namespace weir::app
