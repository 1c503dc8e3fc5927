#pragma once
// Memory for the arrays and nested structs of one message: a bump allocator that is freed as a
// whole. Objects in it are never destroyed, so only trivially destructible types go in.

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "wire/codec/value.h"

namespace weir::wire {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  // `count` value-initialised elements.
  template <class T>
  Array<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    auto* data = static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (data + i) T();
    return {data, count};
  }
  template <class T>
  T* make() {
    return array<T>(1).data();
  }
  Str copy(std::string_view text);
  Blob copy(Bytes bytes);
  template <class T>
  Array<T> copy(std::span<const T> elements) {
    auto out = array<T>(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) out[i] = elements[i];
    return out;
  }

  std::size_t bytes_reserved() const { return reserved_; }  // what it holds from the system
  void clear();                                             // frees all but one block

  void* allocate(std::size_t bytes, std::size_t alignment);

  // What is allocated next comes from one piece that is no larger than that, as long as it is
  // within `bytes` and each allocation is a multiple of `alignment` (at most 16).
  void reserve(std::size_t bytes, std::size_t alignment);

 private:
  bool has_room(std::size_t bytes, std::size_t alignment) const;
  void add_block(std::size_t size);

  struct Block {
    std::unique_ptr<std::byte[]> data;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::size_t used_ = 0;      // in the last block
  std::size_t reserved_ = 0;  // sum of the blocks' sizes
};

}  // namespace weir::wire
