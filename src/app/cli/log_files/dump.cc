#include "app/cli/log_files/dump.h"

#include <fmt/format.h>

namespace weir::app {

Result<> dump_log_file(env::Disk& disk, const LogFile& file, const DumpSettings& settings) {
  if (!settings.as_json) {
    settings.print(fmt::format("# {} ({})\n", file.path, name_of(file.kind)));
  }
  switch (file.kind) {
    case FileKind::segment:
    case FileKind::metadata_snapshot:
      return dump_batches(disk, file, settings);
    case FileKind::offset_index:
    case FileKind::time_index:
    case FileKind::transaction_index:
      return dump_index(disk, file, settings);
    default:
      return dump_small_file(disk, file, settings);
  }
}

}  // namespace weir::app
