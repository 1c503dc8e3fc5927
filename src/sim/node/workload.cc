#include "sim/node/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "base/offload.h"
#include "base/task_scope.h"
#include "sim/node/durable_log.h"
#include "sim/node/group_member.h"
#include "sim/node/keyed_states.h"
#include "sim/node/ledger.h"
#include "sim/node/recorder.h"
#include "sim/node/topic_churn.h"
#include "sim/node/whole_node.h"
#include "sim/world.h"
#include "wire/error_code.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view topic = "flights";
constexpr std::string_view states_topic = "states";
constexpr std::string_view group = "readers";
constexpr std::string_view auditor = "auditor";  // in the history
// A member that the group knew so lately was not overtaken by another (half of both timeouts).
constexpr std::chrono::seconds known_lately{5};
constexpr milliseconds pause_after_failure{20};
constexpr milliseconds pause_between_rounds{15};
constexpr milliseconds pause_between_updates{5};
constexpr std::int32_t long_poll_ms = 50;
constexpr auto out_of_order =
    static_cast<std::int16_t>(wire::ErrorCode::out_of_order_sequence_number);
constexpr auto rebalancing = static_cast<std::int16_t>(wire::ErrorCode::rebalance_in_progress);
constexpr auto out_of_range = static_cast<std::int16_t>(wire::ErrorCode::offset_out_of_range);
constexpr auto topic_exists = static_cast<std::int16_t>(wire::ErrorCode::topic_already_exists);

bool is_retriable(std::int16_t error_code) { return wire::error_info(error_code).retriable; }

// An answer of the broker that may be another one soon.
bool is_refused_for_now(const Error& error) {
  return error.code == Errc::invalid && is_retriable(static_cast<std::int16_t>(error.at));
}

// The clients, all on one machine that never crashes.
class Clients {
 public:
  Clients(const WorkloadSettings& settings, World& world, Host& host, env::Address broker)
      : recorder(world),
        states(ledger, recorder, {std::string(states_topic), 0}),
        churn(ledger, recorder),
        settings_(settings),
        world_(world),
        env_(host.env(0)),
        broker_(std::move(broker)),
        durable_(world.find_host(broker_.host)->disk(), "/data"),
        scope_(env_.executor) {}

  void start() {
    scope_.spawn(create());
    const int producers = settings_.idempotent_producers + settings_.plain_producers;
    producing_ = producers + (settings_.keyed_updates > 0) + (settings_.churn_steps > 0);
    if (settings_.keyed_updates > 0) scope_.spawn(write_states());
    if (settings_.churn_steps > 0) scope_.spawn(churn_topics());
    for (int who = 0; who < producers; ++who) {
      scope_.spawn(who < settings_.idempotent_producers ? produce_idempotent(who)
                                                        : produce_plain(who));
    }
    for (int who = 0; who < settings_.members; ++who) scope_.spawn(consume(who));
  }
  bool have_produced() const { return producing_ == 0; }
  // Where records may go again, so may what a group has consumed.
  bool have_consumed() const { return have_produced() && (!is_strict() || ledger.all_consumed()); }
  void stop_consuming() { stopping_ = true; }
  bool have_ended() const { return scope_.running() == 0; }
  void check() { scope_.spawn(check_everything()); }
  // Of a node that does not sync at once, before each crash.
  void forgive_unflushed(Crash how);

  Ledger ledger;
  Recorder recorder;
  KeyedStates states;
  TopicChurn churn;
  std::size_t connections_lost = 0;
  std::size_t stuck_producers = 0;
  std::size_t forgiven = 0;
  std::uint64_t rebalances = 0;

 private:
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

