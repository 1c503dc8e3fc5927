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
  struct Job {
    Partition* partition;
    log::FlushPlan plan;
    Result<> result;
  };
  while (!wanted_.empty()) {
    std::vector<Job> jobs;
    for (Partition* partition : std::exchange(wanted_, {})) {
      partition->flush_wanted_ = false;
      if (auto plan = partition->begin_flush()) jobs.push_back({partition, std::move(*plan), {}});
    }
    if (jobs.empty()) continue;
    env::Disk& disk = env_.disk;
    co_await offload(env_.executor, [&jobs, &disk] {
      for (Job& job : jobs) job.result = job.plan.carry_out(disk);
      return Unit{};
    });
    for (Job& job : jobs) job.partition->flush_ended(job.plan, job.result);
  }
  running_ = false;
}

}  // namespace weir::broker
