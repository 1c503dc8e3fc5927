#include "broker/fetch/fetch_wait.h"

#include <utility>

#include "broker/connection/session.h"
#include "broker/spread.h"

namespace weir::broker {

FetchWait::FetchWait(Request& request, Isolation isolation)
    : request_(request), isolation_(isolation) {}

void FetchWait::wake() {
  if (woken_ && !woken_->is_set()) woken_->set({});
}

void FetchWait::cancel() {
  cancelled_ = true;
  wake();
}

// A watch's message from another shard arrives before that shard's answer to stop(), so none is on
// its way when this returns.
Task<> FetchWait::until_change(std::span<FetchItem* const> items, env::Instant deadline) {
  Shard& home = *request_.shard;
  if (request_.session->is_draining()) {
    cancelled_ = true;
    co_return;
  }
  woken_ = std::make_unique<OneShot<Unit>>(home.env.executor);
  request_.waiting = this;
  const env::TimerId timer = home.env.timers.start(deadline, [this] { wake(); });

  std::vector<std::unique_ptr<Watch>> watches(home.node.shard_count());
  for (auto& watch : watches) watch = std::make_unique<Watch>(*this, home.id());
  const auto start = [&watches, isolation = isolation_](Shard& there,
                                                        std::span<FetchItem* const> part) {
    watches[there.id()]->start(there, part, isolation);
  };
  const auto stop = [&watches](Shard& there, std::span<FetchItem* const>) {
    watches[there.id()]->stop();
  };
  co_await visit_by_shard(home, items, start);
  co_await *woken_;
  co_await visit_by_shard(home, items, stop);

  home.env.timers.cancel(timer);
  request_.waiting = nullptr;
  woken_.reset();
}

void FetchWait::Watch::start(Shard& there, std::span<FetchItem* const> items, Isolation isolation) {
  there_ = &there;
  for (const FetchItem* item : items) {
    Partition* partition = there.partition(item->id);
    if (!partition || !partition->is_leader()) {
      partition_changed();
      continue;
    }
    partition->watch(*this);
    watched_.push_back(item->id);
    if (partition->read_bound(isolation) != item->seen_bound) partition_changed();
  }
}

void FetchWait::Watch::stop() {
  for (const PartitionId& id : watched_) {
    if (Partition* partition = there_->partition(id)) partition->unwatch(*this);
  }
  watched_.clear();
}

void FetchWait::Watch::partition_changed() {
  if (std::exchange(fired_, true)) return;
  if (there_->id() == home_) {
    wait_.wake();
  } else {
    there_->env.shards.post(home_, [&wait = wait_] { wait.wake(); });
  }
}

}  // namespace weir::broker
