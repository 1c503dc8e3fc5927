#include "broker/fetch/fetch_sessions.h"

#include <algorithm>
#include <utility>

#include "base/canary.h"
#include "base/check.h"
#include "base/mark.h"

namespace weir::broker {
namespace {

using wire::ErrorCode;

constexpr std::chrono::minutes eviction_age{
    2};  // Kafka's min.incremental.fetch.session.eviction.ms

std::int32_t epoch_after(std::int32_t epoch) { return epoch == INT32_MAX ? 1 : epoch + 1; }

}  // namespace

void FetchSession::update(std::vector<FetchPartition> changed) {
  for (FetchPartition& partition : changed) {
    const auto known = std::ranges::find_if(
        partitions, [&](const FetchPartition& p) { return p.is_same_partition(partition); });
    if (known == partitions.end()) {
      partitions.push_back(std::move(partition));
    } else {
      partition.sent_high_watermark = known->sent_high_watermark;
      partition.sent_log_start_offset = known->sent_log_start_offset;
      *known = std::move(partition);
    }
  }
}

void FetchSession::forget(const FetchPartition& gone) {
  std::erase_if(partitions, [&](const FetchPartition& p) {
    if (sings(Canary::session_forgets_topic)) {
      return p.topic == gone.topic && p.topic_id == gone.topic_id;
    }
    return p.is_same_partition(gone);
  });
}

FetchSession* FetchSessions::create(std::vector<FetchPartition> partitions, bool by_topic_id,
                                    env::Instant now, RandomSource& random) {
  if (!make_room(partitions.size(), now)) return nullptr;
  std::int32_t id = 0;
  while (id == 0 || sessions_.contains(id)) {
    const std::uint64_t place = random.below(static_cast<std::uint64_t>(INT32_MAX) / shards_);
    id = static_cast<std::int32_t>(place * shards_ + shard_);
  }
  auto session = std::make_unique<FetchSession>();
  session->id = id;
  session->epoch = 1;
  session->by_topic_id = by_topic_id;
  session->partitions = std::move(partitions);
  session->created = session->last_used = now;
  session->in_use = true;
  return (sessions_[id] = std::move(session)).get();
}

// Kafka's rule: the least recently used one goes when it is stale; else the smallest one that has
// lived long enough goes for a larger one.
bool FetchSessions::make_room(std::size_t partitions, env::Instant now) {
  if (sessions_.size() < slots_) return true;
  FetchSession* oldest = nullptr;
  FetchSession* smallest = nullptr;
  for (const auto& [id, session] : sessions_) {
    if (session->in_use) continue;
    if (!oldest || session->last_used < oldest->last_used) oldest = session.get();
    const bool lived = now - session->created >= eviction_age;
    if (lived && (!smallest || session->partitions.size() < smallest->partitions.size())) {
      smallest = session.get();
    }
  }
  if (oldest && now - oldest->last_used >= eviction_age) {
    reached(Mark::fetch_session_evicted);
    sessions_.erase(oldest->id);
    return true;
  }
  if (smallest && smallest->partitions.size() < partitions) {
    reached(Mark::fetch_session_evicted);
    sessions_.erase(smallest->id);
    return true;
  }
  return false;
}

std::expected<FetchSession*, ErrorCode> FetchSessions::resume(std::int32_t id, std::int32_t epoch,
                                                              bool by_topic_id, env::Instant now) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) {
    reached(Mark::fetch_session_unknown);
    return std::unexpected(ErrorCode::fetch_session_id_not_found);
  }
  FetchSession& session = *found->second;
  if (session.in_use || session.epoch != epoch) {
    return std::unexpected(ErrorCode::invalid_fetch_session_epoch);
  }
  if (session.by_topic_id != by_topic_id) {
    return std::unexpected(ErrorCode::fetch_session_topic_id_error);
  }
  session.epoch = epoch_after(epoch);
  session.last_used = now;
  session.in_use = true;
  return &session;
}

void FetchSessions::give_back(FetchSession& session) {
  CHECK(session.in_use);
  session.in_use = false;
  if (session.partitions.empty()) sessions_.erase(session.id);
}

void FetchSessions::remove(std::int32_t id) {
  const auto found = sessions_.find(id);
  if (found != sessions_.end() && !found->second->in_use) sessions_.erase(found);
}

}  // namespace weir::broker
