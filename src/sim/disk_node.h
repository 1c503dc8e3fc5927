#pragma once
// Files and directories of the simulated disk: what is seen now, what is durable, and the changes
// in between one by one, so that a power loss can keep, lose or tear each of them.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/faults.h"
#include "sim/paged_bytes.h"

namespace weir::sim {

// A write or (bytes empty) a truncation.
struct FileChange {
  std::uint64_t order;     // of all changes of the disk
  std::uint64_t position;  // of the write; the new size of the file
  std::string bytes;
  bool is_truncation;
};

struct FileNode {
  std::uint64_t number = 0;
  PagedBytes now;
  PagedBytes durable;
  std::vector<FileChange> unsynced;
  bool has_lost_changes = false;  // `now` has what no sync makes durable any more
};

struct DirectoryNode;

// What a name stands for: one of the two.
struct Name {
  std::shared_ptr<FileNode> file;
  std::shared_ptr<DirectoryNode> directory;
};

// A name set or (nothing) taken away. Both halves of a rename have the same order.
struct NameChange {
  std::uint64_t order;
  std::string name;
  std::optional<Name> target;
};

struct DirectoryNode {
  std::uint64_t number = 0;
  std::map<std::string, Name> now;
  std::map<std::string, Name> durable;
  std::vector<NameChange> unsynced;
};

// Makes the changes before `cut` durable, forgets the rest and shows what is durable.
void lose_unsynced(FileNode& file, std::uint64_t cut);
void lose_unsynced(DirectoryNode& directory, std::uint64_t cut);
// Decides for each change by itself; a sector (512 bytes) is written whole or not. Bytes that were
// durable before stay or become what was written over them.
void lose_some_unsynced(FileNode& file, SeededRandom& chance, FaultCounts& faults);
// `kept` remembers what was decided of a change, as both halves of a rename share it.
void lose_some_unsynced(DirectoryNode& directory, SeededRandom& chance, FaultCounts& faults,
                        std::map<std::uint64_t, bool>& kept);
// Makes everything durable.
void sync(FileNode& file);
void sync(DirectoryNode& directory);
// As Linux does it: some of the changes reach the disk, all of them count as written, and what is
// read is from memory or (evicted) from the disk.
void fail_sync(FileNode& file, SeededRandom& chance);

}  // namespace weir::sim
