#pragma once
// The file system. May be used by every thread.

#include <mutex>

#include "base/env/disk.h"
#include "runtime/sync_choice.h"

namespace weir::runtime {

class PosixDisk final : public env::Disk {
 public:
  Result<std::shared_ptr<env::File>> open(const std::string& path, env::OpenMode mode) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> remove_tree(const std::string& path) override;
  Result<> create_directories(const std::string& path) override;
  Result<std::vector<env::DirectoryEntry>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<> sync_directory(const std::string& path) override;
  Result<> sync_together(std::span<const std::shared_ptr<env::File>> files,
                         std::span<const std::string> directories) override;
  std::string lifetime(const std::string& directory) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::uint64_t> total_bytes(const std::string& path) override;
  Result<std::unique_ptr<env::DirectoryLock>> lock(const std::string& directory) override;

 private:
  std::mutex choice_mutex_;
  SyncChoice choice_;
};

}  // namespace weir::runtime
