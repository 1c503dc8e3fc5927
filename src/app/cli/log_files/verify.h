#pragma once
// `weir log verify`: whether the files of a node, of a partition, or one file are what they should
// be. Files are read and never written, nothing is locked, and a node may be at work on them.
//
// Beside a node files change between two reads: a batch is half written, an index has entries that
// the log had not yet, a segment is removed. So what looks wrong is looked at again, with a pause,
// and only what is wrong in the same way each time is a problem.
//
// What is normal is no problem: gaps and empty batches that compaction left, preallocated zeroes
// behind the newest segment and in indexes, files that were on their way out (.deleted, .cleaned,
// .part: passed over), checkpoints of partitions that are gone.

#include <functional>
#include <string>

#include "app/cli/log_files/log_file.h"
#include "app/cli/log_files/problem.h"
#include "base/env/disk.h"
#include "base/result.h"

namespace weir::app {

struct VerifySettings {
  std::function<void(const Problem&)> report;  // of one folder after the other, by file and place
  std::function<void()> wait;                  // before files are looked at again
  int looks = 4;                               // 1: what is found at once is reported
};

struct Verified {
  std::size_t files = 0;
  std::size_t problems = 0;
};

// A data directory, a partition's folder, or a folder of such. Error: io, not_found.
Result<Verified> verify_directory(env::Disk& disk, const std::string& path,
                                  const VerifySettings& settings);
// An index is compared with the log beside it. Error: io, not_found.
Result<Verified> verify_file(env::Disk& disk, const LogFile& file, const VerifySettings& settings);

}  // namespace weir::app
