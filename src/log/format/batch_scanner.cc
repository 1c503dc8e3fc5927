#include "log/format/batch_scanner.h"

#include <algorithm>

#include "base/steps.h"

namespace weir::log {

Result<const std::byte*> BatchScanner::fill(std::uint64_t position, std::size_t needed) {
  const bool here = position >= buffer_at_ && position + needed <= buffer_at_ + buffer_size_;
  if (!here) {
    const auto want = std::min<std::uint64_t>(std::max(window_, needed), end_ - position);
    if (buffer_.size() < want) buffer_.resize(want);
    TRY_ASSIGN(const auto got, file_.read_at(position, MutableBytes(buffer_).first(want)));
    buffer_at_ = position;
    buffer_size_ = got;
    bytes_read_ += got;
    count_steps(got);
    if (got < needed) return fail(Errc::corrupt, "the file ends within a batch", position);
  }
  return buffer_.data() + (position - buffer_at_);
}

Result<std::optional<ScannedBatch>> BatchScanner::next() {
  count_steps();
  if (position_ >= end_) return std::nullopt;
  if (end_ - position_ < wire::batch_header_size) {
    is_torn_ = true;
    return fail(Errc::corrupt, "the file ends within a batch header", position_);
  }
  TRY_ASSIGN(const auto* bytes, fill(position_, wire::batch_header_size));
  const wire::BatchView header(Bytes(bytes, wire::batch_header_size));
  const auto length = load_be<std::int32_t>(bytes + 8);
  if (length < static_cast<std::int32_t>(wire::batch_header_size - wire::batch_overhead)) {
    return fail(Errc::corrupt, "a batch length that cannot be", position_);
  }
  if (header.magic() != wire::batch_magic) {
    return fail(Errc::corrupt, "a batch of another magic than 2", position_);
  }
  if (header.base_offset() < 0 || header.last_offset_delta() < 0 ||
      header.base_offset() > INT64_MAX - header.last_offset_delta() - 1) {
    return fail(Errc::corrupt, "a batch with offsets that cannot be", position_);
  }
  const std::uint64_t size = static_cast<std::uint64_t>(length) + wire::batch_overhead;
  if (size > end_ - position_) {
    is_torn_ = true;
    return fail(Errc::corrupt, "the file ends within a batch", position_);
  }
  ScannedBatch batch{.position = position_, .size = size, .header = header};
  position_ += size;
  return batch;
}

Result<wire::BatchView> BatchScanner::whole(const ScannedBatch& batch) {
  TRY_ASSIGN(const auto* bytes, fill(batch.position, batch.size));
  return wire::BatchView(Bytes(bytes, batch.size));
}

}  // namespace weir::log
