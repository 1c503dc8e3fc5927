#include "runtime/file_system.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "runtime/owned_descriptor.h"
#include "runtime/system_error.h"

namespace weir::runtime {
namespace {

constexpr long xfs_magic = 0x58465342;  // in <linux/magic.h> of newer systems only

bool kernel_tells_journal_errors() {
  utsname system{};
  int major = 0, minor = 0;
  if (::uname(&system) != 0 || std::sscanf(system.release, "%d.%d", &major, &minor) != 2) {
    return false;
  }
  return major > 5 || (major == 5 && minor >= 17);
}

bool is_known(const struct statfs& status) {
  return status.f_type == EXT4_SUPER_MAGIC || status.f_type == xfs_magic;
}

bool is_known(int descriptor) {
  struct statfs status{};
  return ::fstatfs(descriptor, &status) == 0 && is_known(status);
}

std::string boot_id() {
  std::string id(64, '\0');
  const OwnedDescriptor file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  const ssize_t got = file ? ::read(file.get(), id.data(), id.size()) : -1;
  id.resize(got > 1 ? static_cast<std::size_t>(got) - 1 : 0);  // without the end of the line
  return id;
}

}  // namespace

bool share_file_system(std::span<const std::shared_ptr<env::File>> files,
                       std::span<const std::string> directories) {
  static const bool kernel_is_good = kernel_tells_journal_errors();
  struct stat first{}, other{};
  if (!kernel_is_good || ::fstat(files.front()->native_handle(), &first) != 0) return false;
  const auto is_there = [&](const int asked) { return asked == 0 && other.st_dev == first.st_dev; };
  return std::ranges::all_of(
             files,
             [&](const auto& file) { return is_there(::fstat(file->native_handle(), &other)); }) &&
         std::ranges::all_of(
             directories,
             [&](const auto& path) { return is_there(::stat(path.c_str(), &other)); }) &&
         is_known(files.front()->native_handle());
}

Result<bool> sync_file_system(std::span<const std::shared_ptr<env::File>> files) {
  if (::syncfs(files.front()->native_handle()) != 0) return false;
  for (const auto& file : files) {
    if (::sync_file_range(file->native_handle(), 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) != 0) {
      return system_failure(errno, "cannot sync a file of a group");
    }
  }
  return true;
}

std::string lifetime_of(const std::string& directory) {
  struct statfs system{};
  struct stat status{};
  const std::string boot = boot_id();
  if (boot.empty() || ::statfs(directory.c_str(), &system) != 0 || !is_known(system) ||
      ::stat(directory.c_str(), &status) != 0) {
    return {};
  }
  return boot + " " + std::to_string(status.st_dev) + " " + std::to_string(status.st_ino);
}

}  // namespace weir::runtime
