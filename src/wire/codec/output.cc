#include <algorithm>
#include <cstring>
#include <utility>

#include "wire/codec/codec.h"

namespace weir::wire {

Output::Output(Output&& other) noexcept
    : data_(std::move(other.data_)),
      size_(std::exchange(other.size_, 0)),
      gaps_(std::move(other.gaps_)) {}

Output& Output::operator=(Output&& other) noexcept {
  data_ = std::move(other.data_);
  size_ = std::exchange(other.size_, 0);
  gaps_ = std::move(other.gaps_);
  return *this;
}

std::size_t Output::size_with_gaps() const {
  std::size_t size = size_;
  for (const auto& gap : gaps_) size += gap.size;
  return size;
}

std::byte* Output::grow(std::size_t bytes) {
  const std::size_t before = std::exchange(size_, size_ + bytes);
  if (size_ > data_.size()) data_.resize(std::max(size_, 2 * before));
  return data_.data() + before;
}

void Output::append(Bytes bytes) {
  if (!bytes.empty()) std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
}

std::size_t Output::bytes_reserved() const { return data_.capacity(); }

void Output::clear() {
  size_ = 0;
  gaps_.clear();
}

std::vector<std::byte> Output::take() {
  data_.resize(std::exchange(size_, 0));
  gaps_.clear();
  return std::exchange(data_, {});
}

}  // namespace weir::wire
