#pragma once
// FadingTopic: a topic of which retention takes the oldest records, by size or by time. What is
// left is whole: from where it starts everything that was acknowledged is there, once and in order,
// and by size no more went than had to. What DeleteRecords took, too, does not come back.

#include <map>
#include <string>

#include "sim/node/ledger.h"
#include "sim/node/raw_client.h"
#include "sim/node/recorder.h"

namespace weir::sim {

struct FadingSettings {
  int records = 0;  // 0: there is no such topic
  std::int64_t segment_bytes = 1'024;
  std::int64_t bytes = -1;  // that are kept; -1: all
  std::int64_t ms = -1;
  int trims = 0;  // one step in so many deletes records; 0: none does
};

class FadingTopic {
 public:
  FadingTopic(Ledger& ledger, Recorder& recorder, FadingSettings settings);

  std::map<std::string, std::string> topic_config() const;
  // A new record, sent once, or old ones deleted. Kafka's number; 0: done.
  Task<Result<std::int16_t>> step(RawClient& client, SeededRandom& chance, TimestampMs now);
  // Reads what is left. Errc::invalid: refused, or its start has moved meanwhile.
  Task<Result<>> check(RawClient& client);

  const TopicPartition& home() const { return home_; }
  // Where it starts, as the last check found it.
  Offset start() const { return start_; }

 private:
  Task<Result<std::int16_t>> write(RawClient& client, SeededRandom& chance, TimestampMs now);
  Task<Result<std::int16_t>> trim(RawClient& client, SeededRandom& chance);
  void check_left(const std::vector<FetchedRecord>& records);

  Ledger& ledger_;
  Recorder& recorder_;
  FadingSettings settings_;
  TopicPartition home_{"fading", 0};
  std::map<std::string, std::size_t> sizes_;  // of each value's batch
  std::map<Offset, std::string> promised_;
  Offset start_ = 0;
  Offset trim_tried_ = 0, trimmed_ = 0;  // the farthest, and what was confirmed of it
};

}  // namespace weir::sim
