#include "runtime/posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/file_system.h"
#include "runtime/owned_descriptor.h"
#include "runtime/posix_file.h"
#include "runtime/system_error.h"

namespace weir::runtime {
namespace {

int flags_of(env::OpenMode mode) {
  switch (mode) {
    case env::OpenMode::read:
      return O_RDONLY;
    case env::OpenMode::read_write:
      return O_RDWR;
    case env::OpenMode::create:
      return O_RDWR | O_CREAT;
    case env::OpenMode::create_new:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

Result<OwnedDescriptor> open_descriptor(const std::string& path, int flags) {
  while (true) {
    OwnedDescriptor descriptor(::open(path.c_str(), flags | O_CLOEXEC, 0644));
    if (descriptor) return descriptor;
    if (errno != EINTR) return system_failure(errno, "cannot open " + path);
  }
}

class PosixLock final : public env::DirectoryLock {
 public:
  explicit PosixLock(OwnedDescriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  OwnedDescriptor descriptor_;
};

}  // namespace

Result<std::shared_ptr<env::File>> PosixDisk::open(const std::string& path, env::OpenMode mode) {
  TRY_ASSIGN(auto descriptor, open_descriptor(path, flags_of(mode)));
  return std::make_shared<PosixFile>(std::move(descriptor), path);
}

Result<> PosixDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  return system_failure(errno, "cannot rename " + from + " to " + to);
}

Result<> PosixDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return {};
  return system_failure(errno, "cannot remove " + path);
}

Result<> PosixDisk::remove_tree(const std::string& path) {
  std::error_code error;
  const auto removed = std::filesystem::remove_all(path, error);
  if (error) return system_failure(error.value(), "cannot remove " + path);
  if (removed == 0) return system_failure(ENOENT, "cannot remove " + path);
  return {};
}

Result<> PosixDisk::create_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return system_failure(error.value(), "cannot create the directory " + path);
  return {};
}

Result<std::vector<env::DirectoryEntry>> PosixDisk::list(const std::string& path) {
  std::error_code error;
  std::vector<env::DirectoryEntry> entries;
  std::filesystem::directory_iterator each(path, error);
  for (; !error && each != std::filesystem::directory_iterator(); each.increment(error)) {
    std::error_code vanished;  // an entry that went away while we look is no directory
    entries.push_back({each->path().filename().string(), each->is_directory(vanished)});
  }
  if (error) return system_failure(error.value(), "cannot list " + path);
  std::ranges::sort(entries, {}, &env::DirectoryEntry::name);
  return entries;
}

Result<bool> PosixDisk::exists(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return system_failure(errno, "cannot look at " + path);
}

Result<> PosixDisk::sync_directory(const std::string& path) {
  TRY_ASSIGN(const auto descriptor, open_descriptor(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(descriptor.get()) == 0) return {};
  return system_failure(errno, "cannot sync the directory " + path);
}

Result<> PosixDisk::sync_together(std::span<const std::shared_ptr<env::File>> files,
                                  std::span<const std::string> directories) {
  const std::size_t count = files.size() + directories.size();
  const auto choose = [&] {
    const std::lock_guard lock(choice_mutex_);
    return choice_.together(count);
  };
  const bool together = !files.empty() && choose() && share_file_system(files, directories);
  const auto began = std::chrono::steady_clock::now();
  bool all_synced = false;
  if (together) {
    TRY_ASSIGN(all_synced, sync_file_system(files));
  }
  if (!all_synced) TRY(env::Disk::sync_together(files, directories));
  const std::lock_guard lock(choice_mutex_);
  choice_.took(together, count, std::chrono::steady_clock::now() - began);
  return {};
}

std::string PosixDisk::lifetime(const std::string& directory) { return lifetime_of(directory); }

Result<std::uint64_t> PosixDisk::free_bytes(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) {
    return system_failure(errno, "cannot ask for the free space of " + path);
  }
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<std::uint64_t> PosixDisk::total_bytes(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) {
    return system_failure(errno, "cannot ask for the free space of " + path);
  }
  return static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize;
}

// Java locks with fcntl record locks. An "open file description" lock excludes those and is
// excluded by them, and unlike them it is not lost when some other descriptor of the file is
// closed.
Result<std::unique_ptr<env::DirectoryLock>> PosixDisk::lock(const std::string& directory) {
  const std::string path = directory + "/.lock";
  TRY_ASSIGN(auto descriptor, open_descriptor(path, O_RDWR | O_CREAT));
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(descriptor.get(), F_OFD_SETLK, &whole) != 0) {
    const int number = errno;
    if (number == EAGAIN || number == EACCES) {
      return fail(Errc::busy, directory + " is in use by another process (" + path + ")");
    }
    return system_failure(number, "cannot lock " + path);
  }
  return std::make_unique<PosixLock>(std::move(descriptor));
}

}  // namespace weir::runtime
