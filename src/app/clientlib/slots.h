#pragma once
// Slots: values by number, so that a closure that would have to hold one holds its number and needs
// no memory of its own. The memory of most values at a time is kept. Not safe between threads.

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace weir::clientlib {

template <class T>
class Slots {
 public:
  std::uint32_t put(T value) {
    if (free_.empty()) {
      values_.push_back(std::move(value));
      return static_cast<std::uint32_t>(values_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    values_[slot] = std::move(value);
    return slot;
  }
  // Once for each put().
  T take(std::uint32_t slot) {
    free_.push_back(slot);
    return std::exchange(values_[slot], {});
  }

 private:
  std::deque<T> values_;
  std::vector<std::uint32_t> free_;
};

}  // namespace weir::clientlib
