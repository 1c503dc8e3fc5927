#pragma once
// A disk in memory for tests of this module. It can fail its k-th operation (once or from then on),
// run full, lose what was not synced (power loss: bytes and names), and tell what was done. Not
// thread-safe.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env/disk.h"
#include "base/random.h"

namespace weir::log {

class MemoryDisk final : public env::Disk {
 public:
  MemoryDisk();
  ~MemoryDisk() override;

  // --- faults ---
  // Counts operations that change something or sync; the one with number `k` from now (0: the next)
  // fails with `code`, and a write has then written half. With `sticky` all later ones fail too.
  void fail_operation(std::uint64_t k, Errc code, bool sticky);
  void heal() { fail_at_.reset(); }
  bool has_failed() const { return failed_; }
  std::uint64_t operations() const { return operations_; }
  std::uint64_t reads() const { return reads_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t syncs() const { return syncs_; }
  // Bytes that were not synced are lost, or (with `random`) a random part of them survives; names
  // and removals whose directory was not synced likewise. Open files of before must not be used any
  // more.
  void lose_power(RandomSource* random);
  std::size_t open_files() const;

  // --- direct access ---
  std::string& content(const std::string& path);  // creates it, synced
  bool has(const std::string& path) const;
  std::vector<std::string> names(const std::string& directory) const;

  Result<std::shared_ptr<env::File>> open(const std::string& path, env::OpenMode mode) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> remove_tree(const std::string& path) override;
  Result<> create_directories(const std::string& path) override;
  Result<std::vector<env::DirectoryEntry>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<> sync_directory(const std::string& path) override;
  std::string lifetime(const std::string& /*directory*/) override { return life; }
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::uint64_t> total_bytes(const std::string& path) override;
  Result<std::unique_ptr<env::DirectoryLock>> lock(const std::string& path) override;

  std::string life = "first";  // as the system would say it

 private:
  friend class MemoryFile;
  struct Node;
  using Names = std::map<std::string, std::shared_ptr<Node>>;  // directories have no node
  Result<> count(const char* what);

  Names names_;
  Names durable_names_;
  std::map<std::string, bool> locks_;
  std::optional<std::uint64_t> fail_at_;
  Errc fail_code_ = Errc::io;
  bool fail_sticky_ = false;
  bool failed_ = false;
  std::uint64_t operations_ = 0;
  std::uint64_t reads_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t syncs_ = 0;
};

}  // namespace weir::log
