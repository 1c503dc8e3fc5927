#pragma once
// Clients of the node under test, all on one machine that never crashes: producers, the members of
// a group, a writer of a compacted topic and one who makes and deletes topics. They work through
// whatever strikes. After at_peace() each of them must get something done once more (progress.h).
//
// Coroutines of one shard; whoever holds a Clients lets the world run until have_ended().

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/task_scope.h"
#include "sim/node/damage.h"
#include "sim/node/durable_log.h"
#include "sim/node/fading_topic.h"
#include "sim/node/group_member.h"
#include "sim/node/keyed_states.h"
#include "sim/node/ledger.h"
#include "sim/node/progress.h"
#include "sim/node/recorder.h"
#include "sim/node/topic_churn.h"
#include "sim/node/workload.h"
#include "sim/world.h"

namespace weir::sim {

class Clients {
 public:
  Clients(const WorkloadSettings& settings, World& world, Host& host, env::Address broker);

  void start();
  // Nothing strikes any more.
  void at_peace();
  bool have_produced() const { return producing_ == 0; }
  // Where records may go again, so may what a group has consumed.
  bool have_consumed() const { return have_produced() && (!is_strict() || ledger.all_consumed()); }
  // Who does not get on, and what each was told last.
  std::string stuck() const;
  void stop_consuming() { stopping_ = true; }
  bool have_ended() const { return scope_.running() == 0; }
  void check() { scope_.spawn(check_everything()); }
  // Of the topic, while the node is down.
  std::optional<Damage> damage_at_rest(SeededRandom& chance);
  // After check() and that: what is damaged is refused and nothing else, no reader gets other
  // bytes, ends stay where they were, and producing goes on.
  void check_around(const Damage& damage) { scope_.spawn(check_around_it(damage)); }
  // Of a node that does not sync at once, before each crash.
  void forgive_unflushed(Crash how);

  Ledger ledger;
  Recorder recorder;
  Progress progress;
  KeyedStates states;
  TopicChurn churn;
  FadingTopic fading;
  std::size_t connections_lost = 0;
  std::size_t forgiven = 0;
  std::uint64_t rebalances = 0;

 private:
  static constexpr std::string_view topic = "flights";
  static constexpr std::string_view states_topic = "states";
  static constexpr std::string_view group = "readers";
  static constexpr std::string_view auditor = "auditor";  // in the history
  static constexpr std::chrono::milliseconds pause_after_failure{20};

  struct Producer {
    std::string name;
    int number;
    RawClient client;
    SeededRandom chance;
    ProducerIdentity identity = {};
    std::map<TopicPartition, Sequence> sequences = {};
  };
  // A round of one producer: batches to one partition, sent at once.
  struct Round {
    TopicPartition to;
    std::string process;                           // in the history
    std::vector<std::vector<std::string>> values;  // of each batch
    std::vector<std::vector<std::byte>> batches;
    std::vector<std::vector<Recorder::Op>> sends;
  };
  // One of the group, and what it owns as far as it knows.
  struct Consumer {
    std::string process;
    RawClient client;
    GroupMember member;
    SeededRandom chance;
    std::vector<TopicPartition> owned;
    env::Instant known{};  // the group knew it then, or later
  };

  bool is_strict() const { return settings_.acknowledges_what_is_durable; }
  std::uint64_t node_lives() const;
  // Whether what the node said in its life `life` still holds.
  bool still_holds(std::uint64_t life) const { return is_strict() || life == node_lives(); }
  // In this life of the node.
  bool has_sync_failed() const { return world_.faults().of(Fault::sync_failed) != syncs_failed_; }
  std::vector<TopicPartition> all_partitions() const;
  Task<> pause(env::Duration duration);
  Task<> connect(std::string who, RawClient& client);
  void lost(RawClient& client);
  void told(const std::string& who, std::string_view doing, const Result<std::int16_t>& answer);
  // Whether the one of this name has more to do after so many of its steps.
  bool goes_on(const std::string& who, int done, int wanted) const;
  env::Duration pause_between_rounds(Producer& self, int done) const;

  Task<> create();
  Task<> write_states();
  Task<Result<std::int16_t>> try_update(RawClient& client, KeyedStates::Update update);
  Task<Result<std::int16_t>> try_fading(RawClient& client, SeededRandom& chance);
  Task<> write_fading();
  Task<> churn_topics();

  Producer make_producer(int who);
  Task<> produce_idempotent(int who);
  Task<> produce_plain(int who);
  Task<bool> begin_anew(Producer& self);
  Task<bool> deliver(Producer& self, Round& round);
  Task<Result<std::int16_t>> send_round(Producer& self, Round& round);
  Task<Result<std::int16_t>> send_and_cut(Producer& self, Round& round);
  Result<> add_round(Producer& self, const Round& round);
  Task<Result<std::int16_t>> send_once(Producer& self, Round& round, std::int16_t acks);
  Round make_round(Producer& self, int number);
  void add_batches(Producer& self, Round& round);
  void acknowledge_first(Round& round, Offset offset, std::uint64_t life);
  std::string producer_process(int who, std::int16_t acks, bool is_idempotent);
  void record_sends(Round& round, std::string process, std::size_t batches);
  void record_unknown(const Round& round);

  bool comes_up(Producer& self, int one_in) const;

  Task<> read_along(int who);
  Task<> consume(int who);
  Task<Result<std::int16_t>> be_member(Consumer& self);
  Task<Result<std::int16_t>> commit_late(Consumer& self);
  Task<Result<std::int16_t>> follow(Consumer& self);
  Task<Result<CommittedOffsets>> ask_for_commits(RawClient& client, std::string process,
                                                 std::vector<TopicPartition> of);
  void consumed(Consumer& self, const TopicPartition& at, const Fetched& got, std::uint64_t life);
  void check_durable(const TopicPartition& at, const FetchedRecord& record);
  Task<Result<std::int16_t>> heartbeat(Consumer& self);
  Task<Result<std::int16_t>> commit(Consumer& self, std::map<TopicPartition, Offset> offsets);
  void take_over(Consumer& self);
  void give_up(Consumer& self, bool in_order);

  Task<> check_everything();
  Task<Result<>> check_log(RawClient& client);
  Task<Result<>> check_epochs(RawClient& client, TopicPartition at,
                              const std::vector<FetchedRecord>& records);
  Task<Result<>> check_topics(RawClient& client);
  Task<Result<>> check_fading(RawClient& client);
  Task<Result<>> check_commits(RawClient& client);
  Task<> check_around_it(Damage damage);
  Task<Result<>> states_around(RawClient& client, Damage damage);
  Task<Result<>> check_around(RawClient& client, const Damage& damage, TopicPartition at);

  const WorkloadSettings& settings_;
  World& world_;
  env::Env& env_;
  env::Address broker_;
  DurableLog durable_;
  int producing_ = 0;
  bool created_ = false;
  bool states_created_ = false;
  bool fading_created_ = false;
  bool is_peace_ = false;
  bool stopping_ = false;
  std::uint64_t syncs_failed_ = 0;                                  // before this life of the node
  std::set<std::string> producers_;                                 // that the history knows
  std::map<TopicPartition, std::vector<FetchedRecord>> last_read_;  // by check()
  TaskScope scope_;
};

}  // namespace weir::sim
