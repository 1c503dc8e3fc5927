#pragma once
// TopicChurn: topics that come and go while everything else happens. A topic whose creation was
// confirmed is there, one whose deletion was confirmed is not, and a topic made anew under an old
// name has none of its records, nor its configs, nor where its log started.

#include <map>
#include <optional>
#include <string>

#include "sim/node/ledger.h"
#include "sim/node/raw_client.h"
#include "sim/node/recorder.h"

namespace weir::sim {

class TopicChurn {
 public:
  TopicChurn(Ledger& ledger, Recorder& recorder, std::map<std::string, std::string> config);

  // Creates one, writes a record to one, deletes records of one, deletes one, or deletes one and
  // makes its next life at once. Kafka's number; 0: done.
  Task<Result<std::int16_t>> step(RawClient& client, SeededRandom& chance, TimestampMs now);
  Task<Result<>> check(RawClient& client);
  std::size_t steps_done() const { return done_; }
  // Creations and deletions that were confirmed.
  std::size_t made() const { return made_; }
  std::size_t removed() const { return removed_; }

 private:
  enum class State : std::uint8_t { there, gone, unsure };
  struct Topic {
    State state = State::gone;
    int life = 0;                            // of this name
    bool is_new = true;                      // it may hold records of this life only
    std::map<Offset, std::string> promised;  // of this life
    std::optional<std::string> retention;    // its own, in this life
    Offset trimmed = 0;                      // DeleteRecords was confirmed so far, in this life
    // In the history: this life's word, empty while nobody knows which it is; what creates the
    // next.
    std::string word;
    Recorder::Op create = 0;
  };
  Task<Result<std::int16_t>> create(RawClient& client, std::string name);
  Task<Result<std::int16_t>> remove(RawClient& client, std::string name);
  Task<Result<std::int16_t>> remake(RawClient& client, std::string name);
  // Before each is sent, and what came of it.
  std::map<std::string, std::string> begin_create(const std::string& name);
  Recorder::Op begin_remove(const std::string& name);
  void was_created(const std::string& name, std::int16_t code, bool was_unsure);
  void was_removed(const std::string& name, std::int16_t code, Recorder::Op op);
  Task<Result<std::int16_t>> write(RawClient& client, std::string name, TimestampMs now);
  Task<Result<std::int16_t>> trim(RawClient& client, std::string name);
  Task<Result<>> check_records(RawClient& client, std::string name);
  Task<Result<>> check_configs(RawClient& client, std::string name);

  Ledger& ledger_;
  Recorder& recorder_;
  std::map<std::string, std::string> config_;
  std::map<std::string, Topic> topics_;
  std::uint64_t written_ = 0;
  std::size_t done_ = 0;
  std::size_t made_ = 0;
  std::size_t removed_ = 0;
};

}  // namespace weir::sim
