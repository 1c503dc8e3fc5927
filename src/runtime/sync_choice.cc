#include "runtime/sync_choice.h"

#include <algorithm>

namespace weir::runtime {
namespace {

constexpr double weight = 1.0 / 8;
constexpr double outlier = 4;  // times what it took so far
constexpr double fading = 1 - 1.0 / 512;

}  // namespace

void SyncChoice::Way::learn(double sample_ns) {
  const bool hope_comes_true = hope < 1 && sample_ns < expected();
  hope = 1;
  if (cost_ns == 0 || hope_comes_true) {
    cost_ns = sample_ns;
  } else {
    cost_ns += (std::min(sample_ns, outlier * cost_ns) - cost_ns) * weight;
  }
}

bool SyncChoice::together(std::size_t files) const {
  return files > 1 && together_.expected() <= each_.expected() * static_cast<double>(files);
}

void SyncChoice::took(bool together, std::size_t files, env::Duration duration) {
  if (files == 0) return;
  const auto took_ns = static_cast<double>(duration.count());
  if (together) {
    together_.learn(took_ns);
    each_.hope *= fading;
  } else {
    each_.learn(took_ns / static_cast<double>(files));
    if (files > 1) together_.hope *= fading;
  }
}

}  // namespace weir::runtime
