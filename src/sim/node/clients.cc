#include "sim/node/clients.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/offload.h"
#include "wire/error_code.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view states_client = "states";  // these three in what is said of progress
constexpr std::string_view fading_client = "fading";
constexpr std::string_view topics_client = "topics";
constexpr milliseconds pause_between_steps{15};
constexpr milliseconds pause_between_updates{5};
constexpr std::uint64_t pause_in_war_max_ms = 400;
constexpr auto topic_exists = static_cast<std::int16_t>(wire::ErrorCode::topic_already_exists);

}  // namespace

Clients::Clients(const WorkloadSettings& settings, World& world, Host& host, env::Address broker)
    : recorder(world),
      states(ledger, recorder, {std::string(states_topic), 0}, settings.keyed),
      churn(ledger, recorder, settings.churned_config),
      fading(ledger, recorder, settings.fading),
      settings_(settings),
      world_(world),
      env_(host.env(0)),
      broker_(std::move(broker)),
      durable_(world.find_host(broker_.host)->disk(), "/data"),
      scope_(env_.executor) {}

void Clients::start() {
  scope_.spawn(create());
  const int producers = settings_.idempotent_producers + settings_.plain_producers;
  producing_ = producers + (settings_.keyed.updates > 0) + (settings_.fading.records > 0) + 1;
  if (settings_.fading.records > 0) scope_.spawn(write_fading());
  if (settings_.keyed.updates > 0) scope_.spawn(write_states());
  scope_.spawn(churn_topics());
  for (int who = 0; who < producers; ++who) {
    scope_.spawn(who < settings_.idempotent_producers ? produce_idempotent(who)
                                                      : produce_plain(who));
  }
  for (int who = 0; who < settings_.members; ++who) scope_.spawn(consume(who));
  // Where records may go again, so may what a reader stands behind.
  const int readers = is_strict() ? settings_.readers : 0;
  for (int who = 0; who < readers; ++who) scope_.spawn(read_along(who));
}

void Clients::at_peace() {
  is_peace_ = true;
  const int producers = settings_.idempotent_producers + settings_.plain_producers;
  for (int who = 0; who < producers; ++who) progress.expect(fmt::format("producer-{}", who));
  for (int who = 0; who < settings_.members; ++who) progress.expect(fmt::format("member-{}", who));
  for (int who = 0; is_strict() && who < settings_.readers; ++who) {
    progress.expect(fmt::format("reader-{}", who));
  }
  if (settings_.keyed.updates > 0) progress.expect(std::string(states_client));
  if (settings_.fading.records > 0) progress.expect(std::string(fading_client));
  if (settings_.members > 0 && producers > 0) progress.expect(std::string(group));
  progress.expect(std::string(topics_client));
}

std::string Clients::stuck() const {
  if (!progress.is_made()) return progress.stuck();
  if (!have_produced()) return fmt::format("{} who produce", producing_);
  return fmt::format("{}, who have read {} of {} records", group, ledger.consumed_count(),
                     ledger.acknowledged_count());
}

// At peace each goes on until it has got something done.
bool Clients::goes_on(const std::string& who, int done, int wanted) const {
  return done < wanted || !is_peace_ || progress.awaits(who);
}

// Who has done what it was to do does more as long as there are strikes, and takes its time.
env::Duration Clients::pause_between_rounds(Producer& self, int done) const {
  if (done < settings_.rounds || is_peace_) return pause_between_steps;
  return milliseconds(self.chance.below(pause_in_war_max_ms));
}

std::uint64_t Clients::node_lives() const {
  return world_.faults().of(Fault::process_killed) + world_.faults().of(Fault::power_lost);
}

std::vector<TopicPartition> Clients::all_partitions() const {
  std::vector<TopicPartition> all;
  for (PartitionIndex p = 0; p < settings_.partitions; ++p) all.push_back({std::string(topic), p});
  return all;
}

Task<> Clients::pause(env::Duration duration) {
  auto sleeping = sleep_for(env_, duration);
  co_await std::move(sleeping);
}

// Until it is connected and the topic is there.
Task<> Clients::connect(std::string who, RawClient& client) {
  while (!client.is_connected() || !created_) {
    if (!client.is_connected()) {
      auto connecting = client.connect();
      const auto connected = co_await std::move(connecting);
      if (connected) continue;
      progress.failed(who, "connect: " + connected.error().message());
    }
    auto pausing = pause(pause_after_failure);
    co_await std::move(pausing);
  }
}

void Clients::lost(RawClient& client) {
  ++connections_lost;
  client.close();
}

void Clients::told(const std::string& who, std::string_view doing,
                   const Result<std::int16_t>& answer) {
  if (!answer) {
    progress.failed(who, fmt::format("{}: {}", doing, answer.error().message()));
  } else if (*answer != 0) {
    progress.failed(who, fmt::format("{}: {}", doing, wire::error_info(*answer).name));
  }
}

