#pragma once
// The program as kcat.

#include "app/cli/command.h"

namespace weir::app::kcat {

// To its end; the exit code.
int run_kcat(const Program& program);

}  // namespace weir::app::kcat
