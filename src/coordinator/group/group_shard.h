#pragma once
// GroupShard: the kernel of the classic group coordinator for ONE partition of __consumer_offsets.
// Pure and run to completion: a request, the time and a random id go in; records to append and
// answers come out.
//
// Hard state (store()) is what the log says: committed offsets and which groups exist. It is
// changed by apply() alone, when a record is emitted, and by replay() when the log is loaded. Each
// change remembers how to take it back until committed() says that its record is safe; failed()
// takes back everything from a write on. Soft state (members, generations, timers, waiting
// requests) is the leader's own; see classic_group.h.
//
// Records of one `write` form one atomic piece of a batch. Any answer may depend on everything that
// was emitted before it: the driver sends it when last_write() of that moment is committed, or
// replaces it by an error.
//
// A JoinGroup or SyncGroup is answered through Output, now or later, by its token. All other
// answers are returned, or filled in place with views into the arena or the request.
//
// Sources: KIP-345 (static members), KIP-394 (MEMBER_ID_REQUIRED), KIP-496 (OffsetDelete), KIP-211
// (expiry), KIP-559, KIP-800, KIP-814 (skip_assignment), KIP-1043; behaviour of Apache Kafka 4.4's
// GroupMetadataManager.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/env/clock.h"
#include "base/uuid.h"
#include "coordinator/group/classic_group.h"
#include "coordinator/group/group_config.h"
#include "coordinator/group/group_record.h"
#include "coordinator/group/group_store.h"
#include "coordinator/group/group_timers.h"
#include "coordinator/group/request_context.h"
#include "coordinator/topic_lookup.h"
#include "wire/codec/arena.h"
#include "wire/error_code.h"
#include "wire/message/delete_groups_response.h"
#include "wire/message/describe_groups_response.h"
#include "wire/message/heartbeat_request.h"
#include "wire/message/join_group_request.h"
#include "wire/message/leave_group_request.h"
#include "wire/message/leave_group_response.h"
#include "wire/message/list_groups_request.h"
#include "wire/message/list_groups_response.h"
#include "wire/message/offset_commit_request.h"
#include "wire/message/offset_commit_response.h"
#include "wire/message/offset_delete_request.h"
#include "wire/message/offset_delete_response.h"
#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"
#include "wire/message/sync_group_request.h"

namespace weir::coordinator {

struct Now {
  env::Instant instant{};  // sessions and time-outs
  TimestampMs wall = 0;    // timestamps and retention
};

// One request: who asks, when, and what its answer is to be called.
struct Call {
  const RequestContext& from;
  const TopicLookup& topics;
  Now now;
  Uuid random;      // a fresh random id
  Token token = 0;  // of JoinGroup and SyncGroup
};

struct JoinedMember {
  std::string member_id;
  std::optional<std::string> instance_id;
  ByteBuffer metadata;
};
struct JoinAnswer {
  Token token = 0;
  wire::ErrorCode error = wire::ErrorCode::none;
  std::int32_t generation = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol;
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  std::vector<JoinedMember> members;
};
struct SyncAnswer {
  Token token = 0;
  wire::ErrorCode error = wire::ErrorCode::none;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol;
  ByteBuffer assignment;
};

// Counts the pieces in the order in which they are to be appended, from 1.
using Write = std::uint64_t;

struct WrittenRecord {
  Write write = 0;
  GroupRecord record;
};

struct Output {
  std::vector<WrittenRecord> records;
  std::vector<JoinAnswer> joins;
  std::vector<SyncAnswer> syncs;
  Write write = 0;  // of the piece that is being emitted, 0: none yet
};

struct GroupDeleted {
  wire::ErrorCode error = wire::ErrorCode::none;
  std::string_view message;  // empty: none
};

class GroupShard {
 public:
  explicit GroupShard(const GroupConfig& config) : config_(config) {}

  void set_config(const GroupConfig& config) { config_ = config; }