  Task<> create();
  Task<> produce_idempotent(int who);
  Task<> produce_plain(int who);
  Task<> consume(int who);
  bool is_strict() const { return settings_.acknowledges_what_is_durable; }
  // Whether what the node said in its life `life` still holds.
  bool still_holds(std::uint64_t life) const { return is_strict() || life == node_lives(); }
  void check_durable(const TopicPartition& at, const FetchedRecord& record);
  std::uint64_t node_lives() const {
    return world_.faults().of(Fault::process_killed) + world_.faults().of(Fault::power_lost);
  }
  Task<> write_states();
  Task<> churn_topics();
  Task<> check_everything();
  Task<Result<>> connect(RawClient& client);
  Task<Result<ProducerIdentity>> identity(RawClient& client);
  Round make_round(SeededRandom& chance, int who, int number);
  std::string producer_process(int who, std::int16_t acks, bool is_idempotent);
  void record_sends(Round& round, std::string process, std::size_t batches);
  void record_unknown(const Round& round);
  Task<Result<std::int16_t>> send_round(RawClient& client, Round& round);
  Task<Result<>> be_member(Consumer& self);
  Task<Result<std::int16_t>> follow(Consumer& self);
  Task<Result<CommittedOffsets>> ask_for_commits(RawClient& client, std::string process,
                                                 std::vector<TopicPartition> of);
  void consumed(Consumer& self, const TopicPartition& at, const Fetched& got, std::uint64_t life);
  Task<Result<std::int16_t>> heartbeat(Consumer& self);
  Task<Result<std::int16_t>> commit(Consumer& self, std::map<TopicPartition, Offset> offsets);
  void take_over(Consumer& self);
  void give_up(Consumer& self, bool in_order);
  Task<Result<>> check_log(RawClient& client);
  Task<Result<>> check_epochs(RawClient& client, TopicPartition at,
                              const std::vector<FetchedRecord>& records);
  Task<Result<>> check_commits(RawClient& client);
  std::vector<TopicPartition> all_partitions() const;
  void lost(RawClient& client) {
    ++connections_lost;
    client.close();
  }

  const WorkloadSettings& settings_;
  World& world_;
  env::Env& env_;
  env::Address broker_;
  DurableLog durable_;
  int producing_ = 0;
  bool created_ = false;
  bool stopping_ = false;
  std::uint64_t syncs_failed_ = 0;
  std::set<std::string> producers_;  // that the history knows
  TaskScope scope_;
};

std::vector<TopicPartition> Clients::all_partitions() const {
  std::vector<TopicPartition> all;
  for (PartitionIndex p = 0; p < settings_.partitions; ++p) all.push_back({std::string(topic), p});
  return all;
}

// Until it is connected and the topic is there.
Task<Result<>> Clients::connect(RawClient& client) {
  while (!client.is_connected() || !created_) {
    if (!client.is_connected()) {
      auto connecting = client.connect();
      const auto connected = co_await std::move(connecting);
      if (connected) continue;
    }
    auto sleeping = sleep_for(env_, pause_after_failure);
    co_await std::move(sleeping);
  }
  co_return Result<>{};
}

Task<> Clients::create() {
  RawClient client(env_, broker_);
  while (!created_) {
    auto connecting = client.connect();
    const auto connected = co_await std::move(connecting);
    if (connected) {
      auto creating =
          create_topic(client, std::string(topic), settings_.partitions, settings_.topic_config);
      const auto code = co_await std::move(creating);
      created_ = code && (*code == 0 || *code == topic_exists);
    }
    auto sleeping = sleep_for(env_, pause_after_failure);
    co_await std::move(sleeping);
  }
}

// --- producers ---

Clients::Round Clients::make_round(SeededRandom& chance, int who, int number) {
  Round round;
  round.to = {
      std::string(topic),
      static_cast<PartitionIndex>(chance.below(static_cast<std::uint64_t>(settings_.partitions)))};
  round.values.resize(1 + chance.below(3));
  for (std::size_t b = 0; b < round.values.size(); ++b) {
    const std::uint64_t count = 1 + chance.below(8);
    for (std::uint64_t r = 0; r < count; ++r) {
      round.values[b].push_back(
          fmt::format("{}.{}.{}.{}:{}", who, number, b, r, std::string(chance.below(300), 'x')));
      ledger.sent(round.values[b].back());
    }
  }
  return round;
}

