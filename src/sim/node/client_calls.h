#pragma once
// What clients ask most, as one call each over a RawClient. An error of the protocol is a value of
// the answer (Kafka's number); Result's errors are the connection's.

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "sim/node/raw_client.h"

namespace weir::sim {

struct ProducerIdentity {
  std::int16_t error_code = 0;
  ProducerId id = no_producer_id;
  ProducerEpoch epoch = no_producer_epoch;
};

struct Appended {
  std::int16_t error_code = 0;
  Offset base_offset = no_offset;
};

struct FetchedRecord {
  Offset offset = no_offset;
  std::string value;
  std::optional<std::string> key = {};
  bool is_tombstone = false;
  LeaderEpoch leader_epoch = no_epoch;  // of its batch
  // The same value at the same place.
  bool operator==(const FetchedRecord& other) const {
    return offset == other.offset && value == other.value;
  }
};

struct Fetched {
  std::int16_t error_code = 0;
  Offset high_watermark = no_offset;
  std::vector<FetchedRecord> records;  // from the asked offset on
  Offset next = no_offset;             // behind the last batch; -1: there is none
};

struct TopicPartition {
  std::string topic;
  PartitionIndex partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

// One batch of records with these values; from a plain producer when `producer.id` is -1.
std::vector<std::byte> batch_of(std::span<const std::string> values, TimestampMs now,
                                const ProducerIdentity& producer = {},
                                Sequence base_sequence = no_sequence);

// Of a topic whose keys count.
struct KeyedRecord {
  std::string key;
  std::optional<std::string> value;  // none: a tombstone
};
std::vector<std::byte> keyed_batch(std::span<const KeyedRecord> records, TimestampMs now);

// The records in fetched bytes; a batch that was cut off at the end is left out. Error: corrupt.
Result<std::vector<FetchedRecord>> records_in(Bytes bytes, Offset from);

Task<Result<std::int16_t>> create_topic(RawClient& client, std::string name,
                                        std::int32_t partitions,
                                        std::map<std::string, std::string> configs = {});
Task<Result<std::int16_t>> delete_topic(RawClient& client, std::string name);
// Deletes it and makes the next of its name, without waiting in between.
struct RemadeTopic {
  std::int16_t deleted = 0;
  std::int16_t created = 0;
};
Task<Result<RemadeTopic>> remake_topic(RawClient& client, std::string name, std::int32_t partitions,
                                       std::map<std::string, std::string> configs);
// Names of all topics that are there.
Task<Result<std::set<std::string>>> topic_names(RawClient& client);
// DeleteRecords.
Task<Result<std::int16_t>> delete_records(RawClient& client, TopicPartition of, Offset before);
// What a topic has of its own; no value: a default holds.
struct OwnConfig {
  std::int16_t error_code = 0;
  std::optional<std::string> value;
};
Task<Result<OwnConfig>> own_config(RawClient& client, std::string topic, std::string name);
Task<Result<ProducerIdentity>> init_producer_id(RawClient& client);

// Pipelined: the request only; next_appended takes the answer.
inline constexpr std::int32_t long_timeout_ms = 30'000;
Result<> add_produce(RawClient& client, const TopicPartition& to, Bytes batch, std::int16_t acks,
                     std::int32_t timeout_ms = long_timeout_ms);
Task<Result<Appended>> next_appended(RawClient& client);
Task<Result<Appended>> produce(RawClient& client, TopicPartition to, std::vector<std::byte> batch,
                               std::int16_t acks = -1);

// Without a session.
Task<Result<Fetched>> fetch(RawClient& client, TopicPartition from, Offset offset,
                            std::int32_t max_wait_ms = 0);
// Everything from an offset up to the high watermark that the first answer says.
Task<Result<std::vector<FetchedRecord>>> read_all(RawClient& client, TopicPartition from,
                                                  Offset start = 0);

inline constexpr TimestampMs latest_timestamp = -1;
inline constexpr TimestampMs earliest_timestamp = -2;
struct ListedOffset {
  std::int16_t error_code = 0;
  Offset offset = no_offset;
};
Task<Result<ListedOffset>> list_offset(RawClient& client, TopicPartition of, TimestampMs timestamp);

struct EpochEndOffset {
  std::int16_t error_code = 0;
  LeaderEpoch epoch = no_epoch;
  Offset end_offset = no_offset;
};
Task<Result<EpochEndOffset>> end_of_epoch(RawClient& client, TopicPartition of, LeaderEpoch epoch);

// Fetches of several partitions in a session (KIP-227): after the first request only what changed
// is named, and what is not wanted any more.
class FetchSession {
 public:
  FetchSession(RawClient& client, std::map<TopicPartition, Offset> positions)
      : client_(client), positions_(std::move(positions)) {}

  // Positions move behind what was received. An error of the session begins a new one.
  Task<Result<std::map<TopicPartition, Fetched>>> poll(std::int32_t max_wait_ms);
  const std::map<TopicPartition, Offset>& positions() const { return positions_; }
  void seek(const TopicPartition& at, Offset offset) { positions_[at] = offset; }
  // Until the next seek() to it.
  void forget(const TopicPartition& at) { positions_.erase(at); }
  std::int32_t id() const { return id_; }

 private:
  RawClient& client_;
  std::map<TopicPartition, Offset> positions_;
  std::map<TopicPartition, Offset> known_;  // what the broker's session holds
  std::int32_t id_ = 0;
  std::int32_t epoch_ = 0;
};

}  // namespace weir::sim
