#pragma once
// After a sync that failed the system may count pages as clean that never reached the disk: they
// are read back from memory, later syncs succeed and prove nothing of them, and the next power loss
// takes them (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020). A
// process that starts again on the same running system would believe them.
//
// So a failed sync leaves an empty file in the partition's folder, and the next start writes again
// what is not known durable, which makes its pages dirty, before it trusts a sync. The file needs
// no sync of its own: a power loss that takes it also takes the pages that lied. Other programs
// ignore it.

#include <string>

#include "log/segment.h"

namespace weir::log {

// Best effort: a disk that takes no file name any more will hardly start again either.
void distrust(env::Disk& disk, const std::string& directory);
Result<bool> is_distrusted(env::Disk& disk, const std::string& directory);
Result<> trust_again(env::Disk& disk, const std::string& directory);

// The same bytes, from the batch that ends above `offset` on, and indexes made anew; then synced.
// Blocking. A crash within it leaves the same bytes.
Result<> write_again(Segment& segment, Offset offset);

}  // namespace weir::log
