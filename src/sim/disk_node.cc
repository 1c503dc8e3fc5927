#include "sim/disk_node.h"

#include <limits>

namespace weir::sim {
namespace {

void apply(const FileChange& change, PagedBytes& to) {
  if (change.is_truncation) {
    to.truncate(change.position);
  } else {
    to.write(change.position, as_bytes(change.bytes));
  }
}

void apply(const NameChange& change, std::map<std::string, Name>& to) {
  if (change.target) {
    to[change.name] = *change.target;
  } else {
    to.erase(change.name);
  }
}

}  // namespace

void lose_unsynced(FileNode& file, std::uint64_t cut) {
  for (const auto& change : file.unsynced) {
    if (change.order < cut) apply(change, file.durable);
  }
  file.unsynced.clear();
  file.now = file.durable;
}

void lose_unsynced(DirectoryNode& directory, std::uint64_t cut) {
  for (const auto& change : directory.unsynced) {
    if (change.order < cut) apply(change, directory.durable);
  }
  directory.unsynced.clear();
  directory.now = directory.durable;
}

void sync(FileNode& file) {
  if (file.unsynced.empty()) return;
  file.unsynced.clear();
  file.durable = file.now;
}

void sync(DirectoryNode& directory) {
  for (const auto& change : directory.unsynced) apply(change, directory.durable);
  directory.unsynced.clear();
}

}  // namespace weir::sim