// A process of the history has one kind of acks.
std::string Clients::producer_process(int who, std::int16_t acks, bool is_idempotent) {
  // Only where an acknowledgement says that a record is durable it is a promise to the checks.
  const std::string word = acks == -1 && is_strict() ? "all" : acks == 0 ? "0" : "1";
  is_idempotent = is_idempotent && is_strict();
  std::string process = fmt::format("producer-{}-acks-{}", who, word);
  if (producers_.insert(process).second) {
    recorder.say(process, Recorder::Verb::producer, word + (is_idempotent ? " idempotent" : ""));
  }
  return process;
}

void Clients::record_sends(Round& round, std::string process, std::size_t batches) {
  round.process = std::move(process);
  for (std::size_t b = 0; b < batches; ++b) {
    auto& sends = round.sends.emplace_back();
    for (const auto& value : round.values[b]) {
      sends.push_back(
          recorder.send(round.process, round.to.topic, round.to.partition, std::nullopt, value));
    }
  }
}

void Clients::record_unknown(const Round& round) {
  for (const auto& batch : round.sends) {
    for (const Recorder::Op op : batch) recorder.say(round.process, Recorder::Verb::unknown, op);
  }
}

// What is acknowledged leaves the round. Stops at the first error, which is not one of the
// connection.
Task<Result<std::int16_t>> Clients::send_round(RawClient& client, Round& round) {
  const std::uint64_t life = node_lives();
  for (const auto& batch : round.batches) CO_TRY(add_produce(client, round.to, batch, -1));
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  std::int16_t first_error = 0;
  for (std::size_t left = round.batches.size(); left > 0; --left) {
    auto receiving = next_appended(client);
    CO_TRY_ASSIGN(const Appended appended, co_await std::move(receiving));
    if (first_error == 0) first_error = appended.error_code;
    if (first_error != 0) continue;
    Offset offset = appended.base_offset;
    if (is_strict() && !durable_.holds(round.to, offset, round.values.front())) {
      ledger.add_violation(fmt::format("{}-{} offset {} was acknowledged before it was durable",
                                       round.to.topic, round.to.partition, offset));
    }
    for (std::size_t i = 0; i < round.values.front().size(); ++i, ++offset) {
      if (still_holds(life)) ledger.acknowledged(round.to, offset, round.values.front()[i]);
      recorder.say(round.process, Recorder::Verb::acked, round.sends.front()[i], offset);
    }
    round.sends.erase(round.sends.begin());
    round.values.erase(round.values.begin());
    round.batches.erase(round.batches.begin());
  }
  co_return first_error;
}

Task<Result<ProducerIdentity>> Clients::identity(RawClient& client) {
  for (;;) {
    auto connecting = connect(client);
    co_await std::move(connecting);
    auto asking = init_producer_id(client);
    auto got = co_await std::move(asking);
    if (got && got->error_code == 0) co_return got;
    if (got && !is_retriable(got->error_code)) {
      co_return fail(Errc::invalid, "no producer id", static_cast<std::uint64_t>(got->error_code));
    }
    if (!got) lost(client);
    auto sleeping = sleep_for(env_, pause_after_failure);
    co_await std::move(sleeping);
  }
}

