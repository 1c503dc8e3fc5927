#pragma once
// The disk of one machine, in memory. It outlives the machine's crashes.
//
// As strict as POSIX allows: bytes are durable after sync() of their file only, a name after
// sync_directory() of its directory only, also that of a new directory.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/env/disk.h"
#include "base/random.h"
#include "sim/crash.h"
#include "sim/disk_node.h"

namespace weir::sim {

class World;

// What goes wrong on the way to and from the disk, once in so many calls; 0: never.
struct DiskFaults {
  std::uint64_t read_fails_one_in = 0;
  std::uint64_t write_fails_one_in = 0;  // after a part of it, perhaps
  std::uint64_t sync_fails_one_in = 0;   // as Linux does it, see fail_sync()
};

class Disk final : public env::Disk {
 public:
  Disk(World& world, std::uint32_t host);
  ~Disk() override;

  Result<std::shared_ptr<env::File>> open(const std::string& path, env::OpenMode mode) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> remove_tree(const std::string& path) override;
  Result<> create_directories(const std::string& path) override;
  Result<std::vector<env::DirectoryEntry>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<> sync_directory(const std::string& path) override;
  std::string lifetime(const std::string& directory) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::uint64_t> total_bytes(const std::string& path) override;
  Result<std::unique_ptr<env::DirectoryLock>> lock(const std::string& directory) override;

  // Locks go; of unsynced changes that stays which `how` says.
  void crash(Crash how);

  // By how many bytes files may still grow; nothing: the disk never runs full. A write beyond it
  // writes what fits and fails with no_space. What a truncation cuts off is room again, what is
  // removed is not.
  void limit_room(std::optional<std::uint64_t> bytes) { room_ = bytes; }
  void set_faults(const DiskFaults& faults) { faults_ = faults; }
  const DiskFaults& faults() const { return faults_; }

  // The machine ends between two operations, also of one job of a helper: after so many from now
  // that change or sync something the next one and all later ones do nothing and fail, until the
  // crash, which the test must let follow at once.
  void stop_after(std::uint64_t operations) { operations_left_ = operations; }
  bool has_stopped() const { return has_stopped_; }

  // What would be there after a power loss that keeps nothing unsynced; nothing: no such file, no
  // such directory.
  std::optional<std::string> durable_content(const std::string& path) const;
  std::vector<std::string> durable_names(const std::string& path) const;  // sorted

 private:
  class Handle;
  class Lock;
  struct Place {
    std::shared_ptr<DirectoryNode> parent;
    std::string name;
  };
  std::shared_ptr<DirectoryNode> durable_directory(std::span<const std::string> parts) const;
  Result<std::shared_ptr<DirectoryNode>> directory_at(const std::string& path) const;
  Result<Place> place_of(const std::string& path) const;
  std::uint64_t next_order() { return ++last_order_; }
  void change_name(const std::shared_ptr<DirectoryNode>& in, std::uint64_t order,
                   const std::string& name, std::optional<Name> target);
  void remember(const std::shared_ptr<FileNode>& file) { dirty_files_[file->number] = file; }
  // An error once it has stopped. Asked by each operation that changes or syncs something.
  Result<> go_on();
  // Whether it is time for one that comes once in `one_in` calls; counts it.
  bool strikes(Fault fault, std::uint64_t one_in);
  void lose_unsynced_changes(Crash how);
  std::uint64_t random_cut();
  void empty_tree(const std::shared_ptr<DirectoryNode>& directory);

  World& world_;
  std::uint32_t host_;
  SeededRandom chance_;
  std::uint64_t last_order_ = 0;
  std::uint64_t last_number_ = 0;
  std::shared_ptr<DirectoryNode> root_;
  // Those that have, or had, unsynced changes, or lost ones.
  std::map<std::uint64_t, std::weak_ptr<FileNode>> dirty_files_;
  std::map<std::uint64_t, std::weak_ptr<DirectoryNode>> dirty_directories_;
  std::optional<std::uint64_t> room_;
  std::optional<std::uint64_t> operations_left_;
  bool has_stopped_ = false;
  DiskFaults faults_;
  std::set<std::uint64_t> locked_;  // numbers of directories
  std::uint64_t lock_era_ = 0;      // grows at each crash: older locks are void
  std::uint64_t power_losses_ = 0;
};

}  // namespace weir::sim
