#include "metadata/controller/sessions.h"

#include <algorithm>
#include <cstdint>

namespace weir::metadata {

void Sessions::activate(const Image& image, env::Instant now) {
  brokers_.clear();
  heard_.clear();
  for (const auto& [id, broker] : image.brokers) {
    if (!broker->fenced) heard_of(id, broker->epoch, now);
  }
}

void Sessions::heard_of(BrokerId id, BrokerEpoch epoch, env::Instant now) {
  heard_[{id, epoch}] = now;
}

bool Sessions::has_valid_session(BrokerId id, BrokerEpoch epoch, env::Instant now) const {
  const auto it = heard_.find({id, epoch});
  return it != heard_.end() && !expired(it->second, now);
}

std::optional<Sessions::Expired> Sessions::take_expired(env::Instant now) {
  const auto it = std::find_if(heard_.begin(), heard_.end(),
                               [&](const auto& entry) { return expired(entry.second, now); });
  if (it == heard_.end()) return std::nullopt;
  const Expired result{it->first.id, it->first.epoch};
  heard_.erase(it);
  return result;
}

void Sessions::forget(BrokerId id) {
  brokers_.erase(id);
  std::erase_if(heard_, [id](const auto& entry) { return entry.first.id == id; });
}

Offset Sessions::lowest_active_offset(const Image& image) const {
  Offset lowest = INT64_MAX;
  for (const auto& [id, broker] : image.brokers) {
    if (broker->fenced || shutting_down(id)) continue;
    const auto it = brokers_.find(id);
    lowest = std::min(lowest, it == brokers_.end() ? no_offset : it->second.metadata_offset);
  }
  return lowest;
}

bool Sessions::shutting_down(BrokerId id) const { return controlled_shutdown_offset(id) >= 0; }

Offset Sessions::controlled_shutdown_offset(BrokerId id) const {
  const auto it = brokers_.find(id);
  return it == brokers_.end() ? no_offset : it->second.controlled_shutdown_offset;
}

void Sessions::begin_controlled_shutdown(BrokerId id, Offset offset) {
  State& state = brokers_[id];
  if (state.controlled_shutdown_offset < 0) state.controlled_shutdown_offset = offset;
}

void Sessions::end_controlled_shutdown(BrokerId id) {
  const auto it = brokers_.find(id);
  if (it != brokers_.end()) it->second.controlled_shutdown_offset = no_offset;
}

}  // namespace weir::metadata
