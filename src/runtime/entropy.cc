#include "runtime/entropy.h"

#include <sys/random.h>

#include "base/check.h"

namespace weir::runtime {

std::uint64_t entropy() {
  std::uint64_t value = 0;
  // Up to 256 bytes come whole, once the kernel's source is seeded.
  CHECK(getrandom(&value, sizeof(value), 0) == sizeof(value), "the system gives no random bytes");
  return value;
}

}  // namespace weir::runtime
