// Preloaded into the real program: reads, writes and syncs of chosen files fail as a broken disk's
// do, or reads and writes are done in part.
//
// FAULTY_DISK names a file of eight 64-bit numbers that the test and the program both map: how many
// reads, writes and syncs are still to fail, and how many reads and writes to be interrupted (one
// before anything is done, the next halfway); then how many of each have been. FAULTY_DISK_PATH:
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

enum Kind { reads, writes, syncs, pieces, kinds };

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

// Whether this call is one that was ordered; it is counted.
bool takes(Kind kind, int descriptor) {
  if (!orders || orders->to_fail[kind] <= 0 || !is_chosen(descriptor)) return false;
  --orders->to_fail[kind];
  ++orders->failed[kind];
  return true;
}
bool fails(Kind kind, int descriptor) {
  if (!takes(kind, descriptor)) return false;
  errno = EIO;
  return true;
}
// How much of this call is done; 0: nothing, it was interrupted.
size_t done_of(size_t size, int descriptor) {
  if (size == 0 || !takes(pieces, descriptor)) return size;
  errno = EINTR;
  return orders->failed[pieces] % 2 != 0 ? 0 : (size + 1) / 2;
}

template <class Function>
Function* next(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pread(int descriptor, void* into, size_t size, off_t at) {
  if (fails(reads, descriptor)) return -1;
  const size_t done = done_of(size, descriptor);
  return done < size && done == 0 ? -1 : next("pread", &::pread)(descriptor, into, done, at);
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
  const size_t done = done_of(size, descriptor);
  return done < size && done == 0 ? -1 : next("pwrite", &::pwrite)(descriptor, from, done, at);
}
ssize_t pwritev(int descriptor, const iovec* from, int count, off_t at) {
  if (fails(writes, descriptor)) return -1;
  const size_t size = count > 0 ? from->iov_len : 0;
  const size_t done = done_of(size, descriptor);
  if (done == size) return next("pwritev", &::pwritev)(descriptor, from, count, at);
  return done == 0 ? -1 : next("pwrite", &::pwrite)(descriptor, from->iov_base, done, at);
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
