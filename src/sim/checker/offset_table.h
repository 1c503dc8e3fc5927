#pragma once
// OffsetTable: something for each offset of a log, in an array while offsets are as dense as a
// broker makes them, else in a map: a history may name any offset.

#include <cstdint>
#include <map>
#include <vector>

namespace weir::sim::checker {

template <class T>
class OffsetTable {
 public:
  // Offsets below `dense` may take memory, used or not.
  explicit OffsetTable(std::int64_t dense) : dense_(dense) {}

  T& at(std::int64_t offset) {
    if (offset < 0 || offset >= dense_) return sparse_[offset];
    if (offset >= size()) array_.resize(static_cast<std::size_t>(offset) + 1);
    return array_[static_cast<std::size_t>(offset)];
  }
  T* find(std::int64_t offset) {
    if (offset >= 0 && offset < size()) return &array_[static_cast<std::size_t>(offset)];
    const auto found = sparse_.find(offset);
    return found == sparse_.end() ? nullptr : &found->second;
  }
  // Behind the last offset that was named.
  std::int64_t end() const { return sparse_.empty() ? size() : sparse_.rbegin()->first + 1; }
  // Of [begin, end), in order, those that have an entry; f(offset, entry).
  template <class F>
  void visit(std::int64_t begin, std::int64_t end, F f) {
    for (std::int64_t at = begin < 0 ? 0 : begin; at < end && at < size(); ++at) {
      f(at, array_[static_cast<std::size_t>(at)]);
    }
    for (auto at = sparse_.lower_bound(begin); at != sparse_.end() && at->first < end; ++at) {
      f(at->first, at->second);
    }
  }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(array_.size()); }

  std::int64_t dense_;
  std::vector<T> array_;
  std::map<std::int64_t, T> sparse_;
};

}  // namespace weir::sim::checker
