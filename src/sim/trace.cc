#include "sim/trace.h"

#include <bit>
#include <cstring>

namespace weir::sim {
namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (std::rotl(hash, 5) ^ value) * 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 32);
}

}  // namespace

std::uint64_t hash_of(Bytes bytes) {
  std::uint64_t hash = bytes.size();
  while (bytes.size() >= 8) {
    hash = mixed(hash, load_be<std::uint64_t>(bytes.data()));
    bytes = bytes.subspan(8);
  }
  std::uint64_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  return mixed(hash, rest);
}

void Trace::mix(std::uint64_t value) { hash_ = mixed(hash_, value); }

}  // namespace weir::sim
