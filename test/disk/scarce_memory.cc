// Preloaded into the real program: one allocation fails, as where a machine or a control group has
// no memory left.
//
// SCARCE_MEMORY names a file of two 64-bit numbers that the test and the program both map: how many
// allocations are still to succeed before one fails (negative: none fails), and how many have
// failed.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

extern "C" void* __libc_malloc(std::size_t size);

namespace {

struct Orders {
  std::atomic<std::int64_t> to_succeed, failed;
};

Orders* orders;

__attribute__((constructor)) void begin() {
  const char* const file = std::getenv("SCARCE_MEMORY");
  const int descriptor = file ? ::open(file, O_RDWR | O_CLOEXEC) : -1;
  if (descriptor < 0) return;
  void* const memory =
      ::mmap(nullptr, sizeof(Orders), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (memory != MAP_FAILED) orders = static_cast<Orders*>(memory);
}

}  // namespace

// What operator new asks, too.
extern "C" void* malloc(std::size_t size) {
  if (orders && orders->to_succeed.load() >= 0 && orders->to_succeed.fetch_sub(1) == 0) {
    ++orders->failed;
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_malloc(size);
}
