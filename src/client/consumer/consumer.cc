#include "client/consumer/consumer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/consumer/consumer_state.h"

namespace weir::client {

using Kind = MembershipStep::Kind;
using wire::ErrorCode;

namespace {

// How long giving up partitions waits for the commit of what was done with them.
constexpr std::chrono::seconds last_commit_wait{5};

Failure misuse(std::string what) { return Error{Errc::invalid, std::move(what)}; }
Failure not_assigned(const TopicPartition& partition) {
  return misuse("partition " + std::to_string(partition.partition) + " of topic '" +
                partition.topic + "' is not assigned");
}

}  // namespace

ConsumerState::ConsumerState(Cluster& cluster_in, ConsumerOptions options_in,
                             RebalanceListener listener_in)
    : cluster(cluster_in),
      env(cluster.env()),
      options(std::move(options_in)),
      listener(std::move(listener_in)),
      membership(options.group, env.random),
      positions(options.reset),
      tasks(env.executor),
      patience(cluster),
      changed(env.executor),
      commit_at(env.clock.now() + options.commit_interval) {}

env::Instant ConsumerState::call_deadline() const {
  return now() + cluster.options().connection.request_timeout;
}

void ConsumerState::start() {
  if (!std::exchange(has_loops, true)) {
    spawn(run_fetches());
    if (has_group()) {
      spawn(run_group());
      spawn(run_heartbeats());
    }
  }
  changed.notify();
}

Task<Outcome<Polled>> ConsumerState::poll(env::Instant deadline) {
  membership.polled(now());
  if (!options.finishes_by_hand) positions.finished_all();
  changed.notify();
  for (;;) {
    if (is_closing) co_return std::unexpected(misuse("the consumer was closed"));
    if (std::exchange(is_woken, false)) {
      co_return std::unexpected(Failure(Error{Errc::busy, "poll was woken up"}));
    }
    follow_metadata();
    auto taking_part = take_part();
    co_await std::move(taking_part);
    if (membership.next(now()).kind == Kind::failed) {
      co_return std::unexpected(*membership.failure());
    }
    if (auto failure = positions.take_failure()) co_return std::unexpected(*std::move(failure));
    if (options.commits_by_itself && has_group() && now() >= commit_at) {
      commit_at = now() + options.commit_interval;
      if (auto offsets = positions.to_commit(); !offsets.empty()) {
        spawn(commit_by_itself(std::move(offsets)));
      }
    }
    Polled out = collect();
    if (!out.empty()) {
      changed.notify();  // there is room to fetch
      co_return out;
    }
    if (positions.has_failure()) continue;
    if (now() >= deadline) co_return out;
    is_waiting = true;
    co_await changed.wait_until(env.timers, deadline);
    is_waiting = false;
    membership.polled(now());
  }
}

// What the group waits for this member to do.
Task<> ConsumerState::take_part() {
  for (;;) {
    MembershipStep step = membership.next(now());
    if (step.kind == Kind::give_up) {
      auto giving = give_up(std::move(step.partitions), step.lost);
      (void)co_await std::move(giving);  // a failure was told
    } else if (step.kind == Kind::take) {
      membership.taken();
      for (const TopicPartition& partition : step.partitions) {
        positions.add(partition, true, wall_ms());
      }
      changed.notify();
      if (listener.assigned) {
        auto telling = listener.assigned(std::move(step.partitions));
        co_await std::move(telling);
      }
    } else {
      co_return;
    }
    changed.notify();
  }
}

Task<Outcome<>> ConsumerState::give_up(Partitions partitions, bool lost) {
  Outcome<> outcome;
  if (!lost && options.commits_by_itself) {
    Offsets offsets = positions.to_commit();
    std::erase_if(offsets, [&](const auto& offset) {
      return !std::ranges::binary_search(partitions, offset.first);
    });
    auto committing = commit(offsets, std::min(now() + last_commit_wait, closing_at));
    outcome = co_await std::move(committing);  // else somebody gets these records again
    if (!outcome) note_commit_failure(offsets, outcome.error());
  }
  if (lost) {
    env.log.write(env::Level::warning, "client",
                  fmt::format("group '{}': {} partitions are lost, the membership is over",
                              options.group.group_id, partitions.size()));
  }
  const auto& tell = lost ? listener.lost : listener.revoked;
  if (tell) {
    auto telling = tell(partitions);
    co_await std::move(telling);
  }
  for (const TopicPartition& partition : partitions) positions.remove(partition);
  membership.given_up(partitions);
  co_return outcome;
}

void ConsumerState::give_up_by_hand(const Partitions& partitions) {
  if (options.commits_by_itself && has_group()) {
    Offsets offsets = positions.to_commit();
    std::erase_if(offsets, [&](const auto& offset) {
      return !std::ranges::binary_search(partitions, offset.first);
    });
    if (!offsets.empty()) spawn(commit_given_up(std::move(offsets)));
  }
  for (const TopicPartition& partition : partitions) positions.remove(partition);
}

// The only chance of these: no later commit has them.
Task<> ConsumerState::commit_given_up(Offsets offsets) {
  auto committing = commit(offsets, std::min(now() + last_commit_wait, closing_at));
  const auto outcome = co_await std::move(committing);
  if (!outcome) note_commit_failure(offsets, outcome.error());
}

Task<Outcome<>> ConsumerState::give_up_all() {
  Partitions owned = membership.owned();
  if (owned.empty()) co_return Outcome<>{};
  auto giving = give_up(std::move(owned), membership.identity().generation == no_generation);
  co_return co_await std::move(giving);
}

// Nobody was asked yet, or who was asked does not know yet what another broker told.
bool ConsumerState::lacks(const std::string& topic) const {
  const auto view = cluster.view();
  const TopicInfo* known = view->find_topic(topic);
  return !known || wire::error_info(known->error).retriable;
}

void ConsumerState::follow_metadata() {
  if (matches) {
    cluster.want_all();
  } else {
    std::set<std::string> wanted(membership.topics().begin(), membership.topics().end());
    for (const auto& [partition, state] : positions.all()) wanted.insert(partition.topic);
    const std::vector<std::string> names(wanted.begin(), wanted.end());
    cluster.want(names, Cluster::IfMissing::create);
    if (std::ranges::any_of(names, [&](const auto& name) { return lacks(name); })) refresh_soon();
  }
  const auto is_lacked = [&](const auto& topic) { return lacks(topic.first); };
  if (membership.is_leader() && std::ranges::any_of(divided, is_lacked)) refresh_soon();
  const auto view = cluster.view();
  if (view == seen) return;
  seen = view;
  if (matches) {
    std::vector<std::string> names;
    for (const auto& [name, topic] : view->topics) {
      if (!topic.internal && matches(name)) names.push_back(name);
    }
    membership.subscribe(std::move(names), now());
  }
  if (membership.is_leader() && membership.state() == Membership::State::stable) {
    for (const auto& [name, count] : divided) {
      const TopicInfo* topic = view->find_topic(name);
      if (topic && topic->error == ErrorCode::none && topic->partitions.size() != count) {
        membership.rejoin("cached metadata has changed");
      }
    }
  }
  changed.notify();
}

Polled ConsumerState::collect() {
  Polled out;
  std::size_t room = options.poll_records_max;
  for (auto at = prefetched.begin(); at != prefetched.end() && room > 0;) {
    PartitionState* state = positions.find(at->partition, at->version);
    if (!state) {
      at = prefetched.erase(at);
      continue;
    }
    if (state->is_paused) {
      ++at;
      continue;
    }
    const std::size_t before = at->records.bytes_left();
    auto batch = at->records.take(room, compression);
    if (!batch) {
      positions.fail(at->partition, at->version, batch.error());
      at = prefetched.erase(at);
      continue;
    }
    const std::size_t held = state->prefetched_bytes - std::min(before, state->prefetched_bytes);
    state->prefetched_bytes = held + at->records.bytes_left();
    positions.handed_out(at->partition, at->records.next());
    if (!batch->records.empty()) {
      room -= batch->records.size();
      state->last_record = batch->records.back().timestamp;
      out.push_back({at->partition, *std::move(batch)});
    }
    if (at->records.is_empty()) at = prefetched.erase(at);
  }
  return out;
}

Task<Outcome<>> ConsumerState::close(env::Instant deadline) {
  if (is_closing) co_return Outcome<>{};
  closing_at = deadline;
  std::optional<env::TimerId> timer;
  if (deadline <= now()) {
    patience.end();
  } else if (deadline != env::Instant::max()) {
    timer = env.timers.start(deadline, [this] { patience.end(); });
  }
  Outcome<> outcome;
  if (!is_subscribed && options.commits_by_itself && has_group() && has_loops) {
    const Offsets offsets = positions.to_commit();
    auto committing = commit(offsets, deadline);
    outcome = co_await std::move(committing);
    if (!outcome) note_commit_failure(offsets, outcome.error());
  }
  auto giving = give_up_all();
  const Outcome<> given_up = co_await std::move(giving);
  if (!given_up) outcome = given_up;
  is_closing = true;
  membership.leave("the consumer is being closed");
  if (membership.is_leaving()) {
    auto leaving = send_leave();
    co_await std::move(leaving);
  }
  if (joining_on) joining_on->close();  // a JoinGroup may wait for as long as the group likes
  is_closed = true;
  if (timer) env.timers.cancel(*timer);
  patience.end();
  changed.notify();
  auto ending = tasks.finished();
  co_await std::move(ending);
  co_return outcome;
}

Consumer::Consumer(Cluster& cluster, ConsumerOptions options, RebalanceListener listener)
    : state_(std::make_unique<ConsumerState>(cluster, std::move(options), std::move(listener))) {}
Consumer::~Consumer() = default;

Task<Outcome<>> Consumer::close(env::Instant deadline) { return state_->close(deadline); }

Outcome<> Consumer::subscribe(std::vector<std::string> topics) {
  if (!state_->has_group()) return std::unexpected(misuse("subscribe needs a group.id"));
  if (!state_->is_subscribed) state_->give_up_by_hand(assignment());
  state_->is_subscribed = true;
  state_->matches = {};
  state_->membership.subscribe(std::move(topics), state_->now());
  state_->start();
  return {};
}

Outcome<> Consumer::subscribe_matching(std::function<bool(std::string_view)> matches) {
  if (!state_->has_group()) return std::unexpected(misuse("subscribe needs a group.id"));
  if (!state_->is_subscribed) state_->give_up_by_hand(assignment());
  state_->is_subscribed = true;
  state_->matches = std::move(matches);
  state_->seen.reset();
  state_->cluster.want_all();
  state_->refresh_soon();
  state_->start();
  return {};
}

void Consumer::assign(Partitions partitions) {
  CHECK(!state_->is_subscribed, "unsubscribe() comes before assign()");
  std::ranges::sort(partitions);
  Partitions gone;
  for (const auto& [partition, state] : state_->positions.all()) {
    if (!std::ranges::binary_search(partitions, partition)) gone.push_back(partition);
  }
  state_->give_up_by_hand(gone);
  for (const TopicPartition& partition : partitions) {
    state_->positions.add(partition, state_->has_group(), state_->wall_ms());
  }
  if (state_->has_group()) state_->membership.use_coordinator();
  state_->follow_metadata();
  state_->start();
}

Task<> Consumer::unsubscribe() {
  auto giving = state_->give_up_all();
  (void)co_await std::move(giving);  // a failure was told
  state_->membership.leave("the consumer unsubscribed from all topics");
  state_->membership.subscribe({}, state_->now());
  state_->positions.clear();
  state_->matches = {};
  state_->is_subscribed = false;
  state_->changed.notify();
}

Partitions Consumer::assignment() const {
  Partitions out;
  for (const auto& [partition, state] : state_->positions.all()) out.push_back(partition);
  return out;
}

Task<Outcome<Polled>> Consumer::poll(env::Instant deadline) { return state_->poll(deadline); }

void Consumer::wakeup() {
  state_->is_woken = true;
  state_->changed.notify();
}

Outcome<> Consumer::seek(const TopicPartition& partition, Position to) {
  if (to.offset < 0) return std::unexpected(misuse("an offset below 0"));
  if (!state_->positions.seek(partition, to)) return std::unexpected(not_assigned(partition));
  state_->changed.notify();
  return {};
}

Outcome<> Consumer::seek_to_time(const TopicPartition& partition, std::int64_t time) {
  if (!state_->positions.seek_to_time(partition, time)) {
    return std::unexpected(not_assigned(partition));
  }
  state_->changed.notify();
  return {};
}

Outcome<> Consumer::pause(const TopicPartition& partition) {
  if (!state_->positions.pause(partition, true)) return std::unexpected(not_assigned(partition));
  return {};
}

Outcome<> Consumer::resume(const TopicPartition& partition) {
  if (!state_->positions.pause(partition, false)) return std::unexpected(not_assigned(partition));
  state_->changed.notify();
  return {};
}

std::set<TopicPartition> Consumer::paused() const {
  std::set<TopicPartition> out;
  for (const auto& [partition, state] : state_->positions.all()) {
    if (state.is_paused) out.insert(partition);
  }
  return out;
}

Outcome<> Consumer::finished(const TopicPartition& partition, Offset next) {
  if (!state_->positions.find(partition)) return std::unexpected(not_assigned(partition));
  if (!state_->positions.finished(partition, next)) {
    return std::unexpected(misuse("an offset beyond what was handed out"));
  }
  return {};
}

Task<Outcome<>> Consumer::commit(env::Instant deadline) {
  if (!state_->options.finishes_by_hand) state_->positions.finished_all();
  return commit(state_->positions.to_commit(), deadline);
}

Task<Outcome<>> Consumer::commit(Offsets offsets, env::Instant deadline) {
  if (!state_->has_group()) co_return std::unexpected(misuse("a commit needs a group.id"));
  state_->start();
  auto committing = state_->commit(std::move(offsets), deadline);
  co_return co_await std::move(committing);
}

void Consumer::commit_async(Offsets offsets, std::function<void(const Outcome<>&)> done) {
  state_->start();
  state_->spawn(state_->commit_in_background(std::move(offsets), std::move(done)));
}

Task<Outcome<Offsets>> Consumer::committed(Partitions of, env::Instant deadline) {
  if (!state_->has_group()) co_return std::unexpected(misuse("committed needs a group.id"));
  state_->start();
  auto asking = state_->committed(std::move(of), deadline);
  co_return co_await std::move(asking);
}

Task<Outcome<Position>> Consumer::position(TopicPartition of, env::Instant deadline) {
  for (;;) {
    const PartitionState* state = state_->positions.find(of);
    if (!state) co_return std::unexpected(not_assigned(of));
    if (state->stage == PartitionState::Stage::ready) co_return state->position;
    if (auto failure = state_->positions.take_failure()) {
      co_return std::unexpected(*std::move(failure));
    }
    if (state_->now() >= deadline) {
      co_return std::unexpected(Failure(Error{Errc::timed_out, "the position is not known yet"}));
    }
    co_await state_->changed.wait_until(state_->env.timers, deadline);
  }
}

Task<Outcome<Offsets>> Consumer::offsets_at(std::map<TopicPartition, std::int64_t> times,
                                            env::Instant deadline) {
  return state_->offsets_at(std::move(times), deadline);
}

Task<Outcome<Offsets>> Consumer::beginning_offsets(Partitions of, env::Instant deadline) {
  std::map<TopicPartition, std::int64_t> times;
  for (TopicPartition& partition : of) times[std::move(partition)] = time_of_earliest;
  return state_->offsets_at(std::move(times), deadline);
}

Task<Outcome<Offsets>> Consumer::end_offsets(Partitions of, env::Instant deadline) {
  std::map<TopicPartition, std::int64_t> times;
  for (TopicPartition& partition : of) times[std::move(partition)] = time_of_latest;
  return state_->offsets_at(std::move(times), deadline);
}

std::optional<Failure> Consumer::trouble(const TopicPartition& of) const {
  const PartitionState* state = state_->positions.find(of);
  return state ? state->trouble : std::nullopt;
}

std::optional<Lag> Consumer::lag(const TopicPartition& of) const {
  const PartitionState* state = state_->positions.find(of);
  if (!state) return std::nullopt;
  const Offset end = state_->options.reads_committed ? state->last_stable : state->high_watermark;
  if (end < 0 || state->position.offset < 0) return std::nullopt;
  Lag lag{.records = std::max<Offset>(0, end - state->position.offset), .time = std::nullopt};
  if (state->last_record) {
    const TimestampMs age = lag.records == 0 ? 0 : state_->wall_ms() - *state->last_record;
    lag.time = std::chrono::milliseconds(std::max<TimestampMs>(0, age));
  }
  return lag;
}

const MemberIdentity& Consumer::identity() const { return state_->membership.identity(); }

}  // namespace weir::client
