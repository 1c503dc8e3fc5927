#pragma once
// Files and directories. Calls are synchronous. Small positional writes and reads of what the page
// cache holds may be made on the shard; sync, opening, deleting, listing and reads that may go to
// the disk belong into Executor::offload. A File may be used by several threads at once, at
// different positions.
//
// Durability: bytes written are durable after a successful sync() of their file; a file's existence
// or name is durable after sync_directory() of its directory. After a failed sync nothing about the
// file's unsynced bytes may be believed any more, and a second sync proves nothing.
//
// Paths are absolute or relative to the working directory, '/'-separated.
// Errors: not_found, exists, no_space, busy (lock), io with the errno in `at`.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::env {

class File {
 public:
  virtual ~File() = default;

  // Reads until `into` is full or the file ends; returns the bytes read.
  virtual Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const = 0;
  // Writes every piece, one after the other, or returns an error; then part of it may be there.
  virtual Result<> write_at(std::uint64_t position, std::span<const Bytes> pieces) = 0;
  virtual Result<> sync() = 0;
  virtual Result<> truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() const = 0;
  // Whether the range can be read without waiting for the disk. A hint; true when unknown.
  virtual bool is_cached(std::uint64_t position, std::uint64_t bytes) const = 0;

  // The descriptor behind it, for sendfile in runtime/. -1 where there is none.
  virtual int native_handle() const { return -1; }

  Result<> write_at(std::uint64_t position, Bytes bytes) {
    return write_at(position, std::span<const Bytes>(&bytes, 1));
  }
};

enum class OpenMode : std::uint8_t {
  read,        // must exist
  read_write,  // must exist
  create,      // read_write, created when missing
  create_new,  // read_write, error exists when it is there
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

// Held until destroyed (or the process ends, however it ends).
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;  // replaces a file
  virtual Result<> remove(const std::string& path) = 0;                         // a file
  virtual Result<> remove_tree(const std::string& path) = 0;  // a directory and all beneath it
  virtual Result<> create_directories(
      const std::string& path) = 0;  // parents too; exists is no error
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;  // sorted by name
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<> sync_directory(const std::string& path) = 0;
  // Makes durable what sync() of each file and sync_directory() of each directory would. Together
  // may cost less than one by one. After an error nothing of any of them may be believed.
  virtual Result<> sync_together(std::span<const std::shared_ptr<File>> files,
                                 std::span<const std::string> directories);
  // Names the time in which nothing that was written beneath this directory can have got lost,
  // synced or not. As long as it is the same, also all that a process wrote is there which was
  // killed since. Empty: nobody knows.
  virtual std::string lifetime(const std::string& directory);
  // Of the file system that holds `path`: what may still be written, and its whole size.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
  virtual Result<std::uint64_t> total_bytes(const std::string& path) = 0;
  // Locks the file `.lock` in this directory, as Kafka does and against Kafka. Error: busy.
  virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& directory) = 0;
};

// Of the directory that holds it: "/a" of "/a/b", "." of "b", "/" of "/".
std::string parent_of(const std::string& path);

// Whole small files. write_file_atomically writes `path`.tmp, syncs it, renames it over `path` and
// syncs the directory: after a crash the old or the new content is there, whole.
Result<std::string> read_file(Disk& disk, const std::string& path, std::size_t size_max);
Result<> write_file_atomically(Disk& disk, const std::string& path, std::string_view content);

}  // namespace weir::env
