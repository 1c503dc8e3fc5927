#include "wire/codec/arena.h"

#include <algorithm>
#include <cstring>

namespace weir::wire {
namespace {

// The first block holds the arrays of a usual request; blocks double, so that their number stays
// small and what is reserved stays within a small multiple of what was asked for.
constexpr std::size_t first_block = 1024;
constexpr std::size_t largest_doubling = std::size_t{1} << 20;

constexpr std::size_t aligned(std::size_t position, std::size_t alignment) {
  return (position + alignment - 1) & ~(alignment - 1);
}

}  // namespace

bool Arena::has_room(std::size_t bytes, std::size_t alignment) const {
  if (blocks_.empty()) return false;
  const auto start = aligned(used_, alignment);
  return start <= blocks_.back().size && bytes <= blocks_.back().size - start;
}

void Arena::add_block(std::size_t size) {
  blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
  reserved_ += size;
  used_ = 0;
}

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
  if (!has_room(bytes, alignment)) {
    const auto grown =
        blocks_.empty() ? first_block : std::min(blocks_.back().size * 2, largest_doubling);
    add_block(std::max(grown, bytes));
  }
  const auto start = aligned(used_, alignment);
  used_ = start + bytes;
  return blocks_.back().data.get() + start;
}

void Arena::reserve(std::size_t bytes, std::size_t alignment) {
  if (!has_room(bytes, alignment)) add_block(bytes);
}

Str Arena::copy(std::string_view text) {
  auto* to = static_cast<char*>(allocate(text.size(), 1));
  text.copy(to, text.size());
  return std::string_view(to, text.size());
}

Blob Arena::copy(Bytes bytes) {
  auto* to = static_cast<std::byte*>(allocate(bytes.size(), 1));
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return Bytes(to, bytes.size());
}

void Arena::clear() {
  used_ = 0;
  if (blocks_.size() <= 1) return;
  auto largest = std::max_element(blocks_.begin(), blocks_.end(),
                                  [](const Block& a, const Block& b) { return a.size < b.size; });
  std::swap(*largest, blocks_.front());
  blocks_.resize(1);
  reserved_ = blocks_.front().size;
}

}  // namespace weir::wire
