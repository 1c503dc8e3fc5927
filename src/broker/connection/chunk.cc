#include "broker/connection/chunk.h"

#include <algorithm>

#include "base/check.h"

namespace weir::broker {

void ChunkRef::release() {
  if (chunk_ && --chunk_->references == 0) chunk_->pool->give_back(chunk_);
  chunk_ = nullptr;
}

ChunkPool::~ChunkPool() { CHECK(bytes_in_use_ == 0, "a chunk outlives its pool"); }

ChunkRef ChunkPool::take(std::size_t size) {
  std::unique_ptr<Chunk> chunk;
  if (size <= usual_size && !kept_.empty()) {
    chunk = std::move(kept_.back());
    kept_.pop_back();
  } else {
    chunk = std::make_unique<Chunk>();
    chunk->capacity = std::max(size, usual_size);
    chunk->data = std::make_unique_for_overwrite<std::byte[]>(chunk->capacity);
    chunk->pool = this;
  }
  bytes_in_use_ += chunk->capacity;
  return ChunkRef(chunk.release());
}

void ChunkPool::give_back(Chunk* chunk) {
  std::unique_ptr<Chunk> owned(chunk);
  bytes_in_use_ -= owned->capacity;
  if (owned->capacity == usual_size && kept_.size() < kept_max_) kept_.push_back(std::move(owned));
}

}  // namespace weir::broker