// --- topics ---

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
    auto pausing = pause(pause_after_failure);
    co_await std::move(pausing);
  }
}

// One try; before the first that works the topic is made.
Task<Result<std::int16_t>> Clients::try_update(RawClient& client, KeyedStates::Update update) {
  if (!states_created_) {
    auto creating = create_topic(client, std::string(states_topic), 1, states.topic_config());
    CO_TRY_ASSIGN(const std::int16_t created, co_await std::move(creating));
    if (created != 0 && created != topic_exists) co_return created;
    states_created_ = true;
  }
  auto writing = states.write(client, update, env_.clock.wall_ms());
  co_return co_await std::move(writing);
}

Task<> Clients::write_states() {
  RawClient client(env_, broker_);
  SeededRandom chance = world_.fork("workload/states");
  const std::string who(states_client);
  for (int number = 0; goes_on(who, number, settings_.keyed.updates); ++number) {
    const bool counts = is_peace_;
    const KeyedStates::Update update = states.next(chance);
    for (bool is_over = false; !is_over;) {
      auto connecting = connect(who, client);
      co_await std::move(connecting);
      auto updating = try_update(client, update);
      const auto written = co_await std::move(updating);
      told(who, "produce", written);
      is_over = written && !wire::error_info(*written).retriable;
      if (!written) {
        lost(client);
        states.was_not_answered(update);
      }
      if (is_over && *written == 0 && counts) progress.succeeded(who);
      if (is_over && *written != 0) {
        ledger.add_violation(fmt::format("a state was refused with {}", *written));
      }
      const bool takes_time = is_over && number >= settings_.keyed.updates && !is_peace_;
      auto pausing = pause(takes_time ? milliseconds(chance.below(pause_in_war_max_ms))
                           : is_over  ? pause_between_updates
                                      : pause_after_failure);
      co_await std::move(pausing);
    }
  }
  --producing_;
}

// One new record, or fewer old ones; before the first that works the topic is made.
Task<Result<std::int16_t>> Clients::try_fading(RawClient& client, SeededRandom& chance) {
  if (!fading_created_) {
    auto creating = create_topic(client, fading.home().topic, 1, fading.topic_config());
    CO_TRY_ASSIGN(const std::int16_t created, co_await std::move(creating));
    if (created != 0 && created != topic_exists) co_return created;
    fading_created_ = true;
  }
  auto doing = fading.step(client, chance, env_.clock.wall_ms());
  co_return co_await std::move(doing);
}

Task<> Clients::write_fading() {
  RawClient client(env_, broker_);
  SeededRandom chance = world_.fork("workload/fading");
  const std::string who(fading_client);
  for (int number = 0; goes_on(who, number, settings_.fading.records); ++number) {
    auto connecting = connect(who, client);
    co_await std::move(connecting);
    const bool counts = is_peace_;
    auto writing = try_fading(client, chance);
    const auto written = co_await std::move(writing);
    told(who, "produce", written);
    if (!written) lost(client);
    if (written && *written == 0 && counts) progress.succeeded(who);
    const bool takes_time = number >= settings_.fading.records && !is_peace_;
    auto pausing =
        pause(takes_time ? milliseconds(chance.below(pause_in_war_max_ms)) : pause_between_updates);
    co_await std::move(pausing);
  }
  --producing_;
}

// At peace one must be made and one deleted, also where nobody did before.
Task<> Clients::churn_topics() {
  RawClient client(env_, broker_);
  SeededRandom chance = world_.fork("workload/churn");
  const std::string who(topics_client);
  bool has_made = false, has_removed = false;
  for (int number = 0; goes_on(who, number, settings_.churn_steps); ++number) {
    if (number >= settings_.churn_steps && !is_peace_) {
      auto waiting = pause(milliseconds(chance.below(pause_in_war_max_ms)));
      co_await std::move(waiting);
      if (settings_.churn_steps == 0) continue;
    }
    auto connecting = connect(who, client);
    co_await std::move(connecting);
    const bool counts = is_peace_;
    const std::size_t made = churn.made(), removed = churn.removed();
    auto stepping = churn.step(client, chance, env_.clock.wall_ms());
    const auto done = co_await std::move(stepping);
    told(who, "make, write to and delete topics", done);
    if (!done) lost(client);
    has_made = has_made || (counts && churn.made() > made);
    has_removed = has_removed || (counts && churn.removed() > removed);
    if (has_made && has_removed) progress.succeeded(who);
    auto pausing = pause(pause_between_steps);
    co_await std::move(pausing);
  }
  --producing_;
}

}  // namespace weir::sim