  // --- requests; each with an Output of its own ---
  void join(const Call& call, const wire::JoinGroupRequest& request, Output& out);
  void sync(const Call& call, const wire::SyncGroupRequest& request, Output& out);
  wire::ErrorCode heartbeat(const Call& call, const wire::HeartbeatRequest& request);
  void leave(const Call& call, const wire::LeaveGroupRequest& request, wire::Arena& arena,
             wire::LeaveGroupResponse& response, Output& out);
  void commit(const Call& call, const wire::OffsetCommitRequest& request, wire::Arena& arena,
              wire::OffsetCommitResponse& response, Output& out);
  // One group, in the form of version 8; older requests are brought into it.
  void fetch(const Call& call, const wire::OffsetFetchRequest::OffsetFetchRequestGroup& request,
             bool require_stable, wire::Arena& arena,
             wire::OffsetFetchResponse::OffsetFetchResponseGroup& response) const;
  void list(const wire::ListGroupsRequest& request, wire::Arena& arena,
            std::vector<wire::ListGroupsResponse::ListedGroup>& groups) const;
  wire::DescribeGroupsResponse::DescribedGroup describe(const Call& call, wire::Str group,
                                                        wire::Arena& arena) const;
  GroupDeleted remove_group(const Call& call, std::string_view group, Output& out);
  void delete_offsets(const Call& call, const wire::OffsetDeleteRequest& request,
                      wire::Arena& arena, wire::OffsetDeleteResponse& response, Output& out);
  void topics_deleted(std::span<const DeletedTopic> topics, Output& out);

  // --- time ---
  // The next moment at which wake() has something to do.
  std::optional<env::Instant> wake_at() const { return timers_.next(); }
  // Does what is due; leaves the rest for another call when there is very much.
  void wake(Now now, Output& out);

  // --- the fate of what was emitted ---
  Write last_write() const { return last_write_; }
  void committed(Write up_to, Now now, Output& out);
  // Nothing from `from` on is in the log. What these writes changed is taken back.
  void failed(Write from, wire::ErrorCode error, Now now, Output& out);

  // --- loading; no request before loaded() ---
  // Errors: corrupt, unsupported. The state is as if the record were not there.
  Result<> replay(Bytes key, std::optional<Bytes> value, Offset offset,
                  ProducerId transactional_producer, Now now);
  void replay_transaction_end(ProducerId producer, bool committed);
  void loaded(Now now, Output& out);
  // The leadership is over: every waiting request is answered with `error`. Only destruction
  // follows.
  void resign(wire::ErrorCode error, Output& out);

  const GroupStore& store() const { return store_; }
  std::size_t timers() const { return timers_.size(); }

 private:
  // What must be done when a write is committed or has failed.
  struct AssignmentStored {  // the leader's SyncGroup
    std::string group;
    std::uint64_t serial;
    std::int32_t generation;
    std::map<std::string, ByteBuffer, std::less<>> assignments;
  };
  struct StaticMemberStored {
    std::string group;
    std::uint64_t serial;
    std::string old_id;
    std::string new_id;
    std::vector<Protocol> old_protocols;
    std::int32_t old_rebalance_timeout_ms;
    std::int32_t old_session_timeout_ms;
    std::optional<std::string> old_leader;
    bool may_skip_assignment;
    Token token;
  };
  using Continuation = std::variant<AssignmentStored, StaticMemberStored>;

  // How to take back what a write changed.
  struct OffsetChanged {
    std::string group;
    std::string topic;
    PartitionIndex partition;
    std::optional<CommittedOffset> before;
    std::vector<std::pair<ProducerId, CommittedOffset>> pending_before;
  };
  struct GroupAdded {
    std::string group;
    std::uint64_t serial;
  };
  struct GroupTaken {
    std::string group;
    std::unique_ptr<ClassicGroup> before;
  };
  using Undo = std::variant<OffsetChanged, GroupAdded, GroupTaken>;

  template <class T>
  struct Pending {
    Write write;
    T what;
  };

  // emit.cc
  void emit(GroupRecord record, Output& out);
  static void next_piece(Output& out) { out.write = 0; }  // what follows is a piece of its own
  Write current_write(Output& out);
  void apply(const GroupRecord& record, Write write);
  void apply_offset(const OffsetCommitted& record, Write write);
  void apply_removal(const OffsetRemoved& record, Write write);
  void take_back(Undo& undo, wire::ErrorCode error, Output& out);
  ClassicGroup& create_group(std::string_view group, TimestampMs now, Write write);