Task<> Clients::produce_idempotent(int who) {
  RawClient client(env_, broker_);
  SeededRandom chance = world_.fork(fmt::format("workload/producer/{}", who));
  auto identifying = identity(client);
  auto producer = co_await std::move(identifying);
  if (!producer) ledger.add_violation(producer.error().message());
  std::map<TopicPartition, Sequence> sequences;
  for (int number = 0; producer && number < settings_.rounds; ++number) {
    Round round = make_round(chance, who, number);
    record_sends(round, producer_process(who, -1, true), round.values.size());
    for (const auto& values : round.values) {
      Sequence& sequence = sequences[round.to];
      round.batches.push_back(batch_of(values, env_.clock.wall_ms(), *producer, sequence));
      sequence += static_cast<Sequence>(values.size());
    }
    const std::uint64_t life = node_lives();
    while (!round.batches.empty()) {
      auto connecting = connect(client);
      co_await std::move(connecting);
      auto sending = send_round(client, round);
      const auto sent = co_await std::move(sending);
      if (sent && *sent == out_of_order && !is_strict()) {
        // What it was told of is gone: it begins anew, as producers do.
        auto again = identity(client);
        const auto renewed = co_await std::move(again);
        if (renewed) producer = renewed;
        sequences.clear();
        break;
      }
      if (sent && *sent == out_of_order && round.batches.size() > 1 && node_lives() != life) {
        // Kafka's snapshots of producers hold the last batch of each: a node that has started again
        // cannot tell that an earlier one is repeated. The producer cannot go on.
        ++stuck_producers;
        number = settings_.rounds;
        break;
      }
      if (sent && *sent != 0 && !is_retriable(*sent)) {
        ledger.add_violation(fmt::format("an idempotent batch was refused with {}", *sent));
        break;
      }
      if (!sent) lost(client);
      auto sleeping = sleep_for(env_, pause_between_rounds);
      co_await std::move(sleeping);
    }
    record_unknown(round);
  }
  --producing_;
}

// Sends every value once, whatever comes back. Half of the partitions get nothing that is not a
// promise: of such a log the history allows more.
Task<> Clients::produce_plain(int who) {
  RawClient client(env_, broker_);
  SeededRandom chance = world_.fork(fmt::format("workload/producer/{}", who));
  for (int number = 0; number < settings_.rounds; ++number) {
    Round round = make_round(chance, who, number);
    for (const auto& values : round.values) {
      round.batches.push_back(batch_of(values, env_.clock.wall_ms()));
    }
    auto connecting = connect(client);
    co_await std::move(connecting);
    auto acks = static_cast<std::int16_t>(static_cast<int>(chance.below(3)) - 1);
    if (round.to.partition % 2 == 1) acks = -1;
    record_sends(round, producer_process(who, acks, false), acks == -1 ? round.values.size() : 1);
    if (acks == -1) {
      auto sending = send_round(client, round);
      const auto sent = co_await std::move(sending);
      if (!sent) lost(client);
    } else {
      auto sending = produce(client, round.to, round.batches.front(), acks);
      const auto sent = co_await std::move(sending);
      if (!sent) lost(client);
    }
    record_unknown(round);
    auto sleeping = sleep_for(env_, pause_between_rounds);
    co_await std::move(sleeping);
  }
  --producing_;
}

Task<> Clients::write_states() {
  RawClient client(env_, broker_);
  SeededRandom chance = world_.fork("workload/states");
  bool is_created = false;
  for (int number = 0; number < settings_.keyed_updates; ++number) {
    const KeyedStates::Update update = states.next(chance);
    for (bool is_written = false; !is_written;) {
      auto connecting = connect(client);
      co_await std::move(connecting);
      if (!is_created) {
        auto creating = create_topic(client, std::string(states_topic), 1,
                                     KeyedStates::topic_config(settings_.keyed_segment_bytes));
        const auto created = co_await std::move(creating);
        is_created = created && (*created == 0 || *created == topic_exists);
        if (!created) lost(client);
        if (!is_created) continue;
      }
      auto writing = states.write(client, update, env_.clock.wall_ms());
      const auto written = co_await std::move(writing);
      is_written = written && *written == 0;
      if (!written) lost(client);
      if (written && *written != 0 && !is_retriable(*written)) {
        ledger.add_violation(fmt::format("a state was refused with {}", *written));
        is_written = true;
      }
      auto sleeping = sleep_for(env_, is_written ? pause_between_updates : pause_after_failure);
      co_await std::move(sleeping);
    }
  }
  --producing_;
}

