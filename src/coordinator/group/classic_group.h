#pragma once
// ClassicGroup: one classic group in memory, its members and the protocols they share. Facts and
// their bookkeeping only: what happens when is decided by GroupShard (join.cc, sync.cc,
// rebalance.cc, ...).
//
//   Empty --first join--> PreparingRebalance --all joined or time over--> CompletingRebalance
//   CompletingRebalance --leader's assignment committed--> Stable; any change -->
//   PreparingRebalance PreparingRebalance --nobody left--> Empty
//
// Membership is soft: the log learns of it when the leader's assignment is stored, when a static
// member is replaced in a stable group, and when the group becomes empty. A group that is loaded
// from the log is Stable with the members of its last stored generation, or Empty.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/env/clock.h"
#include "base/ids.h"
#include "coordinator/group/group_record.h"
#include "coordinator/group/group_timers.h"
#include "wire/error_code.h"

namespace weir::coordinator {

// Names a request that waits for its answer. 0: none.
using Token = std::uint64_t;

enum class GroupState : std::uint8_t { empty, preparing_rebalance, completing_rebalance, stable };
std::string_view name_of(GroupState state);  // "PreparingRebalance", Kafka's words

struct Protocol {
  std::string name;
  ByteBuffer metadata;
  bool operator==(const Protocol&) const = default;
};

struct Member {
  std::string id;
  std::optional<std::string> instance_id;  // a static member (KIP-345)
  std::string client_id;
  std::string client_host;
  std::int32_t rebalance_timeout_ms = 0;
  std::int32_t session_timeout_ms = 0;
  std::vector<Protocol> protocols;  // in the member's order of preference
  ByteBuffer assignment;

  Token join_token = 0;  // a JoinGroup waits for the end of the join phase
  Token sync_token = 0;  // a SyncGroup waits for the leader's assignment
  bool is_new = false;   // has never been in a generation
  env::Instant session_deadline{};
  GroupTimers::Ref session_timer;  // fires at or before session_deadline

  bool is_static() const { return instance_id.has_value(); }
  bool is_awaiting_join() const { return join_token != 0; }
  // Members that wait for the coordinator need not send heartbeats. A new member must: its client
  // may have gone away before it learned its id.
  bool is_excused_from_heartbeats() const {
    return !is_new && (join_token != 0 || sync_token != 0);
  }
  // CHECKs that the member supports it.
  const ByteBuffer& metadata_for(std::string_view protocol) const;
};

class ClassicGroup {
 public:
  ClassicGroup(std::string id, std::uint64_t serial, TimestampMs now);
  // As a record says. Errors: corrupt, when its members do not fit together.
  static Result<std::unique_ptr<ClassicGroup>> load(std::string id, std::uint64_t serial,
                                                    const StoredGroup& stored);

  const std::string& id() const { return id_; }
  std::uint64_t serial() const { return serial_; }
  GroupState state() const { return state_; }
  bool is(GroupState state) const { return state_ == state; }
  std::int32_t generation() const { return generation_; }
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol() const { return protocol_; }
  const std::optional<std::string>& leader() const { return leader_; }
  TimestampMs state_timestamp() const { return state_timestamp_; }

  // The first rebalance of an empty group waits for more members.
  bool is_initial_rebalance() const {
    return is(GroupState::preparing_rebalance) && previous_state_ == GroupState::empty;
  }
  // Holds offsets for consumers that manage their partitions themselves.
  bool is_simple() const {
    return !protocol_type_ && is(GroupState::empty) && pending_joins.empty();
  }
  bool uses_consumer_protocol() const { return protocol_type_ == "consumer"; }
  bool can_rebalance() const { return !is(GroupState::preparing_rebalance); }

  // --- members ---
  using Members = std::map<std::string, Member, std::less<>>;
  const Members& members() const { return members_; }
  Members& members() { return members_; }
  Member* find(std::string_view member_id);
  const std::string* static_member_id(std::string_view instance_id) const;
  bool is_leader(std::string_view member_id) const { return leader_ == member_id; }
  std::size_t awaiting_join() const { return awaiting_join_; }
  bool all_members_joined() const {
    return members_.size() == awaiting_join_ && pending_joins.empty();
  }
  std::int32_t rebalance_timeout_ms() const;  // the longest of the members'
  std::size_t static_members() const { return static_members_.size(); }

  // UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID or NONE.
  wire::ErrorCode validate(std::string_view member_id,
                           const std::optional<std::string_view>& instance) const;

  // The first member gives the group its protocol type and is its leader.
  Member& add(Member member, std::string_view protocol_type);
  void remove(std::string_view member_id);  // of members, pending joins and pending syncs
  // The same member under a new id; it waits for nothing.
  Member& replace_static(std::string_view old_id, std::string new_id);
  void update(Member& member, std::vector<Protocol> protocols, std::int32_t rebalance_timeout_ms,
              std::int32_t session_timeout_ms);
  void set_join_token(Member& member, Token token);  // 0: waits no longer
  // False when nobody rejoined. A leader that did not rejoin loses the lead.
  bool elect_leader_among_joined();

  // --- protocols ---
  bool supports(std::string_view protocol_type, const std::vector<Protocol>& protocols) const;
  std::string select_protocol() const;  // by votes; CHECKs that there are members

  // --- topics of the consumer protocol ---
  bool is_subscribed_to(std::string_view topic) const;
  const std::optional<std::set<std::string, std::less<>>>& subscribed_topics() const {
    return topics_;
  }

  // --- steps ---
  void transition_to(GroupState state, TimestampMs now);
  void begin_next_generation(TimestampMs now);  // to CompletingRebalance, or Empty without members
  StoredGroup stored(const std::map<std::string, ByteBuffer, std::less<>>* assignments) const;

  // Soft state that only the shard's steps use.
  std::map<std::string, GroupTimers::Ref, std::less<>> pending_joins;  // ids handed out (KIP-394)
  std::set<std::string, std::less<>> pending_syncs;
  GroupTimers::Ref join_timer;
  GroupTimers::Ref sync_timer;
  bool new_member_added = false;                 // extends the initial rebalance
  std::optional<std::int32_t> initial_delay_ms;  // of the running timer of an initial rebalance
  std::int32_t initial_remaining_ms = 0;         // how much it may still be extended

 private:
  void count_protocols(const Member& member, std::int32_t step);
  void compute_topics();

  std::string id_;
  std::uint64_t serial_;
  GroupState state_ = GroupState::empty;
  GroupState previous_state_ = GroupState::empty;
  TimestampMs state_timestamp_;  // -1: an old record did not say
  std::int32_t generation_ = 0;
  std::optional<std::string> protocol_type_;
  std::optional<std::string> protocol_;
  std::optional<std::string> leader_;
  Members members_;
  std::map<std::string, std::string, std::less<>> static_members_;  // instance id -> member id
  std::size_t awaiting_join_ = 0;
  std::map<std::string, std::int32_t, std::less<>> supported_;  // protocol -> members that list it
  std::optional<std::set<std::string, std::less<>>> topics_;    // nullopt: not known
};

}  // namespace weir::coordinator
