#pragma once
// The content of a file in pages that several images share: a page is copied when one of them
// changes it. What was never written is zero.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"

namespace weir::sim {

class PagedBytes {
 public:
  static constexpr std::uint64_t page_bytes = 4'096;

  std::uint64_t size() const { return size_; }
  std::size_t read(std::uint64_t position, MutableBytes into) const;
  void write(std::uint64_t position, Bytes bytes);
  void truncate(std::uint64_t size);

 private:
  using Page = std::array<std::byte, page_bytes>;
  Page& page_to_change(std::size_t index);

  std::uint64_t size_ = 0;
  std::vector<std::shared_ptr<Page>> pages_;  // null: zeros
};

}  // namespace weir::sim
