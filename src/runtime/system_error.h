#pragma once
// errno as an Error.

#include <string>

#include "base/result.h"

namespace weir::runtime {

// "cannot open /data/x: Permission denied"; `what` is the part before the colon.
Error system_error(int number, const std::string& what);
std::unexpected<Error> system_failure(int number, const std::string& what);

}  // namespace weir::runtime
