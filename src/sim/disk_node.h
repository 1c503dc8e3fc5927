#pragma once
// Files and directories of the simulated disk: what is seen now, what is durable, and the changes
// in between one by one, so that a power loss can keep, drop or tear each of them.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
// Makes everything durable.
void sync(FileNode& file);
void sync(DirectoryNode& directory);

}  // namespace weir::sim
