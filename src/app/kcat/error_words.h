#pragma once
// What librdkafka calls errors: scripts look for these words.

#include <string>

#include "client/failure.h"

namespace weir::app::kcat {

std::string words_of(wire::ErrorCode code);  // "Broker: ..."
// ... or "Local: ..." of what no broker said.
std::string words_of(const client::Failure& failure);

inline constexpr std::string_view transport_failure = "Local: Broker transport failure";
inline constexpr std::string_view unknown_partition = "Local: Unknown partition";

}  // namespace weir::app::kcat
