#include "app/clientlib/worker/work_queue.h"

#include <algorithm>

#include "base/check.h"

namespace weir::clientlib {

std::string WorkQueue::chain_of(const ReceivedRecord& record) const {
  if (limits_.order == Order::none) return {};
  if (limits_.order == Order::key && record.key.is_null()) return {};
  // A topic's name has no zero byte, so no two chains are written alike.
  std::string chain(record.topic);
  chain += '\0';
  chain += std::to_string(record.partition);
  if (limits_.order == Order::key) {
    chain += '\0';
    chain += record.key.text();
  }
  return chain;
}

void WorkQueue::add(std::shared_ptr<const ReceivedRecord> record) {
  const auto lane = lanes_.try_emplace(record->topic_partition()).first;
  lane->second.unfinished.insert(record->offset);
  lane->second.next = record->offset + 1;

  const Id id = ++last_id_;
  Entry entry{.lane = lane};
  entry.bytes = record->key.size() + record->value.size();
  entry.chain = chain_of(*record);
  entry.job.record = std::move(record);
  bytes_ += entry.bytes;
  Entry& kept = jobs_.emplace(id, std::move(entry)).first->second;
  if (kept.chain.empty()) return make_ready(id, kept, ready_);
  auto& chain = chains_[kept.chain];
  chain.push_back(id);
  if (chain.size() == 1) make_ready(id, kept, ready_);
}

void WorkQueue::make_ready(Id id, Entry& entry, std::deque<Id>& in) {
  set(entry, State::ready);
  in.push_back(id);
}

void WorkQueue::set(Entry& entry, State state) {
  const auto is_busy = [](State one) { return one == State::running || one == State::rejecting; };
  entry.lane->second.busy += is_busy(state);
  entry.lane->second.busy -= is_busy(entry.state);
  running_ += state == State::running;
  running_ -= entry.state == State::running;
  rejecting_ += state == State::rejecting;
  rejecting_ -= entry.state == State::rejecting;
  entry.state = state;
}

std::optional<WorkQueue::Start> WorkQueue::next(env::Instant now) {
  while (!held_.empty() && held_.begin()->first <= now) {
    const Id id = held_.begin()->second;
    held_.erase(held_.begin());
    make_ready(id, jobs_.at(id), ready_again_);
  }
  if (running_ >= limits_.concurrency) return std::nullopt;
  if (auto again = begin(ready_again_)) return again;
  // Those that wait to be begun again were held before, and their place is kept.
  if (running_ + held_.size() + ready_again_.size() >= limits_.retries_max) return std::nullopt;
  return begin(ready_);
}

std::optional<WorkQueue::Start> WorkQueue::begin(std::deque<Id>& from) {
  while (!from.empty()) {
    const Id id = from.front();
    from.pop_front();
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || found->second.lane->second.is_held_back) continue;
    set(found->second, State::running);
    return Start{id, found->second.job};
  }
  return std::nullopt;
}

env::Instant WorkQueue::next_time() const {
  return held_.empty() ? env::Instant::max() : held_.begin()->first;
}

void WorkQueue::done(Id id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  const std::string chain = std::move(found->second.chain);
  remove(found);
  if (chain.empty()) return;
  const auto rest = chains_.find(chain);
  CHECK(rest != chains_.end() && rest->second.front() == id, "a chain is handled in its order");
  rest->second.pop_front();
  if (rest->second.empty()) {
    chains_.erase(rest);
  } else {
    const Id following = rest->second.front();
    make_ready(following, jobs_.at(following), ready_);
  }
}

void WorkQueue::retry(Id id, env::Instant at) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  Entry& entry = found->second;
  CHECK(entry.state == State::running, "what runs can be tried again");
  set(entry, State::held);
  ++entry.job.attempt;
  entry.due = at;
  held_.emplace(at, id);
}

const Job* WorkQueue::reject(Id id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return nullptr;
  CHECK(found->second.state == State::running, "what runs can be rejected");
  set(found->second, State::rejecting);
  return &found->second.job;
}

// Takes it out of everything but its chain.
WorkQueue::Jobs::iterator WorkQueue::remove(Jobs::iterator at) {
  Entry& entry = at->second;
  if (entry.state == State::held) held_.erase({entry.due, at->first});
  set(entry, State::queued);
  bytes_ -= entry.bytes;
  auto& unfinished = entry.lane->second.unfinished;
  unfinished.erase(unfinished.find(entry.job.record->offset));
  return jobs_.erase(at);
}

void WorkQueue::drop(const std::vector<TopicPartition>& partitions) {
  std::set<Lanes::iterator::value_type*> gone;
  for (const TopicPartition& each : partitions) {
    if (const auto lane = lanes_.find(each); lane != lanes_.end()) gone.insert(&*lane);
  }
  for (auto at = jobs_.begin(); at != jobs_.end();) {
    if (!gone.contains(&*at->second.lane)) {
      ++at;
      continue;
    }
    chains_.erase(at->second.chain);  // all of it is of this partition
    at = remove(at);
  }
  for (const TopicPartition& each : partitions) lanes_.erase(each);
  const auto is_gone = [this](Id id) { return !jobs_.contains(id); };
  std::erase_if(ready_, is_gone);
  std::erase_if(ready_again_, is_gone);
}

void WorkQueue::hold_back(const std::vector<TopicPartition>& partitions) {
  for (const TopicPartition& each : partitions) {
    if (const auto lane = lanes_.find(each); lane != lanes_.end()) lane->second.is_held_back = true;
  }
}

std::optional<std::int64_t> WorkQueue::done_until(const TopicPartition& partition) const {
  const auto lane = lanes_.find(partition);
  if (lane == lanes_.end()) return std::nullopt;
  const auto& unfinished = lane->second.unfinished;
  return unfinished.empty() ? lane->second.next : *unfinished.begin();
}

std::vector<std::pair<TopicPartition, std::int64_t>> WorkQueue::all_done_until() const {
  std::vector<std::pair<TopicPartition, std::int64_t>> all;
  for (const auto& [partition, lane] : lanes_) all.emplace_back(partition, *done_until(partition));
  return all;
}

std::size_t WorkQueue::busy(const std::vector<TopicPartition>& partitions) const {
  std::size_t busy = 0;
  for (const TopicPartition& each : partitions) {
    if (const auto lane = lanes_.find(each); lane != lanes_.end()) busy += lane->second.busy;
  }
  return busy;
}

}  // namespace weir::clientlib
