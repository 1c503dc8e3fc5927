#pragma once
// `weir server`, from its command line to its exit code.

#include <string>
#include <vector>

#include "app/config/server_options.h"

namespace weir::app {

// `arguments`: what follows `weir server`. Codes: docs/exit_codes.md.
int serve(const std::vector<std::string>& arguments, const NamedValues& environment);

}  // namespace weir::app
