// Preloaded into the real program: what it syncs is copied aside, so that a test can take away the
// rest, as a loss of power does. kill -9 alone leaves all that was written.
//
// SYNCED_COPY_OF: the data directory. SYNCED_COPY: an empty directory of the same file system, that
// gets
//   <inode>.data   of a file: what was in it when it was last synced
//   <inode>.names  of a directory: its entries when it was last synced, "<inode> d|f <name>" a line
//   <inode>.file   a further name of a file that one of these tells of, so that no other file gets
//                  its inode once the program has removed it
// What is there when the program starts counts as synced. Each comes in whole, by a rename: the
// program may be killed at any line.
//
// A file `lies` in it: a sync of a file whose path has its content in it says that it was done, and
// is not; `lied` has a byte for each.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();  // a test that goes on would not know what was synced
}

std::string own_link(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

// When a file was last written, and copied; clocks of file systems may stand still for a while.
struct Copied {
  timespec written{};
  std::time_t copied = 0;
  bool is_still(const struct stat& status) const {
    return written.tv_sec == status.st_mtim.tv_sec && written.tv_nsec == status.st_mtim.tv_nsec &&
           written.tv_sec + 1 < copied;
  }
};

struct SyncedCopy {
  std::string of, at;
  std::mutex mutex;
  std::set<ino_t> directories;  // held open for ever: they keep their inodes, too
  std::map<ino_t, Copied> files;

  std::string place(ino_t inode, const char* suffix) const {
    return at + "/" + std::to_string(inode) + suffix;
  }

  // False: it went away meanwhile.
  bool keep_inode_of(const std::string& path, ino_t inode) {
    const std::string further = place(inode, ".file");
    const int done = ::linkat(AT_FDCWD, path.c_str(), AT_FDCWD, further.c_str(), AT_SYMLINK_FOLLOW);
    if (done != 0 && errno != EEXIST && errno != ENOENT) give_up("linkat");
    return done == 0 || errno == EEXIST;
  }

  void keep_file(int descriptor, const struct stat& status) {
    const ino_t inode = status.st_ino;
    Copied& copied = files[inode];
    if (copied.is_still(status)) return;
    copied = {status.st_mtim, std::time(nullptr)};
    const std::string draft = place(inode, ".draft");
    const int copy = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (copy < 0) give_up("open");
    loff_t from = 0;
    ssize_t done = 1;
    while (done > 0) {
      done = ::copy_file_range(descriptor, &from, copy, nullptr, std::size_t{1} << 30, 0);
    }
    if (done < 0) give_up("copy_file_range");
    ::close(copy);
    if (::rename(draft.c_str(), place(inode, ".data").c_str()) != 0) give_up("rename");
  }

  void keep_names(const std::string& path, ino_t inode) {
    if (directories.insert(inode).second) {
      static_cast<void>(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    const std::string draft = place(inode, ".draft");
    std::ofstream names(draft);
    std::error_code gone;
    for (fs::directory_iterator each(path, gone), end; each != end; each.increment(gone)) {
      struct stat status{};
      if (::lstat(each->path().c_str(), &status) != 0) continue;
      const bool is_directory = S_ISDIR(status.st_mode);
      if (!is_directory && !keep_inode_of(each->path(), status.st_ino)) continue;
      names << status.st_ino << (is_directory ? " d " : " f ") << each->path().filename().string()
            << "\n";
    }
    names.close();
    if (::rename(draft.c_str(), place(inode, ".names").c_str()) != 0) give_up("rename");
  }

  void keep(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    keep(descriptor, path);
    ::close(descriptor);
  }

  void keep(int descriptor, const std::string& path) {
    if (lies_about(path)) return;
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) give_up("fstat");
    if (status.st_nlink == 0) return;
    const std::string itself = own_link(descriptor);  // whatever its name is by now
    if (S_ISDIR(status.st_mode)) return keep_names(itself, status.st_ino);
    if (keep_inode_of(itself, status.st_ino)) keep_file(descriptor, status);
  }

  void keep_all() {
    keep(of);
    std::error_code gone;
    fs::recursive_directory_iterator each(of, gone), end;
    for (; each != end; each.increment(gone)) keep(each->path());
  }

  bool lies_about(const std::string& path) {
    std::ifstream file(at + "/lies");
    if (!file) return false;
    const std::string part(std::istreambuf_iterator<char>(file), {});
    if (path.find(part) == path.npos) return false;
    std::ofstream(at + "/lied", std::ios::app) << '.';
    return true;
  }
};

SyncedCopy* synced;

__attribute__((constructor)) void begin() {
  const char* const of = std::getenv("SYNCED_COPY_OF");
  const char* const at = std::getenv("SYNCED_COPY");
  if (!of || !at) return;
  synced = new SyncedCopy{of, at, {}, {}, {}};  // never deleted: threads sync to the end
  if (fs::exists(of)) synced->keep_all();
}

// Empty: it is none of the data directory's.
std::string path_of(int descriptor) {
  char path[4096];
  const ssize_t size = ::readlink(own_link(descriptor).c_str(), path, sizeof path);
  const std::string whole(path, size < 0 ? 0 : static_cast<std::size_t>(size));
  return synced && whole.starts_with(synced->of) ? whole : std::string();
}

template <class Function>
Function* next(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// Whether it was one of the data directory's, and is copied. The disk itself need not sync then.
bool copy_synced(int descriptor, bool whole_file_system = false) {
  const std::string path = path_of(descriptor);
  if (path.empty()) return false;
  const std::lock_guard lock(synced->mutex);
  whole_file_system ? synced->keep_all() : synced->keep(descriptor, path);
  return true;
}

}  // namespace

extern "C" {

int fsync(int descriptor) {
  return copy_synced(descriptor) ? 0 : next("fsync", &::fsync)(descriptor);
}
int fdatasync(int descriptor) {
  return copy_synced(descriptor) ? 0 : next("fdatasync", &::fdatasync)(descriptor);
}
int syncfs(int descriptor) noexcept {
  return copy_synced(descriptor, true) ? 0 : next("syncfs", &::syncfs)(descriptor);
}

}  // extern "C"
