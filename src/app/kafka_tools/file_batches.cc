#include "app/kafka_tools/file_batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weir::app::kafka {
namespace {

constexpr std::uint64_t header_up_to_magic = 17;
constexpr std::int32_t oldest_overhead = 14;  // of a message of magic 0

}  // namespace

Result<FileSlice> FileSlice::open(env::Disk& disk, const std::string& path,
                                  std::shared_ptr<env::File>& holder) {
  auto opened = disk.open(path, env::OpenMode::read);
  if (!opened) {
    const bool is_missing = opened.error().code == Errc::not_found;
    return fail(opened.error().code, is_missing ? path : opened.error().what);
  }
  holder = *std::move(opened);
  TRY_ASSIGN(const auto size, holder->size());
  return FileSlice{holder.get(), path, 0, size};
}

Result<FileSlice> FileSlice::slice(std::uint64_t from, std::uint64_t size_max) const {
  if (from > size) {
    return fail(Errc::invalid,
                fmt::format("Slice from position {} exceeds end position of FileRecords(size={}, "
                            "file={}, start=0, end=2147483647)",
                            from, size, path));
  }
  return FileSlice{file, path, begin + from, std::min(size - from, size_max)};
}

Result<std::optional<wire::BatchView>> FileBatches::next() {
  if (slice_.size - position_ <= header_up_to_magic) return std::nullopt;
  std::array<std::byte, header_up_to_magic> head;
  TRY_ASSIGN(const auto got, slice_.file->read_at(slice_.begin + position_, head));
  if (got < head.size()) return fail(Errc::corrupt, "the file became shorter", position_);
  const auto length = load_be<std::int32_t>(head.data() + 8);
  if (length < oldest_overhead) {
    return fail(Errc::corrupt,
                fmt::format("Found record size {} smaller than minimum record overhead ({}) in "
                            "file {}.",
                            length, oldest_overhead, slice_.path));
  }
  const std::uint64_t size = wire::batch_overhead + static_cast<std::uint64_t>(length);
  if (size > slice_.size - position_) return std::nullopt;
  const auto magic = load_be<std::int8_t>(head.data() + 16);
  if (magic < wire::batch_magic) {
    return fail(Errc::unsupported,
                fmt::format("Messages of magic {} are not read (at position {} of {})", magic,
                            slice_.begin + position_, slice_.path));
  }
  if (size < wire::batch_header_size) {
    return fail(Errc::corrupt,
                fmt::format("Record batch is corrupt (the size {} is smaller than the minimum "
                            "allowed overhead {})",
                            size, wire::batch_header_size));
  }
  batch_.resize(size);
  TRY_ASSIGN(const auto read, slice_.file->read_at(slice_.begin + position_, batch_));
  if (read < size) return fail(Errc::corrupt, "the file became shorter", position_);
  position_ += size;
  return wire::BatchView(batch_);
}

}  // namespace weir::app::kafka
