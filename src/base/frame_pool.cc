#include "base/frame_pool.h"

#include <array>
#include <cstdint>
#include <new>

#include "base/sanitizer.h"

namespace weir::frame_pool {
namespace {

constexpr std::size_t class_bytes = 64;
constexpr std::size_t class_count = 32;
// Under a sanitizer nothing is kept, so that a use after release is seen.
constexpr std::uint32_t kept_max = is_sanitized ? 0 : 64;

struct Free {
  Free* next;
};

struct Pool {
  struct List {
    Free* head = nullptr;
    std::uint32_t size = 0;
  };
  std::array<List, class_count> lists;

  ~Pool() {
    for (auto& list : lists) {
      while (list.head) ::operator delete(exchange(list.head, list.head->next));
    }
  }

  template <class T>
  static T exchange(T& from, T to) {
    T old = from;
    from = to;
    return old;
  }
};

thread_local Pool pool;

std::size_t class_of(std::size_t size) { return (size + class_bytes - 1) / class_bytes - 1; }

}  // namespace

void* allocate(std::size_t size) {
  const std::size_t index = class_of(size);
  if (index >= class_count) return ::operator new(size);
  auto& list = pool.lists[index];
  if (list.head == nullptr) return ::operator new((index + 1) * class_bytes);
  Free* frame = list.head;
  list.head = frame->next;
  --list.size;
  return frame;
}

void release(void* frame, std::size_t size) noexcept {
  const std::size_t index = class_of(size);
  if (index >= class_count || pool.lists[index].size == kept_max) return ::operator delete(frame);
  auto& list = pool.lists[index];
  auto* entry = static_cast<Free*>(frame);
  entry->next = list.head;
  list.head = entry;
  ++list.size;
}

}  // namespace weir::frame_pool
