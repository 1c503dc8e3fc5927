#pragma once
// The batches of a segment as Kafka's FileLogInputStream walks them: by the lengths in their
// headers and by nothing else, so that damaged ones are shown too.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/env/disk.h"
#include "base/result.h"
#include "wire/record/batch.h"

namespace weir::app::kafka {

// A file, or a range of it. Positions are relative to its beginning.
struct FileSlice {
  const env::File* file = nullptr;
  std::string path;
  std::uint64_t begin = 0;
  std::uint64_t size = 0;

  // Opens the whole file. Error: not_found and io, `what` is the path as Java says it.
  static Result<FileSlice> open(env::Disk& disk, const std::string& path,
                                std::shared_ptr<env::File>& holder);
  // Error: invalid (it begins behind the end).
  Result<FileSlice> slice(std::uint64_t from, std::uint64_t size_max) const;
};

class FileBatches {
 public:
  explicit FileBatches(const FileSlice& slice) : slice_(slice) {}

  // Nothing at the end, and where a batch is cut off by it. The batch lives until the next call.
  // Errors: corrupt (a length that cannot be), unsupported (magic 0 and 1), io.
  Result<std::optional<wire::BatchView>> next();
  std::uint64_t position() const { return position_; }  // behind the batch returned last

 private:
  FileSlice slice_;
  std::uint64_t position_ = 0;
  std::vector<std::byte> batch_;
};

}  // namespace weir::app::kafka
