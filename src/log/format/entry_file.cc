#include "log/format/entry_file.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/steps.h"

namespace weir::log {
namespace {

constexpr std::size_t pending_bytes_max = 4096;
constexpr std::size_t block_bytes = 4096;

}  // namespace

Result<> EntryFile::open(env::Disk& disk, const std::string& path, env::OpenMode mode) {
  if (file_) return {};
  TRY_ASSIGN(auto file, disk.open(path, mode));
  TRY_ASSIGN(const auto size, file->size());
  file_ = std::move(file);
  written_ = static_cast<std::uint32_t>(size / entry_size_);
  ragged_end_ = size % entry_size_ != 0;
  return {};
}

void EntryFile::close() {
  CHECK(pending_.empty(), "index entries are written before their file is closed");
  file_.reset();
  pending_ = std::vector<std::byte>();  // gives its memory back
}

Result<> EntryFile::append(Bytes entry) {
  CHECK(is_open() && entry.size() == entry_size_);
  pending_.insert(pending_.end(), entry.begin(), entry.end());
  if (pending_.size() < pending_bytes_max) return {};
  return write_pending();
}

Result<> EntryFile::write_pending() {
  if (pending_.empty()) return {};
  TRY(file_->write_at(std::uint64_t{written_} * entry_size_, Bytes(pending_)));
  written_ += static_cast<std::uint32_t>(pending_.size() / entry_size_);
  pending_.clear();
  return {};
}

Result<> EntryFile::truncate(std::size_t count) {
  if (count >= written_) {
    const std::size_t keep = std::min(pending_.size(), (count - written_) * entry_size_);
    pending_.resize(keep);
    if (!ragged_end_) return {};
    count = written_;
  } else {
    pending_.clear();
  }
  TRY(file_->truncate(std::uint64_t{count} * entry_size_));
  written_ = static_cast<std::uint32_t>(count);
  ragged_end_ = false;
  return {};
}

Result<> EntryFile::read(std::size_t slot, MutableBytes entry) const {
  CHECK(slot < count() && entry.size() == entry_size_);
  if (slot >= written_) {
    const auto* from = pending_.data() + (slot - written_) * entry_size_;
    std::copy_n(from, entry_size_, entry.data());
    return {};
  }
  TRY_ASSIGN(const auto got, file_->read_at(std::uint64_t{slot} * entry_size_, entry));
  if (got != entry.size()) return fail(Errc::corrupt, "an index is shorter than it was", slot);
  return {};
}

Result<std::vector<std::byte>> EntryFile::read_all() const {
  std::vector<std::byte> all(std::size_t{written_} * entry_size_);
  TRY_ASSIGN(const auto got, file_->read_at(0, MutableBytes(all)));
  count_steps(written_);
  if (got != all.size()) return fail(Errc::corrupt, "an index is shorter than it was", got);
  all.insert(all.end(), pending_.begin(), pending_.end());
  return all;
}

Result<std::size_t> EntryFile::search_block(Key key, std::int64_t target, std::size_t from,
                                            std::size_t end) const {
  std::array<std::byte, block_bytes> block;
  const MutableBytes into(block.data(), (end - from) * entry_size_);
  TRY_ASSIGN(const auto got, file_->read_at(std::uint64_t{from} * entry_size_, into));
  if (got != into.size()) return fail(Errc::corrupt, "an index is shorter than it was", from);
  std::size_t low = from;
  while (low < end) {
    count_steps();
    const std::size_t middle = low + (end - low) / 2;
    if (key(block.data() + (middle - from) * entry_size_) <= target) {
      low = middle + 1;
    } else {
      end = middle;
    }
  }
  return low;
}

Result<std::size_t> EntryFile::count_up_to(Key key, std::int64_t target) const {
  const std::size_t in_memory = pending_.size() / entry_size_;
  for (std::size_t i = in_memory; i > 0; --i) {
    count_steps();
    if (key(pending_.data() + (i - 1) * entry_size_) <= target) return written_ + i;
  }
  // Halves the file down to one block, which is read whole.
  const std::size_t block_entries = block_bytes / entry_size_;
  std::size_t low = 0;
  std::size_t high = written_;
  std::array<std::byte, 64> entry;
  const MutableBytes into(entry.data(), entry_size_);
  while (high - low > block_entries) {
    count_steps();
    const std::size_t middle = low + (high - low) / 2;
    TRY(read(middle, into));
    if (key(entry.data()) <= target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == high) return low;
  return search_block(key, target, low, high);
}

}  // namespace weir::log