  // join.cc
  void join_new(const Call&, const wire::JoinGroupRequest&, ClassicGroup&, Output&);
  void join_existing(const Call&, const wire::JoinGroupRequest&, ClassicGroup&, Output&);
  void join_known(const Call&, const wire::JoinGroupRequest&, ClassicGroup&, Member&, Output&);
  void add_and_rebalance(const Call&, const wire::JoinGroupRequest&, ClassicGroup&,
                         std::string member_id, Output&);
  void update_and_rebalance(const Call&, const wire::JoinGroupRequest&, ClassicGroup&, Member&,
                            Output&);
  bool accepts(ClassicGroup& group, std::string_view member_id) const;
  void rejoin_static(const Call&, const wire::JoinGroupRequest&, ClassicGroup&, std::string old_id,
                     std::string new_id, Output&);
  void static_member_stored(StaticMemberStored& stored, wire::ErrorCode error, Now now,
                            Output& out);

  // sync.cc
  void store_assignment(const wire::SyncGroupRequest& request, ClassicGroup& group, Output& out);
  void assignment_stored(AssignmentStored& stored, wire::ErrorCode error, Now now, Output& out);
  void drop_assignments(ClassicGroup& group, wire::ErrorCode error, Now now, Output& out);
  void answer_syncs(ClassicGroup& group, wire::ErrorCode error, Now now, Output& out);

  // rebalance.cc
  void rebalance_or_complete(ClassicGroup& group, Now now, Output& out);
  void prepare_rebalance(ClassicGroup& group, Now now, Output& out);
  void complete_join_if_all_here(ClassicGroup& group, Now now, Output& out);
  void complete_join(ClassicGroup& group, Now now, Output& out);
  void join_timer_fired(ClassicGroup& group, Now now, Output& out);
  void restart_join_timer(ClassicGroup& group, Now now);
  void expire_syncs(ClassicGroup& group, Now now, Output& out);

  // member.cc
  void restart_session(ClassicGroup& group, Member& member, Now now);
  void set_session_deadline(ClassicGroup& group, Member& member, env::Instant deadline);
  void session_timer_fired(ClassicGroup& group, const Timer& timer, GroupTimers::Ref ref, Now now,
                           Output& out);
  void remove_member(ClassicGroup& group, std::string_view member_id, Output& out);
  void remove_member_and_rebalance(ClassicGroup& group, std::string_view member_id, Now now,
                                   Output& out);
  void answer_waiting(ClassicGroup& group, Member& member, wire::ErrorCode error,
                      std::string_view member_id, Output& out);
  void replace_join_token(ClassicGroup& group, Member& member, Token token, Output& out);
  void end_waiting(ClassicGroup& group, wire::ErrorCode error, Output& out);
  GroupTimers::Ref schedule(ClassicGroup& group, TimerKind kind, env::Instant when,
                            std::string member = {});

  // leave.cc
  wire::ErrorCode leave_one(ClassicGroup& group, std::string_view member_id,
                            const std::optional<std::string_view>& instance, Output& out);
  void rebalance_after_leaving(ClassicGroup& group, Now now, Output& out);

  // commit.cc
  wire::ErrorCode validate_commit(const Call&, const wire::OffsetCommitRequest&);
  void emit_commit(const Call& call, std::string_view group, std::string_view topic,
                   PartitionIndex partition, CommittedOffset value, Output& out);
  bool has_offset(std::string_view group, std::string_view topic, PartitionIndex partition) const;

  // replay.cc
  void replay_offset(OffsetCommitted record, ProducerId transactional_producer, Now now);
  void replay_foreign(const ForeignRecord& record);

  // expire.cc
  void schedule_expiry(Now now);
  static void limit_piece(Output& out);
  void expire(Now now, Output& out);
  bool expire_offsets(const std::string& group, const GroupEntry& entry, TimestampMs now,
                      Output& out);

  GroupConfig config_;
  GroupStore store_;
  GroupTimers timers_;
  Write last_write_ = 0;
  std::uint64_t last_serial_ = 0;
  std::deque<Pending<Undo>> undo_;                   // ascending by write
  std::deque<Pending<Continuation>> continuations_;  // ascending by write
  std::optional<std::string> expiry_cursor_;         // where a long expiry goes on
};

// "clientid-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
std::string make_member_id(std::string_view prefix, const Uuid& random);

}  // namespace weir::coordinator
