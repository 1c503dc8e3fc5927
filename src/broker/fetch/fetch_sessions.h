#pragma once
// Incremental fetch sessions (KIP-227): what a consumer fetches, remembered between its requests,
// so that a request names only what changed and an answer only what has news. Kernel: no log, no
// clock of its own.
//
// Sessions outlive connections. A cache holds up to max.incremental.fetch.session.cache.slots of
// them; a new one takes the place of one that has not been used for two minutes, or of a smaller
// one that is as old, as Kafka's FetchSessionCache decides. Session ids are unique on the node: a
// shard's cache gives out ids that are congruent to its number, so any shard can tell whose session
// an id is.

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/uuid.h"
#include "wire/error_code.h"

namespace weir::broker {

// One partition as a fetch asks for it, and what the session has told of it.
struct FetchPartition {
  Uuid topic_id;      // zero in versions that name topics
  std::string topic;  // empty in versions that give ids
  PartitionIndex partition = 0;
  LeaderEpoch current_leader_epoch = no_epoch;
  Offset fetch_offset = 0;
  LeaderEpoch last_fetched_epoch = no_epoch;
  std::int32_t partition_max_bytes = 0;

  // What the last answer said of it.
  Offset sent_high_watermark = no_offset;
  Offset sent_log_start_offset = no_offset;

  bool is_same_partition(const FetchPartition& other) const {
    return partition == other.partition && topic_id == other.topic_id && topic == other.topic;
  }
};

struct FetchSession {
  std::int32_t id = 0;
  std::int32_t epoch = 0;                  // of the next request that is expected
  bool by_topic_id = false;                // Fetch 13 and later
  std::vector<FetchPartition> partitions;  // in the order in which answers go through them
  env::Instant created;
  env::Instant last_used;
  bool in_use = false;  // lent to a request; not evicted meanwhile

  // What an incremental request adds or changes, and what it forgets.
  void update(std::vector<FetchPartition> changed);
  void forget(const FetchPartition& gone);
};

class FetchSessions {
 public:
  FetchSessions(std::uint32_t shard, std::uint32_t shards, std::size_t slots)
      : shard_(shard), shards_(shards), slots_(slots) {}

  // The shard that gave out this id.
  static std::uint32_t shard_of(std::int32_t id, std::uint32_t shards) {
    return static_cast<std::uint32_t>(id) % shards;
  }

  // A new session, lent to the caller; nullptr when the cache is full of better ones.
  FetchSession* create(std::vector<FetchPartition> partitions, bool by_topic_id, env::Instant now,
                       RandomSource& random);
  // The session for an incremental request, lent; its epoch has moved on. Errors:
  // FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH (also while another request has it),
  // FETCH_SESSION_TOPIC_ID_ERROR.
  std::expected<FetchSession*, wire::ErrorCode> resume(std::int32_t id, std::int32_t epoch,
                                                       bool by_topic_id, env::Instant now);
  // Ends the loan. A session without partitions is removed.
  void give_back(FetchSession& session);
  void remove(std::int32_t id);  // harmless when it is not there, or lent
  std::size_t size() const { return sessions_.size(); }

 private:
  bool make_room(std::size_t partitions, env::Instant now);

  std::uint32_t shard_;
  std::uint32_t shards_;
  std::size_t slots_;
  std::map<std::int32_t, std::unique_ptr<FetchSession>> sessions_;
};

}  // namespace weir::broker
