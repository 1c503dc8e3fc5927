// .index, .timeindex and .txnindex.

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/log_files/dump.h"
#include "app/cli/log_files/dump_line.h"
#include "app/cli/log_files/index_entries.h"

namespace weir::app {
namespace {

void put_entry(DumpLine& line, const LogFile& file, Bytes entry) {
  switch (file.kind) {
    case FileKind::offset_index: {
      const auto read = read_offset_entry(entry, file.base_offset);
      line.number("offset", read.offset).number("position", read.position);
      break;
    }
    case FileKind::time_index: {
      const auto read = read_time_entry(entry, file.base_offset);
      line.time("timestamp", read.timestamp).number("offset", read.offset);
      break;
    }
    default: {
      const auto read = read_transaction_entry(entry);
      line.number("version", load_be<std::int16_t>(entry.data()))
          .number("producer_id", read.producer_id)
          .number("first_offset", read.first_offset)
          .number("last_offset", read.last_offset)
          .number("last_stable_offset", read.last_stable_offset);
    }
  }
}

}  // namespace

Result<> dump_index(env::Disk& disk, const LogFile& file, const DumpSettings& settings) {
  TRY_ASSIGN(const auto text, env::read_file(disk, file.path, dumped_file_max));
  const IndexEntries entries(file.kind, as_bytes(text));
  for (std::size_t slot = 0; slot < entries.count(); ++slot) {
    DumpLine line(settings.as_json, file.path, "entry");
    put_entry(line, file, entries.at(slot));
    settings.print(line.take());
  }
  if (entries.zero_bytes() > 0) {
    DumpLine line(settings.as_json, file.path, "preallocated");
    line.number("position", static_cast<std::int64_t>(text.size() - entries.zero_bytes()));
    line.number("size", static_cast<std::int64_t>(entries.zero_bytes()));
    settings.print(line.take());
  }
  if (entries.ragged_bytes() == 0) return {};
  return fail(Errc::corrupt,
              fmt::format("{} bytes at the end are no entry", entries.ragged_bytes()),
              text.size() - entries.ragged_bytes());
}

}  // namespace weir::app
