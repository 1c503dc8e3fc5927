#pragma once
// `weir log dump`: what a file holds, a line an entry. Files are read and never written.

#include <functional>
#include <string_view>

#include "app/cli/log_files/log_file.h"
#include "base/env/disk.h"
#include "base/result.h"

namespace weir::app {

struct DumpSettings {
  bool as_json = false;
  bool with_data = false;  // the records of batches
  std::function<void(std::string_view)> print;
};

// What can be read is printed before the error. Errors: corrupt (`at` is a position, an entry or a
// line), unsupported, not_found, io.
Result<> dump_log_file(env::Disk& disk, const LogFile& file, const DumpSettings& settings);

// Parts of it.
Result<> dump_batches(env::Disk& disk, const LogFile& file, const DumpSettings& settings);
Result<> dump_index(env::Disk& disk, const LogFile& file, const DumpSettings& settings);
Result<> dump_small_file(env::Disk& disk, const LogFile& file, const DumpSettings& settings);

inline constexpr std::size_t dumped_file_max = std::size_t{1} << 30;  // of those that are no .log

}  // namespace weir::app
