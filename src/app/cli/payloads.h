#pragma once
// Payloads: values for measurements, out of one pool of random letters, so that making them costs
// nothing.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"

namespace weir::app {

struct Letters {
  char first = '!';
  int count = 90;
};

class Payloads {
 public:
  Payloads(std::size_t size, RandomSource& random, Letters letters = {})
      : size_(size), bytes_(std::max(pool_size, 2 * size + 1)) {
    for (std::byte& byte : bytes_) {
      byte = static_cast<std::byte>(
          letters.first +
          static_cast<int>(random.below(static_cast<std::uint64_t>(letters.count))));
    }
  }
  // Valid until the Payloads end.
  Bytes next() {
    at_ = (at_ + 61) % (bytes_.size() - size_);
    return Bytes(bytes_).subspan(at_, size_);
  }

 private:
  static constexpr std::size_t pool_size = 1 << 20;
  std::size_t size_, at_ = 0;
  std::vector<std::byte> bytes_;
};

}  // namespace weir::app
