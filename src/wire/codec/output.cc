#include <cstring>

#include "wire/codec/codec.h"

namespace weir::wire {

std::size_t Output::size_with_gaps() const {
  std::size_t size = data_.size();
  for (const auto& gap : gaps_) size += gap.size;
  return size;
}

std::byte* Output::grow(std::size_t bytes) {
  const auto before = data_.size();
  data_.resize(before + bytes);
  return data_.data() + before;
}

void Output::append(Bytes bytes) {
  if (!bytes.empty()) std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
}

std::size_t Output::bytes_reserved() const { return data_.capacity(); }

void Output::clear() {
  data_.clear();
  gaps_.clear();
}

}  // namespace weir::wire
