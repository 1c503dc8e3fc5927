#include "base/timer_queue.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace weir {

env::TimerId TimerQueue::start(env::Instant when, env::Callback callback) {
  const env::TimerId id = ++last_id_;
  callbacks_.emplace(id, std::move(callback));
  heap_.push_back({when, id});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  return id;
}

void TimerQueue::cancel(env::TimerId timer) {
  const auto found = callbacks_.find(timer);
  if (found == callbacks_.end()) return;
  env::Callback dropped = std::move(found->second);  // destroyed when the map is whole again
  callbacks_.erase(found);
  if (heap_.size() > 64 && heap_.size() > 2 * callbacks_.size()) compact();
}

std::optional<env::Instant> TimerQueue::next_due() const {
  if (callbacks_.empty() || heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

std::optional<env::TimerId> TimerQueue::pop_due(env::Instant now) {
  while (!heap_.empty() && heap_.front().when <= now) {
    const env::TimerId id = heap_.front().id;
    drop_top();
    if (callbacks_.contains(id)) return id;
  }
  return std::nullopt;
}

void TimerQueue::fire(env::TimerId timer) {
  const auto found = callbacks_.find(timer);
  if (found == callbacks_.end()) return;
  env::Callback callback = std::move(found->second);
  callbacks_.erase(found);
  callback();
}

void TimerQueue::clear() {
  while (!callbacks_.empty()) auto dropped = std::exchange(callbacks_, {});
  heap_.clear();
}

void TimerQueue::drop_top() {
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  heap_.pop_back();
}

void TimerQueue::compact() {
  std::erase_if(heap_, [this](const Entry& entry) { return !callbacks_.contains(entry.id); });
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
}

}  // namespace weir
