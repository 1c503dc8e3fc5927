#pragma once
// docs/configuration.md, written from the tables.

#include <string>

namespace weir::metadata {

std::string config_reference();

}  // namespace weir::metadata
