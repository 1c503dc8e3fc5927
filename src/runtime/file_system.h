#pragma once
// What is known of the file system beneath: whether its promises are those of ext4 and XFS, and
// what follows from them.

#include <memory>
#include <span>
#include <string>

#include "base/env/disk.h"

namespace weir::runtime {

// One syncfs(2) in place of fdatasync(2) of each file: it writes and commits everything of the file
// system once, where each fdatasync would commit the journal and flush the disk's cache.
//
// It is as good where all of this holds, and elsewhere is not offered:
// - ext4 and XFS: others may keep back what syncfs should pass on (FUSE does).
// - Linux 5.17: before, an error of the journal did not come back from syncfs.
// - What failed of a file's own pages, then or earlier, is asked for after it, file by file
//   (sync_file_range, which waits for nothing any more): syncfs tells an error only once a
//   descriptor, and of anybody's files.
//
// Whether it may be used for these. All were opened by PosixDisk; there is a file among them.
bool share_file_system(std::span<const std::shared_ptr<env::File>> files,
                       std::span<const std::string> directories);

// Blocking. False: syncfs itself has failed, and it is not known whose fault it is: sync each.
Result<bool> sync_file_system(std::span<const std::shared_ptr<env::File>> files);

// See env::Disk::lifetime. The same as long as the system runs and the directory is the same one (a
// copy is another): what was written is in the page cache or on the disk.
std::string lifetime_of(const std::string& directory);

}  // namespace weir::runtime
