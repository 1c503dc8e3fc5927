#pragma once
// One look at the files of one folder, or at one file.

#include <optional>
#include <string>
#include <vector>

#include "app/cli/log_files/log_file.h"
#include "app/cli/log_files/problem.h"
#include "base/env/disk.h"
#include "base/result.h"

namespace weir::app {

struct FolderLook {
  std::vector<std::string> folders;  // within it; paths
  std::optional<Offset> log_end;     // nothing when it holds no segment
};

// Errors: io and not_found of the folder itself; what is wrong within is a finding.
Result<FolderLook> look_at_folder(env::Disk& disk, const std::string& path, Findings& findings);
Result<> look_at_file(env::Disk& disk, const LogFile& file, Findings& findings);

}  // namespace weir::app
