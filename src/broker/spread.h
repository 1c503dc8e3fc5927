#pragma once
// Splitting work by the shards that own the partitions, and joining it again.

#include <span>
#include <vector>

#include "base/cross_shard.h"
#include "base/offload.h"
#include "broker/node.h"
#include "broker/shard.h"

namespace weir::broker {

// Runs `make()`, a Task<T>, on another shard of the node; the caller sleeps.
template <class T, class Make>
Task<T> on_shard(Shard& home, env::ShardId target, Make make) {
  return call_on_shard<T>(home.env, target, home.node.shard(target).env.shards, std::move(make));
}

inline Task<Unit> no_work() { co_return Unit{}; }

// Until this shard has every image that some client of the node has seen by now: shard 0 sends them
// in order, and its answer comes behind them.
inline Task<> catch_up(Shard& here) {
  if (here.id() == 0) co_return;
  auto asking = on_shard<Unit>(here, 0, [] { return no_work(); });
  co_await std::move(asking);
}

template <class Item, class Visit>
Task<Unit> visit_part(Shard& there, std::span<Item* const> part, Visit& visit) {
  if constexpr (std::is_void_v<std::invoke_result_t<Visit&, Shard&, std::span<Item* const>>>) {
    visit(there, part);
  } else {
    co_await visit(there, part);
  }
  co_return Unit{};
}

inline Task<> drop_unit(Task<Unit> task) { co_await std::move(task); }

// Calls `visit(Shard&, std::span<Item* const>)`, which returns nothing or a Task<>, once on every
// shard that owns the partition (`id`) of some item, with those items in their order; the shards
// work at the same time. Items are lent: they stay where they are until all parts have ended.
template <class Item, class Visit>
Task<> visit_by_shard(Shard& home, std::span<Item* const> items, Visit visit) {
  if (home.node.shard_count() == 1) {
    co_await visit_part<Item>(home, items, visit);
    co_return;
  }
  std::vector<std::vector<Item*>> parts(home.node.shard_count());
  for (Item* item : items) parts[shard_of(item->id, parts.size())].push_back(item);

  TaskScope others(home.env.executor);
  for (env::ShardId s = 0; s < parts.size(); ++s) {
    if (s == home.id() || parts[s].empty()) continue;
    Shard& there = home.node.shard(s);
    auto make = [&there, &part = parts[s], &visit] {
      return visit_part<Item>(there, std::span<Item* const>(part), visit);
    };
    others.spawn(drop_unit(on_shard<Unit>(home, s, make)));
  }
  if (!parts[home.id()].empty()) {
    co_await visit_part<Item>(home, std::span<Item* const>(parts[home.id()]), visit);
  }
  co_await others.finished();
}

}  // namespace weir::broker
