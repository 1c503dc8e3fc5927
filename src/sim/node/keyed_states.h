#pragma once
// KeyedStates: a writer of a compacted topic, and what must be true of each key whatever the
// cleaner, crashes and disks do: the newest value that was acknowledged, or one that was sent after
// it, is what a reader of the whole topic ends up with.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/node/damage.h"
#include "sim/node/ledger.h"
#include "sim/node/raw_client.h"
#include "sim/node/recorder.h"

namespace weir::sim {

struct KeyedSettings {
  int updates = 0;  // 0: there is no such topic
  std::uint64_t segment_bytes = 2'048;
  std::int64_t tombstones_ms = 100;  // that they are kept, at least
};

class KeyedStates {
 public:
  KeyedStates(Ledger& ledger, Recorder& recorder, TopicPartition home, KeyedSettings settings);

  std::map<std::string, std::string> topic_config() const;

  // Chooses what to write as one batch and remembers that it was tried; write() may be called again
  // with it.
  struct Update {
    std::vector<KeyedRecord> records;
    std::vector<Recorder::Op> sends;  // of each
  };
  Update next(SeededRandom& chance);
  // Kafka's number; 0: acknowledged.
  Task<Result<std::int16_t>> write(RawClient& client, const Update& update, TimestampMs now);
  // It will be written again, and what the network still holds may come after that.
  void was_not_answered(const Update& update);
  // Reads everything and compares.
  Task<Result<>> check(RawClient& client);
  // After check(), and after something was damaged while the node was down: what is damaged is
  // refused and nothing else, no reader gets other bytes, nothing goes but what the cleaner takes.
  Task<Result<>> check_around(RawClient& client, Damage damage);
  // ... and the writer goes on behind it, unseen by the history. Kafka's number.
  Task<Result<std::int16_t>> write_behind(RawClient& client, Damage damage, SeededRandom& chance,
                                          TimestampMs now);

  const TopicPartition& home() const { return home_; }
  std::size_t acknowledged_count() const { return acknowledged_; }
  // Records that the last check did not find any more.
  std::size_t compacted_count() const { return compacted_; }

 private:
  using Value = std::optional<std::string>;
  std::vector<KeyedRecord> choose(SeededRandom& chance);
  bool is_replaced(const FetchedRecord& record) const;
  bool may_be_gap(Offset offset) const;
  Result<> check_gone(const std::set<Offset>& known, Offset least_end) const;
  Offset end() const { return last_read_.empty() ? 0 : last_read_.rbegin()->first + 1; }
  struct Key {
    Value confirmed;          // none: nothing, or a tombstone
    std::set<Value> tried{};  // since then
    std::set<Value> late{};   // sent on a connection that was lost: may come at any time
  };

  Ledger& ledger_;
  Recorder& recorder_;
  TopicPartition home_;
  KeyedSettings settings_;
  std::map<std::string, Key> keys_;
  std::uint64_t last_number_ = 0;
  std::size_t acknowledged_ = 0;
  std::size_t compacted_ = 0;
  std::map<Offset, FetchedRecord> last_read_;  // by check(), and what was written behind it
};

}  // namespace weir::sim
