#pragma once
// What is going to happen, in the order (time, order of scheduling).

#include <cstdint>
#include <optional>
#include <vector>

#include "base/env/clock.h"
#include "base/env/executor.h"
#include "sim/trace.h"

namespace weir::sim {

// One run of a machine, from start to crash. What belongs to it does not outlive it.
struct Life {
  bool over = false;
};

struct Event {
  env::Instant when;
  std::uint64_t order = 0;
  TraceKind kind = TraceKind::script;
  std::uint64_t where = 0;     // machine and shard, for the trace
  const Life* life = nullptr;  // null: of no machine
  env::Callback callback;
};

class EventQueue {
 public:
  void push(Event event);
  std::optional<env::Instant> next_time() const;
  Event pop();  // not empty
  bool empty() const { return heap_.empty(); }
  // Drops the events of this life; what they hold is destroyed.
  void drop(const Life* life);

 private:
  static bool later(const Event& a, const Event& b) {
    return a.when != b.when ? a.when > b.when : a.order > b.order;
  }
  std::vector<Event> heap_;
  std::uint64_t orders_ = 0;
};

}  // namespace weir::sim
