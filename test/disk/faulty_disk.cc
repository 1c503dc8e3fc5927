// Preloaded into the real program: reads, writes and syncs of chosen files fail as a broken disk's
// do.
//
// FAULTY_DISK names a file of six 64-bit numbers that the test and the program both map: how many
// reads, writes and syncs are still to fail, then how many of each have failed. FAULTY_DISK_PATH:
// only files whose path has this in it.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum Kind { reads, writes, syncs, kinds };

struct Orders {
  std::atomic<std::int64_t> to_fail[kinds], failed[kinds];
};

Orders* orders;
const char* path_part;

__attribute__((constructor)) void begin() {
  const char* const file = std::getenv("FAULTY_DISK");
  path_part = std::getenv("FAULTY_DISK_PATH");
  const int descriptor = file ? ::open(file, O_RDWR | O_CLOEXEC) : -1;
  if (descriptor < 0 || !path_part) return;
  void* const memory =
      ::mmap(nullptr, sizeof(Orders), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (memory != MAP_FAILED) orders = static_cast<Orders*>(memory);
}

bool is_chosen(int descriptor) {
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = ::readlink(link, path, sizeof path - 1);
  if (size < 0) return false;
  path[size] = 0;
  return std::strstr(path, path_part) != nullptr;
}

// Whether this call is one that fails; it is counted.
bool fails(Kind kind, int descriptor) {
  if (!orders || orders->to_fail[kind] <= 0 || !is_chosen(descriptor)) return false;
  --orders->to_fail[kind];
  ++orders->failed[kind];
  errno = EIO;
  return true;
}

template <class Function>
Function* next(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pread(int descriptor, void* into, size_t size, off_t at) {
  if (fails(reads, descriptor)) return -1;
  return next("pread", &::pread)(descriptor, into, size, at);
}
ssize_t preadv2(int descriptor, const iovec* into, int count, off_t at, int flags) {
  if (fails(reads, descriptor)) return -1;
  return next("preadv2", &::preadv2)(descriptor, into, count, at, flags);
}
ssize_t sendfile(int socket, int descriptor, off_t* at, size_t size) noexcept {
  if (fails(reads, descriptor)) return -1;
  return next("sendfile", &::sendfile)(socket, descriptor, at, size);
}
ssize_t pwrite(int descriptor, const void* from, size_t size, off_t at) {
  if (fails(writes, descriptor)) return -1;
  return next("pwrite", &::pwrite)(descriptor, from, size, at);
}
ssize_t pwritev(int descriptor, const iovec* from, int count, off_t at) {
  if (fails(writes, descriptor)) return -1;
  return next("pwritev", &::pwritev)(descriptor, from, count, at);
}
int fsync(int descriptor) {
  return fails(syncs, descriptor) ? -1 : next("fsync", &::fsync)(descriptor);
}
// Behind a syncfs, whose own answer is for everybody's files.
int sync_file_range(int descriptor, off_t from, off_t size, unsigned flags) {
  return fails(syncs, descriptor)
             ? -1
             : next("sync_file_range", &::sync_file_range)(descriptor, from, size, flags);
}
int fdatasync(int descriptor) {
  return fails(syncs, descriptor) ? -1 : next("fdatasync", &::fdatasync)(descriptor);
}

}  // extern "C"
