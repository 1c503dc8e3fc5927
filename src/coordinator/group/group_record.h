#pragma once
// The records of classic groups in __consumer_offsets, as values, and their bytes: OffsetCommit
// (key type 1; 0 is its old form, read only) and GroupMetadata (key type 2). The versions written
// are those of Apache Kafka 4.4: OffsetCommitValue 4 (1 when the commit has an expiry of its own)
// and GroupMetadataValue 3.
//
// Records of group kinds that are not served yet (consumer, share and streams groups) are told
// apart, so that no classic group takes their id, and are otherwise left alone.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "wire/codec/codec.h"

namespace weir::coordinator {

using ByteBuffer = std::vector<std::byte>;
inline ByteBuffer to_buffer(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// Of what this leader has committed itself, since it was elected: later than all it has loaded.
inline constexpr Offset newest_record_offset = std::numeric_limits<Offset>::max();

struct CommittedOffset {
  Offset offset = no_offset;
  LeaderEpoch leader_epoch = no_epoch;
  TimestampMs commit_timestamp = no_timestamp;
  TimestampMs expire_timestamp = no_timestamp;  // -1: retention decides
  Uuid topic_id;                                // zero: not known when it was committed
  Offset record_offset = no_offset;  // where its record lies; orders it against transactions
  std::string metadata;

  bool operator==(const CommittedOffset&) const = default;
};

struct StoredMember {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  std::int32_t rebalance_timeout_ms = -1;
  std::int32_t session_timeout_ms = 0;
  ByteBuffer subscription;
  ByteBuffer assignment;

  bool operator==(const StoredMember&) const = default;
};

struct StoredGroup {
  std::string protocol_type;
  std::int32_t generation = 0;
  std::optional<std::string> protocol;
  std::optional<std::string> leader;
  TimestampMs state_timestamp = no_timestamp;
  std::vector<StoredMember> members;

  bool operator==(const StoredGroup&) const = default;
};

struct OffsetCommitted {
  std::string group;
  std::string topic;
  PartitionIndex partition = 0;
  CommittedOffset value;
};
struct OffsetRemoved {
  std::string group;
  std::string topic;
  PartitionIndex partition = 0;
};
struct GroupStored {
  std::string group;
  StoredGroup value;
};
struct GroupRemoved {
  std::string group;
};

enum class ForeignKind : std::uint8_t { consumer, share, streams };

// A record of a kind that is not served.
struct ForeignRecord {
  std::string group;
  ForeignKind kind = ForeignKind::consumer;
  bool is_group_itself = false;  // the record that says that the group exists
  std::string member;            // not empty: the record that says that a member exists
  bool is_tombstone = false;
};

using GroupRecord =
    std::variant<OffsetCommitted, OffsetRemoved, GroupStored, GroupRemoved, ForeignRecord>;

// The bytes of a record that this broker writes (not ForeignRecord): appended to `key` and, unless
// it is a tombstone, to `value`. Errors: invalid, when a text is longer than the format can carry.
struct EncodedRecord {
  ByteBuffer key;
  ByteBuffer value;
  bool is_tombstone = false;
};
Result<EncodedRecord> encode_record(const GroupRecord& record);

// Reads any record of the topic. nullopt: a key type that Kafka 4.4 does not know either; it is
// ignored. `value` null: a tombstone. Errors: corrupt, unsupported (version), for known types only.
Result<std::optional<GroupRecord>> decode_record(Bytes key, std::optional<Bytes> value);

// Java's String.length: UTF-16 units of a UTF-8 text.
std::size_t utf16_length(std::string_view text);

}  // namespace weir::coordinator
