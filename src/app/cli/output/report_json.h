#pragma once

#include <string>

#include "app/cli/output/report.h"

namespace weir::app {

std::string print_json(const Report& report);  // one line with its end

}  // namespace weir::app