Task<> Clients::churn_topics() {
  RawClient client(env_, broker_);
  SeededRandom chance = world_.fork("workload/churn");
  for (int number = 0; number < settings_.churn_steps; ++number) {
    auto connecting = connect(client);
    co_await std::move(connecting);
    auto stepping = churn.step(client, chance, env_.clock.wall_ms());
    const auto done = co_await std::move(stepping);
    if (!done) lost(client);
    auto sleeping = sleep_for(env_, pause_between_rounds);
    co_await std::move(sleeping);
  }
  --producing_;
}

// --- consumers ---

Task<> Clients::consume(int who) {
  Consumer self{.process = fmt::format("member-{}", who),
                .client = RawClient(env_, broker_),
                .member = GroupMember({.group = std::string(group),
                                       .topic = std::string(topic),
                                       .partitions = settings_.partitions}),
                .chance = world_.fork(fmt::format("workload/member/{}", who)),
                .owned = {}};
  // Nothing is said of what a group processes where records may go again.
  if (is_strict()) recorder.say(self.process, Recorder::Verb::member, group);
  while (!stopping_) {
    auto connecting = connect(self.client);
    co_await std::move(connecting);
    auto membership = be_member(self);
    const auto ended = co_await std::move(membership);
    if (!ended && ended.error().code == Errc::corrupt) {
      ledger.add_violation("a consumer got: " + ended.error().message());
    }
    if (!ended) lost(self.client);
    give_up(self, false);
    auto sleeping = sleep_for(env_, pause_after_failure);
    co_await std::move(sleeping);
  }
}

// From finding the coordinator to the next rebalance, or the end.
Task<Result<>> Clients::be_member(Consumer& self) {
  auto finding = find_coordinator(self.client, std::string(group));
  CO_TRY_ASSIGN(std::int16_t error, co_await std::move(finding));
  if (error == 0) {
    self.known = world_.now();
    auto joining = self.member.join(self.client);
    CO_TRY_ASSIGN(error, co_await std::move(joining));
  }
  if (error != 0) co_return Result<>{};  // again, after a pause
  ++rebalances;
  take_over(self);
  auto following = follow(self);
  CO_TRY_ASSIGN(error, co_await std::move(following));
  const bool was_asked = error == 0 || error == rebalancing;
  give_up(self, was_asked && world_.now() - self.known < known_lately);
  if (error == 0) {
    auto leaving = self.member.leave(self.client);
    CO_TRY(co_await std::move(leaving));
  }
  co_return Result<>{};
}

void Clients::take_over(Consumer& self) {
  self.owned = self.member.assigned();
  for (const TopicPartition& at : self.owned) {
    recorder.say(self.process, Recorder::Verb::assigned, group, self.member.generation(), at.topic,
                 at.partition);
  }
}

// In order: before anybody else can have been given what it owns.
void Clients::give_up(Consumer& self, bool in_order) {
  for (const TopicPartition& at : std::exchange(self.owned, {})) {
    recorder.say(self.process, in_order ? Recorder::Verb::revoked : Recorder::Verb::lost, group,
                 self.member.generation(), at.topic, at.partition);
  }
}

Task<Result<CommittedOffsets>> Clients::ask_for_commits(RawClient& client, std::string process,
                                                        std::vector<TopicPartition> of) {
  std::map<TopicPartition, Recorder::Op> asked;
  for (const TopicPartition& at : of) {
    asked[at] = recorder.begin(process, Recorder::Verb::fetch, group, at.topic, at.partition);
  }
  auto asking = committed_offsets(client, std::string(group), std::move(of));
  CO_TRY_ASSIGN(const CommittedOffsets committed, co_await std::move(asking));
  if (committed.error_code != 0) co_return committed;
  for (const auto& [at, offset] : committed.offsets) {
    if (asked.contains(at)) recorder.say(process, Recorder::Verb::told, asked[at], offset);
  }
  co_return committed;
}

