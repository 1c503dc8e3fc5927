#include "client/consumer/fetch/fetch_session.h"

#include <limits>
#include <utility>

#include "wire/message/fetch_request.h"

namespace weir::client {

namespace {

using wire::FetchRequest;
using ByTopic =
    std::map<std::pair<std::string, Uuid>, std::vector<std::pair<PartitionIndex, FetchTarget>>>;

ByTopic by_topic(const FetchTargets& targets) {
  ByTopic out;
  for (const auto& [partition, target] : targets) {
    out[{partition.topic, target.topic_id}].emplace_back(partition.partition, target);
  }
  return out;
}

void fill_topics(FetchRequest& request, const FetchTargets& targets, wire::Arena& arena) {
  const ByTopic topics = by_topic(targets);
  request.topics = arena.array<FetchRequest::FetchTopic>(topics.size());
  std::size_t t = 0;
  for (const auto& [topic, partitions] : topics) {
    auto& out = request.topics[t++];
    out.topic = arena.copy(topic.first);
    out.topic_id = topic.second;
    out.partitions = arena.array<FetchRequest::FetchPartition>(partitions.size());
    for (std::size_t p = 0; p < partitions.size(); ++p) {
      const auto& [index, target] = partitions[p];
      out.partitions[p].partition = index;
      out.partitions[p].current_leader_epoch = target.leader_epoch;
      out.partitions[p].fetch_offset = target.offset;
      out.partitions[p].last_fetched_epoch = target.fetched_epoch;
      out.partitions[p].partition_max_bytes = target.bytes_max;
    }
  }
}

void fill_forgotten(FetchRequest& request, const FetchTargets& targets, wire::Arena& arena) {
  const ByTopic topics = by_topic(targets);
  request.forgotten_topics_data = arena.array<FetchRequest::ForgottenTopic>(topics.size());
  std::size_t t = 0;
  for (const auto& [topic, partitions] : topics) {
    auto& out = request.forgotten_topics_data[t++];
    out.topic = arena.copy(topic.first);
    out.topic_id = topic.second;
    out.partitions = arena.array<std::int32_t>(partitions.size());
    for (std::size_t p = 0; p < partitions.size(); ++p) out.partitions[p] = partitions[p].first;
  }
}

}  // namespace

void FetchSession::fill(FetchRequest& request, const FetchTargets& targets, wire::Arena& arena) {
  request.session_id = session_id_;
  request.session_epoch = epoch_;
  FetchTargets changed;
  FetchTargets gone;
  if (is_full()) {
    changed = targets;
  } else {
    for (const auto& [partition, target] : targets) {
      const auto known = targets_.find(partition);
      if (known == targets_.end() || known->second != target) changed.emplace(partition, target);
    }
    for (const auto& [partition, target] : targets_) {
      const auto still = targets.find(partition);
      // A topic that was made anew is another one to the broker.
      if (still == targets.end() || still->second.topic_id != target.topic_id) {
        gone.emplace(partition, target);
      }
    }
  }
  fill_topics(request, changed, arena);
  fill_forgotten(request, gone, arena);
  targets_ = targets;
}

bool FetchSession::answered(wire::ErrorCode code, std::int32_t session_id) {
  if (code != wire::ErrorCode::none) {
    if (code == wire::ErrorCode::fetch_session_id_not_found) session_id_ = 0;
    epoch_ = 0;
    return false;
  }
  if (session_id == 0) {  // the broker keeps no more sessions
    session_id_ = epoch_ = 0;
    return true;
  }
  session_id_ = session_id;
  epoch_ = epoch_ == std::numeric_limits<std::int32_t>::max() ? 1 : epoch_ + 1;
  return true;
}

// Epoch 0 with the old id closes that session and opens another one.
void FetchSession::failed() { epoch_ = 0; }

}  // namespace weir::client
