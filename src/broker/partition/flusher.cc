#include "broker/partition/flusher.h"

#include <algorithm>
#include <utility>

#include "base/offload.h"
#include "broker/partition/partition.h"

namespace weir::broker {

void Flusher::request(Partition& partition) {
  if (partition.flush_wanted_) return;
  partition.flush_wanted_ = true;
  wanted_.push_back(&partition);
  if (running_) return;
  running_ = true;
  tasks_.spawn(run());
}

void Flusher::forget(Partition& partition) {
  std::erase(wanted_, &partition);
  partition.flush_wanted_ = false;
}

// Between a sync's end and its group's answers nothing is lost by a crash: what was answered was
// durable.
Task<> Flusher::run() {
  while (!wanted_.empty()) {
    std::vector<Partition*> partitions;
    std::vector<log::FlushPlan> plans;
    for (Partition* partition : std::exchange(wanted_, {})) {
      partition->flush_wanted_ = false;
      if (auto plan = partition->begin_flush()) {
        partitions.push_back(partition);
        plans.push_back(std::move(*plan));
      }
    }
    if (plans.empty()) continue;
    env::Disk& disk = env_.disk;
    const auto results = co_await offload(
        env_.executor, [&plans, &disk] { return log::carry_out_together(plans, disk); });
    for (std::size_t i = 0; i < plans.size(); ++i) {
      partitions[i]->flush_ended(plans[i], results[i]);
    }
  }
  running_ = false;
}

}  // namespace weir::broker