// Reads, commits and beats until the generation is over (an error) or it wants to leave (0).
Task<Result<std::int16_t>> Clients::follow(Consumer& self) {
  auto asking = ask_for_commits(self.client, self.process, self.owned);
  CO_TRY_ASSIGN(const CommittedOffsets committed, co_await std::move(asking));
  if (committed.error_code != 0) co_return committed.error_code;
  std::map<TopicPartition, Offset> positions;
  for (const auto& [at, offset] : committed.offsets) positions[at] = std::max<Offset>(offset, 0);
  FetchSession session(self.client, positions);
  while (!stopping_ && !self.chance.one_in(60)) {
    if (!positions.empty()) {
      const std::uint64_t life = node_lives();
      auto polling = session.poll(long_poll_ms);
      CO_TRY_ASSIGN(const auto fetched, co_await std::move(polling));
      for (const auto& [at, got] : fetched) {
        consumed(self, at, got, life);
        if (got.error_code != out_of_range || is_strict()) continue;
        session.seek(at, 0);
        recorder.say(self.process, Recorder::Verb::seek, at.topic, at.partition, 0);
      }
    } else {
      auto sleeping = sleep_for(env_, milliseconds(long_poll_ms));
      co_await std::move(sleeping);
    }
    std::map<TopicPartition, Offset> moved;
    for (const auto& [at, offset] : session.positions()) {
      if (positions[at] != offset) moved[at] = offset;
    }
    if (!moved.empty()) {
      auto committing = commit(self, moved);
      CO_TRY_ASSIGN(const std::int16_t error, co_await std::move(committing));
      if (error != 0) co_return error;
      for (const auto& [at, offset] : moved) positions[at] = offset;
    }
    auto beating = heartbeat(self);
    CO_TRY_ASSIGN(const std::int16_t error, co_await std::move(beating));
    if (error != 0) co_return error;
  }
  co_return std::int16_t{0};
}

Task<Result<std::int16_t>> Clients::heartbeat(Consumer& self) {
  const env::Instant asked = world_.now();
  auto beating = self.member.heartbeat(self.client);
  CO_TRY_ASSIGN(const std::int16_t error, co_await std::move(beating));
  if (error == 0) self.known = asked;
  co_return error;
}

void Clients::consumed(Consumer& self, const TopicPartition& at, const Fetched& got,
                       std::uint64_t life) {
  for (const auto& record : got.records) {
    if (still_holds(life)) ledger.consumed(at, record.offset, record.value);
    recorder.read(self.process, at.topic, at.partition, record);
  }
  if (!got.records.empty()) check_durable(at, got.records.back());
}

// What the disk would not hold after a loss of power may go; also when a sync failed, after which
// the disk may show what it holds already.
void Clients::forgive_unflushed(Crash how) {
  const std::uint64_t failed = world_.faults().of(Fault::sync_failed);
  const bool may_lose = loses_power(how) || std::exchange(syncs_failed_, failed) != failed;
  if (is_strict() || !may_lose) return;
  for (const TopicPartition& at : all_partitions()) {
    forgiven += ledger.forgive(at, durable_.end(at));
  }
}

void Clients::check_durable(const TopicPartition& at, const FetchedRecord& record) {
  if (!is_strict()) return;
  if (durable_.holds(at, record.offset, {&record.value, 1})) return;
  ledger.add_violation(fmt::format("{}-{} offset {} was served before it was durable", at.topic,
                                   at.partition, record.offset));
}

// What is not confirmed may take effect at any time: in the history it does not end.
Task<Result<std::int16_t>> Clients::commit(Consumer& self,
                                           std::map<TopicPartition, Offset> offsets) {
  std::vector<Recorder::Op> begun;
  for (const auto& [at, offset] : offsets) {
    ledger.commit_tried(at, offset);
    begun.push_back(recorder.begin(self.process, Recorder::Verb::commit, group,
                                   self.member.generation(), at.topic, at.partition, offset));
  }
  auto committing = self.member.commit(self.client, offsets);
  CO_TRY_ASSIGN(const std::int16_t error, co_await std::move(committing));
  if (error == 0) {
    for (const auto& [at, offset] : offsets) ledger.commit_confirmed(at, offset);
    for (const Recorder::Op op : begun) recorder.say(self.process, Recorder::Verb::done, op);
  }
  co_return error;
}

