#pragma once
// Files that are read whole.

#include "app/cli/log_files/problem.h"
#include "base/env/disk.h"

namespace weir::app {

// A checkpoint that is larger is not read.
inline constexpr std::size_t checkpoint_size_max = std::size_t{256} << 20;

// Anything but segments and their indexes.
void verify_small_file(env::Disk& disk, const LogFile& file, Findings& findings);

}  // namespace weir::app
