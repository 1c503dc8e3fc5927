#pragma once
// Files that are read whole.

#include "app/cli/log_files/problem.h"
#include "base/env/disk.h"

namespace weir::app {

// Anything but segments and their indexes.
void verify_small_file(env::Disk& disk, const LogFile& file, Findings& findings);

}  // namespace weir::app
