#pragma once
// A regular file: pread, pwritev, fdatasync. Short transfers and EINTR are gone on with here.

#include <string>

#include "base/env/disk.h"
#include "runtime/owned_descriptor.h"

namespace weir::runtime {

class PosixFile final : public env::File {
 public:
  using env::File::write_at;

  PosixFile(OwnedDescriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const override;
  Result<> write_at(std::uint64_t position, std::span<const Bytes> pieces) override;
  Result<> sync() override;
  Result<> truncate(std::uint64_t size) override;
  Result<std::uint64_t> size() const override;
  bool is_cached(std::uint64_t position, std::uint64_t bytes) const override;
  int native_handle() const override { return descriptor_.get(); }

 private:
  OwnedDescriptor descriptor_;
  std::string path_;  // as it was opened, for messages
};

}  // namespace weir::runtime
