#pragma once
// EntryFile: a file of entries of one fixed size, appended to and searched: what the three indexes
// have in common. It is opened at its first use. The newest entries wait in memory and go down in
// one write. An index is a hint: nothing is synced here except on demand, and whoever finds it
// wrong rebuilds it.
//
// Errors: io and no_space from the disk. After an error of write_pending() the entries are still
// pending.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/env/disk.h"
#include "base/result.h"

namespace weir::log {

class EntryFile {
 public:
  explicit EntryFile(std::size_t entry_size) : entry_size_(entry_size) {}

  bool is_open() const { return file_ != nullptr; }
  // Opens (and creates, when asked) and counts. Bytes after the last whole entry are ignored.
  Result<> open(env::Disk& disk, const std::string& path, env::OpenMode mode);
  void close();  // CHECKs that nothing is pending

  // These need is_open().
  std::size_t count() const { return written_ + pending_.size() / entry_size_; }
  bool has_ragged_end() const { return ragged_end_; }
  Result<> append(Bytes entry);
  Result<> write_pending();
  Result<> truncate(std::size_t count);
  Result<> read(std::size_t slot, MutableBytes entry) const;
  Result<std::vector<std::byte>> read_all() const;

  // How many entries from the front have key(entry) <= target; keys ascend.
  using Key = std::int64_t (*)(const std::byte* entry);
  Result<std::size_t> count_up_to(Key key, std::int64_t target) const;

  const std::shared_ptr<env::File>& file() const { return file_; }

 private:
  Result<std::size_t> search_block(Key key, std::int64_t target, std::size_t from,
                                   std::size_t end) const;

  std::shared_ptr<env::File> file_;
  std::vector<std::byte> pending_;
  std::uint32_t written_ = 0;
  std::uint16_t entry_size_;
  bool ragged_end_ = false;
};

}  // namespace weir::log
