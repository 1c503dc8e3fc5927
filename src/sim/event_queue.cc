#include "sim/event_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace weir::sim {

void EventQueue::push(Event event) {
  event.order = ++orders_;
  heap_.push_back(std::move(event));
  std::push_heap(heap_.begin(), heap_.end(), later);
}

std::optional<env::Instant> EventQueue::next_time() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

Event EventQueue::pop() {
  CHECK(!heap_.empty());
  std::pop_heap(heap_.begin(), heap_.end(), later);
  Event next = std::move(heap_.back());
  heap_.pop_back();
  return next;
}

void EventQueue::drop(const Life* life) {
  const auto kept = std::partition(heap_.begin(), heap_.end(),
                                   [life](const Event& event) { return event.life != life; });
  // Destroyed when the heap is whole again: a destructor may schedule.
  std::vector<Event> dropped(std::make_move_iterator(kept), std::make_move_iterator(heap_.end()));
  heap_.erase(kept, heap_.end());
  std::make_heap(heap_.begin(), heap_.end(), later);
}

}  // namespace weir::sim
