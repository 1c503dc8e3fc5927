#include "coordinator/group/group_record.h"

#include <utility>

#include "base/check.h"
#include "wire/codec/arena.h"
#include "wire/coordinator_record.h"
#include "wire/message/consumer_group_current_member_assignment_key.h"
#include "wire/message/consumer_group_member_metadata_key.h"
#include "wire/message/consumer_group_metadata_key.h"
#include "wire/message/consumer_group_partition_metadata_key.h"
#include "wire/message/consumer_group_regular_expression_key.h"
#include "wire/message/consumer_group_target_assignment_member_key.h"
#include "wire/message/consumer_group_target_assignment_metadata_key.h"
#include "wire/message/group_metadata_key.h"
#include "wire/message/group_metadata_value.h"
#include "wire/message/legacy_offset_commit_key.h"
#include "wire/message/offset_commit_key.h"
#include "wire/message/offset_commit_value.h"
#include "wire/message/share_group_current_member_assignment_key.h"
#include "wire/message/share_group_member_metadata_key.h"
#include "wire/message/share_group_metadata_key.h"
#include "wire/message/share_group_state_partition_metadata_key.h"
#include "wire/message/share_group_target_assignment_member_key.h"
#include "wire/message/share_group_target_assignment_metadata_key.h"
#include "wire/message/streams_group_current_member_assignment_key.h"
#include "wire/message/streams_group_member_metadata_key.h"
#include "wire/message/streams_group_metadata_key.h"
#include "wire/message/streams_group_target_assignment_member_key.h"
#include "wire/message/streams_group_target_assignment_metadata_key.h"
#include "wire/message/streams_group_topology_key.h"

