#include "base/memory_count/memory_count_test_support.h"

#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/sanitizer.h"

namespace {

std::ptrdiff_t live = 0;  // signed: what was there before counting may be freed
std::ptrdiff_t most = 0;

void took(std::size_t bytes) {
  live += static_cast<std::ptrdiff_t>(bytes);
  most = std::max(most, live);
}
void gave(std::size_t bytes) { live -= static_cast<std::ptrdiff_t>(bytes); }

}  // namespace

// Under a sanitizer, which has its own allocator, the counts come from its hooks.
#ifdef WEIR_IS_SANITIZED

extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                              void (*)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void*);
}

namespace {
[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t size) { took(size); },
    [](const volatile void* memory) {
      if (memory != nullptr) gave(__sanitizer_get_allocated_size(memory));
    });
}  // namespace

#else

// What glibc calls its own ones.
extern "C" {
void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;
void __libc_free(void*) noexcept;
}

namespace {
void* counted(void* memory) {
  if (memory != nullptr) took(::malloc_usable_size(memory));
  return memory;
}
}  // namespace

extern "C" {

void* malloc(std::size_t size) noexcept { return counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) noexcept {
  return counted(__libc_calloc(count, size));
}
// While it copies, both are there.
void* realloc(void* memory, std::size_t size) noexcept {
  const std::size_t old = memory == nullptr ? 0 : ::malloc_usable_size(memory);
  void* const moved = counted(__libc_realloc(memory, size));
  if (moved != nullptr || size == 0) gave(old);
  return moved;
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return counted(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return counted(__libc_memalign(alignment, size));
}
int posix_memalign(void** into, std::size_t alignment, std::size_t size) noexcept {
  *into = counted(__libc_memalign(alignment, size));
  return *into == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept {
  if (memory != nullptr) gave(::malloc_usable_size(memory));
  __libc_free(memory);
}

}  // extern "C"

#endif

namespace weir {

MemoryPeak::MemoryPeak() : before_(live) { most = before_; }

std::size_t MemoryPeak::bytes() const {
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(most - before_, 0));
}

std::size_t MemoryPeak::held() const {
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(live - before_, 0));
}

}  // namespace weir