// --- the check ---

Task<> Clients::check_everything() {
  RawClient client(env_, broker_);
  auto connecting = connect(client);
  co_await std::move(connecting);
  auto logs = check_log(client);
  const auto read = co_await std::move(logs);
  if (!read) ledger.add_violation("cannot read everything back: " + read.error().message());
  if (settings_.keyed_updates > 0) {
    auto comparing = states.check(client);
    const auto compared = co_await std::move(comparing);
    if (!compared) ledger.add_violation("cannot read the states: " + compared.error().message());
  }
  Result<> looked;
  // A partition may just be opening: what is refused for now is asked for again, for some seconds.
  for (int tries_left = 50; tries_left > 0; --tries_left) {
    auto looking = churn.check(client);
    looked = co_await std::move(looking);
    if (looked || !is_refused_for_now(looked.error())) break;
    auto sleeping = sleep_for(env_, milliseconds(100));
    co_await std::move(sleeping);
  }
  if (!looked) ledger.add_violation("cannot look at topics: " + looked.error().message());
  auto commits = check_commits(client);
  const auto asked = co_await std::move(commits);
  if (!asked) ledger.add_violation("cannot ask for commits: " + asked.error().message());
}

Task<Result<>> Clients::check_log(RawClient& client) {
  for (const TopicPartition& at : all_partitions()) {
    auto reading = audit(client, recorder, std::string(auditor), at.topic, at);
    CO_TRY_ASSIGN(const auto records, co_await std::move(reading));
    ledger.check_log(at, records);
    auto asking = check_epochs(client, at, records);
    CO_TRY(co_await std::move(asking));
    auto listing = list_offset(client, at, latest_timestamp);
    CO_TRY_ASSIGN(const ListedOffset end, co_await std::move(listing));
    if (end.error_code != 0 || end.offset != static_cast<Offset>(records.size())) {
      ledger.add_violation(fmt::format("{}-{} ends at {} (error {}), {} records were read",
                                       at.topic, at.partition, end.offset, end.error_code,
                                       records.size()));
    }
  }
  co_return Result<>{};
}

// What a consumer that was elsewhere asks (KIP-320): where a leader epoch ended.
Task<Result<>> Clients::check_epochs(RawClient& client, TopicPartition at,
                                     const std::vector<FetchedRecord>& records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const bool is_last = i + 1 == records.size();
    if (!is_last && records[i + 1].leader_epoch == records[i].leader_epoch) continue;
    auto asking = end_of_epoch(client, at, records[i].leader_epoch);
    CO_TRY_ASSIGN(const EpochEndOffset end, co_await std::move(asking));
    const Offset expected = records[i].offset + 1;
    if (end.error_code == 0 && end.end_offset == expected && end.epoch == records[i].leader_epoch) {
      continue;
    }
    ledger.add_violation(
        fmt::format("{}-{}: epoch {} ends at {}, and the answer is {} (epoch {}, "
                    "error {})",
                    at.topic, at.partition, records[i].leader_epoch, expected, end.end_offset,
                    end.epoch, end.error_code));
  }
  co_return Result<>{};
}

Task<Result<>> Clients::check_commits(RawClient& client) {
  for (;;) {
    auto asking = ask_for_commits(client, std::string(auditor), all_partitions());
    CO_TRY_ASSIGN(const CommittedOffsets committed, co_await std::move(asking));
    if (is_retriable(committed.error_code)) {
      auto sleeping = sleep_for(env_, pause_after_failure);
      co_await std::move(sleeping);
      continue;
    }
    if (committed.error_code != 0) {
      co_return fail(Errc::invalid, "refused", static_cast<std::uint64_t>(committed.error_code));
    }
    for (const auto& [at, offset] : committed.offsets) ledger.check_committed(at, offset);
    co_return Result<>{};
  }
}

// --- the run ---

