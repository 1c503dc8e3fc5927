#pragma once
// Counted buffers for received bytes. A Chunk is read into by one connection and referred to by the
// requests whose frames lie in it; it goes back to its shard's pool with the last reference.
// Everything here stays on one shard, so the count is a plain integer.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace weir::broker {

class ChunkPool;

struct Chunk {
  std::unique_ptr<std::byte[]> data;
  std::size_t capacity = 0;
  std::uint32_t references = 0;
  ChunkPool* pool = nullptr;
};

class ChunkRef {
 public:
  ChunkRef() = default;
  explicit ChunkRef(Chunk* chunk) : chunk_(chunk) { ++chunk_->references; }
  ChunkRef(const ChunkRef& other) : chunk_(other.chunk_) {
    if (chunk_) ++chunk_->references;
  }
  ChunkRef(ChunkRef&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)) {}
  ChunkRef& operator=(ChunkRef other) noexcept {
    std::swap(chunk_, other.chunk_);
    return *this;
  }
  ~ChunkRef() { release(); }

  explicit operator bool() const { return chunk_ != nullptr; }
  MutableBytes bytes() const { return {chunk_->data.get(), chunk_->capacity}; }
  bool is_shared() const { return chunk_->references > 1; }

 private:
  void release();
  Chunk* chunk_ = nullptr;
};

// Keeps up to `kept_max` chunks of the usual size for the next reader; larger ones are freed.
class ChunkPool {
 public:
  static constexpr std::size_t usual_size = 64 * 1024;

  explicit ChunkPool(std::size_t kept_max) : kept_max_(kept_max) {}
  ~ChunkPool();
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;

  ChunkRef take(std::size_t size = usual_size);  // at least `size` bytes
  std::size_t bytes_in_use() const { return bytes_in_use_; }

 private:
  friend class ChunkRef;
  void give_back(Chunk* chunk);

  std::size_t kept_max_;
  std::vector<std::unique_ptr<Chunk>> kept_;
  std::size_t bytes_in_use_ = 0;
};

}  // namespace weir::broker
