#pragma once
// The workload of one node: producers, idempotent and plain, and the members of a group work on one
// topic while the node is struck by crashes and troubles. Then nothing strikes any more, and within
// `patience` everybody must get on: each producer has a new record acknowledged, each member is in
// a stable group, the group commits and has read everything, a topic is made and another deleted.
// Then everything promised is held against what is read back, before and after a clean stop that
// is followed by a loss of power. One seed, one thread, one trace hash.
//
// What is checked: what is acknowledged (acks=all) or consumed is durable at that moment; every
// acknowledged (acks=all) record is at its offset with its bytes; no record stands twice, however
// often an idempotent producer sent it; what a consumer saw stays; committed offsets are there;
// leader epochs end where the batches say; of a compacted topic the newest value of each key stays
// (keyed_states.h); topics are there or not as was answered (topic_churn.h); after a clean stop
// nothing of the logs has to be checked; what is damaged while the node is down is refused, and
// nothing else (damage.h); the history of what the clients asked and were told, which
// real processes write too, has no anomaly (recorder.h).

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/env/executor.h"
#include "metadata/config/config_layers.h"
#include "sim/faults.h"
#include "sim/node/fading_topic.h"
#include "sim/node/keyed_states.h"
#include "sim/node/nemesis.h"

namespace weir::sim {

struct WorkloadSettings {
  std::uint64_t seed = 0;
  env::ShardId shards = 1;
  int idempotent_producers = 2;
  int plain_producers = 1;
  int members = 3;
  int rounds = 25;            // of each producer, or more as long as there are strikes
  int batches_in_flight = 3;  // at most, of a producer
  std::uint64_t value_bytes_max = 300;
  // One in so many times; 0: never.
  int cuts = 0;         // ... an idempotent producer does not wait for an answer: it connects anew
                        // and repeats
  int new_ids = 0;      // ... it begins a round with a new identity
  int short_waits = 0;  // ... a request may take one millisecond
  int readers = 0;      // of everything, without a group, in sessions that outlive connections
  std::int32_t partitions = 6;
  KeyedSettings keyed = {};
  FadingSettings fading = {};
  int churn_steps = 0;               // topics made and deleted beside it all
  bool is_damaged = false;           // after it all, at rest; then some go on behind it
  std::vector<Strike> strikes = {};  // one after the other, at random times
  // Of these, by number, the others do not hit; their times pass as they would.
  std::optional<std::vector<std::size_t>> only_strikes = {};
  // Until peace one piece of a helper's work in so many (0: none) takes up to so much longer.
  std::uint64_t stalls_one_in = 0;
  std::chrono::milliseconds longest_stall{0};
  metadata::ConfigMap config = {};  // of the node
  std::map<std::string, std::string> topic_config = {};
  std::map<std::string, std::string> churned_config = {};  // of topics that come and go
  // With acks=all: a record is in the durable image when its acknowledgement arrives. False for a
  // node that is told to sync later: then a power loss may take what is not durable at that moment,
  // and nothing before it.
  bool acknowledges_what_is_durable = true;
  // For what must come in the end. A parted network is whole after 20 s; a member that nobody heard
  // of is forgotten after 10 s, and as long takes a connection that leads nowhere.
  std::chrono::seconds patience{60};
  bool print_log = false;

  bool strikes_with(std::size_t number) const {
    return !only_strikes || std::ranges::count(*only_strikes, number) > 0;
  }
};

struct WorkloadReport {
  std::uint64_t trace_hash = 0;
  std::uint64_t events = 0;
  std::size_t acknowledged = 0;  // records
  std::size_t consumed = 0;
  std::size_t compacted = 0;  // records that the cleaner took
  std::size_t faded = 0;      // records that retention took
  std::size_t churned = 0;    // topics made, written to and deleted
  std::size_t connections_lost = 0;
  std::size_t forgiven = 0;  // acknowledged, not flushed yet, and not asked for any more
  std::uint64_t rebalances = 0;
  env::Duration under_load{};  // with clients at work; nothing where no fault fired
  env::Duration recovery{};    // from the last strike until everybody got on
  FaultCounts faults;
  std::vector<std::string> violations;
  std::string history;  // docs/formats/history.md; it was checked
};

WorkloadReport run_workload(const WorkloadSettings& settings);

}  // namespace weir::sim
