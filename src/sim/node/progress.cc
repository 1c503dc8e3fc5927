#include "sim/node/progress.h"

#include <utility>

namespace weir::sim {

void Progress::expect(const std::string& who) { awaited_.try_emplace(who, "nothing yet"); }

void Progress::failed(const std::string& who, std::string how) {
  const auto found = awaited_.find(who);
  if (found != awaited_.end()) found->second = std::move(how);
}

void Progress::succeeded(const std::string& who) { awaited_.erase(who); }

std::string Progress::stuck() const {
  std::string text;
  for (const auto& [who, why] : awaited_) {
    text += (text.empty() ? "" : ", ") + who + " (" + why + ")";
  }
  return text;
}

}  // namespace weir::sim
