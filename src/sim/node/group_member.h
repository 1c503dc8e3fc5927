#pragma once
// GroupMember: one member of a classic consumer group, over a RawClient. Its embedded protocol is
// its own: a subscription says nothing, an assignment is a list of partition numbers, one byte
// each, of one topic.
//
// Errors of the protocol are Kafka's numbers: 0, and what the caller has to do something about.

#include <map>
#include <string>
#include <vector>

#include "sim/node/client_calls.h"

namespace weir::sim {

struct GroupSettings {
  std::string group;
  std::string topic;
  std::int32_t partitions = 1;  // of the topic; the leader spreads them over the members
  std::int32_t session_timeout_ms = 10'000;
  std::int32_t rebalance_timeout_ms = 10'000;
};

class GroupMember {
 public:
  explicit GroupMember(GroupSettings settings) : settings_(std::move(settings)) {}

  // Joins (as a new member, or as the one it was), and takes its part. On an error it is new again
  // where the broker does not know it any more.
  Task<Result<std::int16_t>> join(RawClient& client);
  Task<Result<std::int16_t>> heartbeat(RawClient& client);
  Task<Result<std::int16_t>> commit(RawClient& client, std::map<TopicPartition, Offset> offsets);
  // As the generation before the last join was, which is over: the group must refuse it.
  bool has_been_member() const { return past_.generation >= 0 && past_ != current_; }
  Task<Result<std::int16_t>> commit_late(RawClient& client,
                                         std::map<TopicPartition, Offset> offsets);
  Task<Result<std::int16_t>> leave(RawClient& client);

  const std::vector<TopicPartition>& assigned() const { return assigned_; }
  std::int32_t generation() const { return current_.generation; }
  std::int32_t past_generation() const { return past_.generation; }
  const std::string& member_id() const { return current_.id; }

 private:
  struct Membership {
    std::string id;
    std::int32_t generation = -1;
    bool operator==(const Membership&) const = default;
  };
  Task<Result<std::int16_t>> sync(RawClient& client, std::vector<std::string> members);
  Task<Result<std::int16_t>> commit_as(RawClient& client, Membership as,
                                       std::map<TopicPartition, Offset> offsets);
  std::int16_t note(std::int16_t error_code);
  void remember();  // as what it was
  void forget();    // ... and is no longer: it is nobody now

  GroupSettings settings_;
  Membership current_;
  Membership past_;  // the last that had a part, and has another since
  std::vector<TopicPartition> assigned_;
};

// 0 when the group's coordinator is there.
Task<Result<std::int16_t>> find_coordinator(RawClient& client, std::string group);

// What the group has committed; a partition without a commit has -1.
struct CommittedOffsets {
  std::int16_t error_code = 0;
  std::map<TopicPartition, Offset> offsets;
};
Task<Result<CommittedOffsets>> committed_offsets(RawClient& client, std::string group,
                                                 std::vector<TopicPartition> of);

}  // namespace weir::sim
