#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/node/clients.h"
#include "wire/error_code.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;

// A member that the group knew so lately was not overtaken by another (half of both timeouts).
constexpr std::chrono::seconds known_lately{5};
constexpr std::int32_t long_poll_ms = 50;
constexpr std::uint64_t forgets_one_in = 8;  // polls of a reader
constexpr auto rebalancing = static_cast<std::int16_t>(wire::ErrorCode::rebalance_in_progress);
constexpr auto out_of_range = static_cast<std::int16_t>(wire::ErrorCode::offset_out_of_range);

// By its place in order. Afterwards it is wanted again, where it was.
Task<Result<std::map<TopicPartition, Fetched>>> poll_without_one(FetchSession& session,
                                                                 std::uint64_t left_out) {
  const auto [at, offset] =
      *std::next(session.positions().begin(), static_cast<std::ptrdiff_t>(left_out));
  session.forget(at);
  auto polling = session.poll(long_poll_ms);
  auto fetched = co_await std::move(polling);
  session.seek(at, offset);
  co_return fetched;
}

}  // namespace

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
    auto connecting = connect(self.process, self.client);
    co_await std::move(connecting);
    auto membership = be_member(self);
    const auto ended = co_await std::move(membership);
    // What was not flushed may be lost by a sync that fails, at the moment in which it is read.
    const bool may_be_damaged = !is_strict() && has_sync_failed();
    if (!ended && ended.error().code == Errc::corrupt && !may_be_damaged) {
      ledger.add_violation("a consumer got: " + ended.error().message());
    }
    told(self.process, "belong to the group", ended);
    if (!ended) lost(self.client);
    give_up(self, false);
    auto pausing = pause(pause_after_failure);
    co_await std::move(pausing);
  }
}

// Reads everything in one session that outlives its connections, and the node; at peace up to the
// end. Until then it leaves one partition out of a poll now and then; afterwards nothing of that
// may be left behind.
Task<> Clients::read_along(int who) {
  const std::string process = fmt::format("reader-{}", who);
  RawClient client(env_, broker_);
  std::map<TopicPartition, Offset> beginning;
  for (const TopicPartition& at : all_partitions()) beginning[at] = 0;
  FetchSession session(client, beginning);
  SeededRandom chance = world_.fork("workload/" + process);
  while (!stopping_) {
    auto connecting = connect(process, client);
    co_await std::move(connecting);
    auto polling = !is_peace_ && chance.one_in(forgets_one_in)
                       ? poll_without_one(session, chance.below(beginning.size()))
                       : session.poll(long_poll_ms);
    const auto fetched = co_await std::move(polling);
    if (!fetched) {
      told(process, "fetch", std::unexpected(fetched.error()));
      if (fetched.error().code == Errc::corrupt) {
        ledger.add_violation("a reader got: " + fetched.error().message());
      }
      lost(client);
      auto pausing = pause(pause_after_failure);
      co_await std::move(pausing);
      continue;
    }
    for (const auto& [at, got] : *fetched) {
      told(process, "fetch", got.error_code);
      for (const auto& record : got.records) {
        recorder.read(process, at.topic, at.partition, record);
      }
      if (!got.records.empty()) check_durable(at, got.records.back());
    }
    const bool is_at_end = std::ranges::all_of(session.positions(), [this](const auto& position) {
      return position.second >= ledger.acknowledged_end(position.first);
    });
    if (is_at_end && is_peace_ && have_produced()) progress.succeeded(process);
  }
}

// From finding the coordinator to the next rebalance, or the end.
Task<Result<std::int16_t>> Clients::be_member(Consumer& self) {
  auto finding = find_coordinator(self.client, std::string(group));
  CO_TRY_ASSIGN(std::int16_t error, co_await std::move(finding));
  if (error == 0) {
    self.known = world_.now();
    auto joining = self.member.join(self.client);
    CO_TRY_ASSIGN(error, co_await std::move(joining));
  }
  if (error != 0) co_return error;  // again, after a pause
  ++rebalances;
  if (self.member.has_been_member() && self.chance.one_in(4)) {
    auto committing = commit_late(self);
    CO_TRY(co_await std::move(committing));
  }
  take_over(self);
  auto following = follow(self);
  CO_TRY_ASSIGN(error, co_await std::move(following));
  const bool was_asked = error == 0 || error == rebalancing;
  give_up(self, was_asked && world_.now() - self.known < known_lately);
  if (error == 0) {
    auto leaving = self.member.leave(self.client);
    CO_TRY(co_await std::move(leaving));
  }
  co_return error;
}

// What a member does that does not know yet that its generation is over: that the group begins
// again.
Task<Result<std::int16_t>> Clients::commit_late(Consumer& self) {
  std::map<TopicPartition, Offset> offsets;
  for (const TopicPartition& at : all_partitions()) offsets[at] = 0;
  auto committing = self.member.commit_late(self.client, std::move(offsets));
  CO_TRY_ASSIGN(const std::int16_t error, co_await std::move(committing));
  if (error == 0) {
    ledger.add_violation(fmt::format("a commit of generation {} was taken in generation {}",
                                     self.member.past_generation(), self.member.generation()));
  }
  co_return error;
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
        told(std::string(group), "fetch", got.error_code);
        if (got.error_code != out_of_range || is_strict()) continue;
        session.seek(at, 0);
        recorder.say(self.process, Recorder::Verb::seek, at.topic, at.partition, 0);
      }
    } else {
      auto pausing = pause(milliseconds(long_poll_ms));
      co_await std::move(pausing);
    }
    std::map<TopicPartition, Offset> moved;
    // Where the last confirmation got lost it is asked for again.
    const bool is_asked_again = is_peace_ && progress.awaits(std::string(group));
    for (const auto& [at, offset] : session.positions()) {
      if (positions[at] != offset || is_asked_again) moved[at] = offset;
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
  const bool counts = is_peace_;
  auto beating = self.member.heartbeat(self.client);
  CO_TRY_ASSIGN(const std::int16_t error, co_await std::move(beating));
  if (error == 0) self.known = asked;
  if (error == 0 && counts) progress.succeeded(self.process);
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
  const bool may_lose = loses_power(how) || has_sync_failed();
  syncs_failed_ = world_.faults().of(Fault::sync_failed);
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
  const bool counts = is_peace_;
  std::vector<Recorder::Op> begun;
  for (const auto& [at, offset] : offsets) {
    ledger.commit_tried(at, offset);
    begun.push_back(recorder.begin(self.process, Recorder::Verb::commit, group,
                                   self.member.generation(), at.topic, at.partition, offset));
  }
  auto committing = self.member.commit(self.client, offsets);
  const auto committed = co_await std::move(committing);
  told(std::string(group), "commit", committed);
  if (!committed) co_return committed;
  if (*committed == 0) {
    for (const auto& [at, offset] : offsets) ledger.commit_confirmed(at, offset);
    for (const Recorder::Op op : begun) recorder.say(self.process, Recorder::Verb::done, op);
    if (counts) progress.succeeded(std::string(group));
  }
  co_return committed;
}

}  // namespace weir::sim
