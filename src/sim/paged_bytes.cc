#include "sim/paged_bytes.h"

#include <algorithm>
#include <cstring>

namespace weir::sim {

std::size_t PagedBytes::read(std::uint64_t position, MutableBytes into) const {
  if (position >= size_) return 0;
  const std::size_t bytes = std::min<std::uint64_t>(into.size(), size_ - position);
  for (std::size_t done = 0; done < bytes;) {
    const std::uint64_t at = position + done;
    const std::size_t offset = at % page_bytes;
    const std::size_t count = std::min<std::size_t>(bytes - done, page_bytes - offset);
    if (const auto& page = pages_[at / page_bytes]) {
      std::memcpy(into.data() + done, page->data() + offset, count);
    } else {
      std::memset(into.data() + done, 0, count);
    }
    done += count;
  }
  return bytes;
}

PagedBytes::Page& PagedBytes::page_to_change(std::size_t index) {
  auto& page = pages_[index];
  if (!page) {
    page = std::make_shared<Page>();
  } else if (page.use_count() > 1) {
    page = std::make_shared<Page>(*page);
  }
  return *page;
}

void PagedBytes::write(std::uint64_t position, Bytes bytes) {
  if (bytes.empty()) return;
  if (position + bytes.size() > size_) truncate(position + bytes.size());
  while (!bytes.empty()) {
    const std::size_t offset = position % page_bytes;
    const std::size_t count = std::min<std::size_t>(bytes.size(), page_bytes - offset);
    std::memcpy(page_to_change(position / page_bytes).data() + offset, bytes.data(), count);
    position += count;
    bytes = bytes.subspan(count);
  }
}

void PagedBytes::truncate(std::uint64_t size) {
  const std::uint64_t offset = size % page_bytes;
  if (size < size_ && offset != 0 && pages_[size / page_bytes]) {
    // Zeros, should the file grow again.
    Page& last = page_to_change(size / page_bytes);
    std::fill(last.begin() + static_cast<std::ptrdiff_t>(offset), last.end(), std::byte{0});
  }
  pages_.resize((size + page_bytes - 1) / page_bytes);
  size_ = size;
}

}  // namespace weir::sim
