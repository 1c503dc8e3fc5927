#pragma once
// Batch: what was asked for, and the outcomes so far. A retriable failure is remembered and leaves
// its item open for the next round. A kernel.

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "client/admin/admin.h"

namespace weir::client {

// How often brokers must say that a topic, or a partition, does not exist before that counts. A
// broker may hear of a new topic a moment after the controller made it.
enum class Belief : std::uint8_t { first_answer = 1, second_answer = 2 };

template <class Key, class T>
class Batch {
 public:
  explicit Batch(std::span<const Key> keys, Belief belief = Belief::first_answer)
      : belief_(belief) {
    for (const Key& key : keys) {
      open_.try_emplace(key, Failure(Error{Errc::timed_out, "no broker answered in time"}));
    }
  }

  // An outcome of something that nobody asked for, or that has one already, is dropped.
  void settle(const Key& key, Outcome<T> outcome) {
    if (!outcome && is_worth_another_try(key, outcome.error())) {
      return postpone(key, std::move(outcome).error());
    }
    finish(key, std::move(outcome));
  }
  // ... whatever kind of failure it is.
  void postpone(const Key& key, Failure failure) {
    if (const auto open = open_.find(key); open != open_.end()) open->second = std::move(failure);
  }
  void finish(const Key& key, Outcome<T> outcome) {
    if (open_.erase(key) > 0) done_.insert_or_assign(key, std::move(outcome));
  }

  bool is_complete() const { return open_.empty(); }
  std::vector<Key> open() const {
    std::vector<Key> keys;
    for (const auto& [key, failure] : open_) keys.push_back(key);
    return keys;
  }
  // What is open ends with its last failure.
  PerItem<Key, T> take() {
    for (auto& [key, failure] : open_) {
      done_.insert_or_assign(key, std::unexpected(std::move(failure)));
    }
    open_.clear();
    return std::move(done_);
  }

 private:
  bool is_worth_another_try(const Key& key, const Failure& failure) {
    if (!failure.is_retriable()) return false;
    const bool is_unknown = failure.answer == wire::ErrorCode::unknown_topic_or_partition ||
                            failure.answer == wire::ErrorCode::unknown_topic_id;
    return !is_unknown || ++told_unknown_[key] < static_cast<int>(belief_);
  }

  Belief belief_;
  std::map<Key, Failure> open_;
  std::map<Key, int> told_unknown_;
  PerItem<Key, T> done_;
};

}  // namespace weir::client