class Run {
 public:
  explicit Run(const WorkloadSettings& settings)
      : settings_(settings),
        world_({.seed = settings.seed, .print_log = settings.print_log}),
        node_(world_.add_host({.name = "broker", .shards = settings.shards}), settings.config),
        client_host_(world_.add_host({.name = "clients"})),
        clients_(client_host_.hold(
            std::make_shared<Clients>(settings, world_, client_host_, node_.address()))) {
    node_.watch_crashes([this](Crash how) { clients_.forgive_unflushed(how); });
  }

  WorkloadReport report() {
    if (start()) {
      work();
      stop_and_check();
    }
    // A log that a full disk has put off is not closed.
    if (node_.forgotten_stops() > 0 && world_.faults().of(Fault::disk_full) == 0) {
      clients_.ledger.add_violation("a clean stop was none, or bytes were checked after it");
    }
    for (auto& anomaly : clients_.recorder.anomalies()) {
      clients_.ledger.add_violation(std::move(anomaly));
    }
    return {
        .trace_hash = world_.trace_hash(),
        .events = world_.events(),
        .acknowledged = clients_.ledger.acknowledged_count() + clients_.states.acknowledged_count(),
        .consumed = clients_.ledger.consumed_count(),
        .compacted = clients_.states.compacted_count(),
        .churned = clients_.churn.steps_done(),
        .connections_lost = clients_.connections_lost,
        .stuck_producers = clients_.stuck_producers,
        .forgiven = clients_.forgiven,
        .rebalances = clients_.rebalances,
        .under_load = under_load_,
        .faults = world_.faults(),
        .violations = clients_.ledger.violations(),
        .history = clients_.recorder.text()};
  }

 private:
  bool start() {
    node_.host().set_wall_clock_right();
    const auto started = node_.start_and_wait();
    if (!started) clients_.ledger.add_violation("cannot start: " + started.error().message());
    return started.has_value();
  }

  bool wait_for(std::string_view what, const std::function<bool()>& done) {
    const bool came =
        world_.run_until([&] { return done() || node_.error().has_value(); }, settings_.patience);
    if (node_.error()) {
      clients_.ledger.add_violation("the node failed: " + node_.error()->message());
      return false;
    }
    if (!came) clients_.ledger.add_violation(fmt::format("waited too long for {}", what));
    return came;
  }

  void work() {
    SeededRandom chance = world_.fork("workload/strikes");
    Nemesis nemesis(world_, node_, client_host_);
    clients_.start();
    const env::Instant begin = world_.now();
    for (const Strike& strike : settings_.strikes) {
      world_.run_for(milliseconds(1 + chance.below(400)));
      nemesis.strike(strike);
      // Often before it is ready again.
      if (!chance.one_in(4)) wait_for("the node to start again", [&] { return node_.is_ready(); });
    }
    wait_for("all to be produced and consumed", [&] { return clients_.have_consumed(); });
    if (world_.faults().total() > 0) under_load_ = world_.now() - begin;
    clients_.stop_consuming();
    wait_for("the clients to end", [&] { return clients_.have_ended(); });
  }

  void check() {
    clients_.check();
    wait_for("the check", [this] { return clients_.have_ended(); });
  }

  void stop_and_check() {
    if (!clients_.have_ended()) return;
    check();
    const auto stopped = node_.stop_and_wait();
    if (!stopped) clients_.ledger.add_violation("cannot stop: " + stopped.error().message());
    if (!start()) return;
    const broker::ReadyReport& report = node_.report();
    if (!report.after_clean_stop || report.bytes_checked != 0) {
      clients_.ledger.add_violation(
          fmt::format("{} bytes were checked after a clean stop", report.bytes_checked));
    }
    check();
  }

  const WorkloadSettings& settings_;
  World world_;
  NodeUnderTest node_;
  Host& client_host_;
  Clients& clients_;
  env::Duration under_load_{};
};

}  // namespace

WorkloadReport run_workload(const WorkloadSettings& settings) { return Run(settings).report(); }

}  // namespace weir::sim