namespace weir::coordinator {
namespace {

constexpr std::int16_t offset_commit_value_version = 4;
constexpr std::int16_t offset_commit_value_with_expiry_version = 1;
constexpr std::int16_t group_metadata_value_version = 3;

// --- encoding ---

template <class K>
Result<ByteBuffer> encode_key(const K& key) {
  wire::Output output;
  TRY(wire::encode_coordinator_key(key, output));
  return output.take();
}
template <class V>
Result<ByteBuffer> encode_value(const V& value, std::int16_t version) {
  wire::Output output;
  TRY(wire::encode_coordinator_value(value, version, output));
  return output.take();
}

wire::Str nullable(const std::optional<std::string>& text) {
  return text ? wire::Str(*text) : wire::Str::null();
}

Result<ByteBuffer> offset_key(std::string_view group, std::string_view topic,
                              PartitionIndex partition) {
  wire::OffsetCommitKey key;
  key.group = group;
  key.topic = topic;
  key.partition = partition;
  return encode_key(key);
}

Result<ByteBuffer> group_key(std::string_view group) {
  wire::GroupMetadataKey key;
  key.group = group;
  return encode_key(key);
}

Result<ByteBuffer> offset_value(const CommittedOffset& committed) {
  wire::OffsetCommitValue value;
  value.offset = committed.offset;
  value.leader_epoch = committed.leader_epoch;
  value.metadata = committed.metadata;
  value.commit_timestamp = committed.commit_timestamp;
  value.expire_timestamp = committed.expire_timestamp;
  value.topic_id = committed.topic_id;
  const bool has_expiry = committed.expire_timestamp != no_timestamp;
  const auto version =
      has_expiry ? offset_commit_value_with_expiry_version : offset_commit_value_version;
  return encode_value(value, version);
}

Result<ByteBuffer> group_value(const StoredGroup& group) {
  wire::Arena arena;
  wire::GroupMetadataValue value;
  value.protocol_type = group.protocol_type;
  value.generation = group.generation;
  value.protocol = nullable(group.protocol);
  value.leader = nullable(group.leader);
  value.current_state_timestamp = group.state_timestamp;
  value.members = arena.array<wire::GroupMetadataValue::MemberMetadata>(group.members.size());
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    const StoredMember& from = group.members[i];
    auto& to = value.members[i];
    to.member_id = from.member_id;
    to.group_instance_id = nullable(from.instance_id);
    to.client_id = from.client_id;
    to.client_host = from.client_host;
    to.rebalance_timeout = from.rebalance_timeout_ms;
    to.session_timeout = from.session_timeout_ms;
    to.subscription = wire::Blob(Bytes(from.subscription));
    to.assignment = wire::Blob(Bytes(from.assignment));
  }
  return encode_value(value, group_metadata_value_version);
}

struct Encoder {
  Result<EncodedRecord> operator()(const OffsetCommitted& record) const {
    TRY_ASSIGN(ByteBuffer key, offset_key(record.group, record.topic, record.partition));
    TRY_ASSIGN(ByteBuffer value, offset_value(record.value));
    return EncodedRecord{std::move(key), std::move(value), false};
  }
  Result<EncodedRecord> operator()(const OffsetRemoved& record) const {
    TRY_ASSIGN(ByteBuffer key, offset_key(record.group, record.topic, record.partition));
    return EncodedRecord{std::move(key), {}, true};
  }
  Result<EncodedRecord> operator()(const GroupStored& record) const {
    TRY_ASSIGN(ByteBuffer key, group_key(record.group));
    TRY_ASSIGN(ByteBuffer value, group_value(record.value));
    return EncodedRecord{std::move(key), std::move(value), false};
  }
  Result<EncodedRecord> operator()(const GroupRemoved& record) const {
    TRY_ASSIGN(ByteBuffer key, group_key(record.group));
    return EncodedRecord{std::move(key), {}, true};
  }
  Result<EncodedRecord> operator()(const ForeignRecord&) const {
    CHECK(false, "records of kinds that are not served are never written");
    return {};
  }
};

// --- decoding ---

std::optional<std::string> optional_text(wire::Str text) {
  return text.is_null() ? std::nullopt : std::optional<std::string>(text.str());
}

Result<CommittedOffset> decode_offset_value(Bytes bytes) {
  wire::Arena arena;
  wire::OffsetCommitValue value;
  TRY(wire::decode_coordinator_value(value, bytes, arena));
  CommittedOffset committed;
  committed.offset = value.offset;
  committed.leader_epoch = value.leader_epoch;
  committed.commit_timestamp = value.commit_timestamp;
  committed.expire_timestamp = value.expire_timestamp;
  committed.topic_id = value.topic_id;
  committed.metadata = value.metadata.str();
  return committed;
}

Result<StoredGroup> decode_group_value(Bytes bytes) {
  wire::Arena arena;
  wire::GroupMetadataValue value;
  TRY(wire::decode_coordinator_value(value, bytes, arena));
  StoredGroup group;
  group.protocol_type = value.protocol_type.str();
  group.generation = value.generation;
  group.protocol = optional_text(value.protocol);
  group.leader = optional_text(value.leader);
  group.state_timestamp = value.current_state_timestamp;
  group.members.reserve(value.members.size());
  for (const auto& from : value.members) {
    StoredMember& to = group.members.emplace_back();
    to.member_id = from.member_id.str();
    to.instance_id = optional_text(from.group_instance_id);
    to.client_id = from.client_id.str();
    to.client_host = from.client_host.str();
    to.rebalance_timeout_ms = from.rebalance_timeout;
    to.session_timeout_ms = from.session_timeout;
    to.subscription = to_buffer(from.subscription.view());
    to.assignment = to_buffer(from.assignment.view());
  }
  return group;
}

using DecodedRecord = Result<std::optional<GroupRecord>>;

DecodedRecord decode_offset(const wire::PrefixedMessage& prefixed, std::optional<Bytes> value) {
  wire::Arena arena;
  wire::OffsetCommitKey key;
  TRY(wire::decode_coordinator_key(key, prefixed, arena));
  if (!value) return OffsetRemoved{key.group.str(), key.topic.str(), key.partition};
  TRY_ASSIGN(CommittedOffset committed, decode_offset_value(*value));
  return OffsetCommitted{key.group.str(), key.topic.str(), key.partition, std::move(committed)};
}

DecodedRecord decode_group(const wire::PrefixedMessage& prefixed, std::optional<Bytes> value) {
  wire::Arena arena;
  wire::GroupMetadataKey key;
  TRY(wire::decode_coordinator_key(key, prefixed, arena));
  if (!value) return GroupRemoved{key.group.str()};
  TRY_ASSIGN(StoredGroup group, decode_group_value(*value));
  return GroupStored{key.group.str(), std::move(group)};
}

enum class Says : std::uint8_t { something, group, member };

// Of a foreign record only the key matters: whose it is, and what its presence says.
template <class Key>
DecodedRecord decode_foreign(const wire::PrefixedMessage& prefixed, bool is_tombstone,
                             ForeignKind kind, Says says) {
  wire::Arena arena;
  Key key;
  TRY(wire::decode_coordinator_key(key, prefixed, arena));
  ForeignRecord record;
  record.group = key.group_id.str();
  record.kind = kind;
  record.is_group_itself = says == Says::group;
  if constexpr (requires { key.member_id; }) {
    if (says == Says::member) record.member = key.member_id.str();
  }
  record.is_tombstone = is_tombstone;
  return record;
}

DecodedRecord decode_consumer(const wire::PrefixedMessage& key, bool gone) {
  constexpr auto kind = ForeignKind::consumer;
  switch (key.prefix) {
    case wire::ConsumerGroupMetadataKey::api_key:
      return decode_foreign<wire::ConsumerGroupMetadataKey>(key, gone, kind, Says::group);
    case wire::ConsumerGroupPartitionMetadataKey::api_key:
      return decode_foreign<wire::ConsumerGroupPartitionMetadataKey>(key, gone, kind,
                                                                     Says::something);
    case wire::ConsumerGroupMemberMetadataKey::api_key:
      return decode_foreign<wire::ConsumerGroupMemberMetadataKey>(key, gone, kind, Says::member);
    case wire::ConsumerGroupTargetAssignmentMetadataKey::api_key:
      return decode_foreign<wire::ConsumerGroupTargetAssignmentMetadataKey>(key, gone, kind,
                                                                            Says::something);
    case wire::ConsumerGroupTargetAssignmentMemberKey::api_key:
      return decode_foreign<wire::ConsumerGroupTargetAssignmentMemberKey>(key, gone, kind,
                                                                          Says::something);
    case wire::ConsumerGroupCurrentMemberAssignmentKey::api_key:
      return decode_foreign<wire::ConsumerGroupCurrentMemberAssignmentKey>(key, gone, kind,
                                                                           Says::something);
    case wire::ConsumerGroupRegularExpressionKey::api_key:
      return decode_foreign<wire::ConsumerGroupRegularExpressionKey>(key, gone, kind,
                                                                     Says::something);
    default:
      return std::nullopt;
  }
}

DecodedRecord decode_share(const wire::PrefixedMessage& key, bool gone) {
  constexpr auto kind = ForeignKind::share;
  switch (key.prefix) {
    case wire::ShareGroupMetadataKey::api_key:
      return decode_foreign<wire::ShareGroupMetadataKey>(key, gone, kind, Says::group);
    case wire::ShareGroupMemberMetadataKey::api_key:
      return decode_foreign<wire::ShareGroupMemberMetadataKey>(key, gone, kind, Says::member);
    case wire::ShareGroupTargetAssignmentMetadataKey::api_key:
      return decode_foreign<wire::ShareGroupTargetAssignmentMetadataKey>(key, gone, kind,
                                                                         Says::something);
    case wire::ShareGroupTargetAssignmentMemberKey::api_key:
      return decode_foreign<wire::ShareGroupTargetAssignmentMemberKey>(key, gone, kind,
                                                                       Says::something);
    case wire::ShareGroupCurrentMemberAssignmentKey::api_key:
      return decode_foreign<wire::ShareGroupCurrentMemberAssignmentKey>(key, gone, kind,
                                                                        Says::something);
    case wire::ShareGroupStatePartitionMetadataKey::api_key:
      return decode_foreign<wire::ShareGroupStatePartitionMetadataKey>(key, gone, kind,
                                                                       Says::something);
    default:
      return std::nullopt;
  }
}

DecodedRecord decode_streams(const wire::PrefixedMessage& key, bool gone) {
  constexpr auto kind = ForeignKind::streams;
  switch (key.prefix) {
    case wire::StreamsGroupMetadataKey::api_key:
      return decode_foreign<wire::StreamsGroupMetadataKey>(key, gone, kind, Says::group);
    case wire::StreamsGroupMemberMetadataKey::api_key:
      return decode_foreign<wire::StreamsGroupMemberMetadataKey>(key, gone, kind, Says::member);
    case wire::StreamsGroupTargetAssignmentMetadataKey::api_key:
      return decode_foreign<wire::StreamsGroupTargetAssignmentMetadataKey>(key, gone, kind,
                                                                           Says::something);
    case wire::StreamsGroupTargetAssignmentMemberKey::api_key:
      return decode_foreign<wire::StreamsGroupTargetAssignmentMemberKey>(key, gone, kind,
                                                                         Says::something);
    case wire::StreamsGroupCurrentMemberAssignmentKey::api_key:
      return decode_foreign<wire::StreamsGroupCurrentMemberAssignmentKey>(key, gone, kind,
                                                                          Says::something);
    case wire::StreamsGroupTopologyKey::api_key:
      return decode_foreign<wire::StreamsGroupTopologyKey>(key, gone, kind, Says::something);
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<EncodedRecord> encode_record(const GroupRecord& record) {
  return std::visit(Encoder{}, record);
}

Result<std::optional<GroupRecord>> decode_record(Bytes key, std::optional<Bytes> value) {
  TRY_ASSIGN(const wire::PrefixedMessage prefixed, wire::read_prefixed(key));
  const bool is_tombstone = !value.has_value();
  switch (prefixed.prefix) {
    case wire::LegacyOffsetCommitKey::api_key:
    case wire::OffsetCommitKey::api_key:
      return decode_offset(prefixed, value);
    case wire::GroupMetadataKey::api_key:
      return decode_group(prefixed, value);
    default:
      break;
  }
  TRY_ASSIGN(auto consumer, decode_consumer(prefixed, is_tombstone));
  if (consumer) return consumer;
  TRY_ASSIGN(auto share, decode_share(prefixed, is_tombstone));
  if (share) return share;
  return decode_streams(prefixed, is_tombstone);
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

}  // namespace weir::coordinator
