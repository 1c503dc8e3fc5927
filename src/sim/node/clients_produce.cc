#include <fmt/format.h>

#include <utility>

#include "sim/node/clients.h"
#include "wire/error_code.h"

namespace weir::sim {
namespace {

constexpr std::uint64_t cut_after_max_us = 4'000;
constexpr auto out_of_order =
    static_cast<std::int16_t>(wire::ErrorCode::out_of_order_sequence_number);

bool is_retriable(std::int16_t error_code) { return wire::error_info(error_code).retriable; }

}  // namespace

Clients::Producer Clients::make_producer(int who) {
  return {.name = fmt::format("producer-{}", who),
          .number = who,
          .client = RawClient(env_, broker_),
          .chance = world_.fork(fmt::format("workload/producer/{}", who))};
}

Clients::Round Clients::make_round(Producer& self, int number) {
  SeededRandom& chance = self.chance;
  Round round;
  round.to = {
      std::string(topic),
      static_cast<PartitionIndex>(chance.below(static_cast<std::uint64_t>(settings_.partitions)))};
  round.values.resize(1 + chance.below(static_cast<std::uint64_t>(settings_.batches_in_flight)));
  for (std::size_t b = 0; b < round.values.size(); ++b) {
    const std::uint64_t count = 1 + chance.below(8);
    for (std::uint64_t r = 0; r < count; ++r) {
      round.values[b].push_back(
          fmt::format("{}.{}.{}.{}:{}", self.number, number, b, r,
                      std::string(chance.below(settings_.value_bytes_max), 'x')));
      ledger.sent(round.values[b].back());
    }
  }
  return round;
}

// Of its identity and next sequences.
void Clients::add_batches(Producer& self, Round& round) {
  for (const auto& values : round.values) {
    if (self.identity.id == no_producer_id) {
      round.batches.push_back(batch_of(values, env_.clock.wall_ms()));
      continue;
    }
    Sequence& sequence = self.sequences[round.to];
    round.batches.push_back(batch_of(values, env_.clock.wall_ms(), self.identity, sequence));
    sequence += static_cast<Sequence>(values.size());
  }
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

// What is acknowledged leaves the round.
void Clients::acknowledge_first(Round& round, Offset offset, std::uint64_t life) {
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

// Once in so many times; 0: never.
bool Clients::comes_up(Producer& self, int one_in) const {
  return one_in > 0 && self.chance.one_in(static_cast<std::uint64_t>(one_in));
}

Result<> Clients::add_round(Producer& self, const Round& round) {
  for (const auto& batch : round.batches) {
    const bool is_short = comes_up(self, settings_.short_waits);
    TRY(add_produce(self.client, round.to, batch, -1, is_short ? 1 : long_timeout_ms));
  }
  return {};
}

// All batches at once, with acks=all. Stops at the first error, which is not one of the connection.
Task<Result<std::int16_t>> Clients::send_round(Producer& self, Round& round) {
  const std::uint64_t life = node_lives();
  CO_TRY(add_round(self, round));
  auto sending = self.client.flush();
  CO_TRY(co_await std::move(sending));
  std::int16_t first_error = 0;
  for (std::size_t left = round.batches.size(); left > 0; --left) {
    auto receiving = next_appended(self.client);
    CO_TRY_ASSIGN(const Appended appended, co_await std::move(receiving));
    if (first_error == 0) first_error = appended.error_code;
    if (first_error == 0) acknowledge_first(round, appended.base_offset, life);
  }
  co_return first_error;
}

// --- idempotent producers ---

// The producer does not wait: what it has sent is under way or done when it is repeated.
Task<Result<std::int16_t>> Clients::send_and_cut(Producer& self, Round& round) {
  CO_TRY(add_round(self, round));
  auto sending = self.client.flush();
  CO_TRY(co_await std::move(sending));
  auto waiting = pause(std::chrono::microseconds(self.chance.below(cut_after_max_us)));
  co_await std::move(waiting);
  self.client.close();
  co_return wire::code_of(wire::ErrorCode::request_timed_out);
}

// With an identity of its own, which no partition knows. False: it never gets one.
Task<bool> Clients::begin_anew(Producer& self) {
  for (;;) {
    auto connecting = connect(self.name, self.client);
    co_await std::move(connecting);
    auto asking = init_producer_id(self.client);
    const auto got = co_await std::move(asking);
    if (got && got->error_code == 0) {
      self.identity = *got;
      self.sequences.clear();
      co_return true;
    }
    if (got && !is_retriable(got->error_code)) {
      ledger.add_violation(fmt::format("no producer id: {}", got->error_code));
      co_return false;
    }
    told(self.name, "ask for a producer id",
         got ? Result<std::int16_t>(got->error_code) : std::unexpected(got.error()));
    if (!got) lost(self.client);
    auto pausing = pause(pause_after_failure);
    co_await std::move(pausing);
  }
}

// Sends a round until all of it is acknowledged. False: it was given up, and what was not
// acknowledged may be there or not.
Task<bool> Clients::deliver(Producer& self, Round& round) {
  for (;;) {
    auto connecting = connect(self.name, self.client);
    co_await std::move(connecting);
    const bool is_cut = comes_up(self, settings_.cuts);
    auto sending = is_cut ? send_and_cut(self, round) : send_round(self, round);
    const auto sent = co_await std::move(sending);
    if (round.batches.empty()) co_return true;
    told(self.name, "produce", sent);
    if (sent && *sent == out_of_order && !is_strict()) {
      // What it was told of is gone: it begins anew, as producers do.
      auto beginning = begin_anew(self);
      co_await std::move(beginning);
      co_return false;
    }
    if (sent && *sent != 0 && !is_retriable(*sent)) {
      ledger.add_violation(fmt::format("an idempotent batch was refused with {}", *sent));
      co_return false;
    }
    if (!sent) lost(self.client);
    if (is_cut) continue;
    auto pausing = pause(pause_after_failure);
    co_await std::move(pausing);
  }
}

Task<> Clients::produce_idempotent(int who) {
  Producer self = make_producer(who);
  auto beginning = begin_anew(self);
  bool is_known = co_await std::move(beginning);
  for (int number = 0; is_known && goes_on(self.name, number, settings_.rounds); ++number) {
    const bool counts = is_peace_;
    if (number > 0 && comes_up(self, settings_.new_ids)) {
      auto renewing = begin_anew(self);
      is_known = co_await std::move(renewing);
    }
    Round round = make_round(self, number);
    record_sends(round, producer_process(who, -1, true), round.values.size());
    add_batches(self, round);
    auto delivering = deliver(self, round);
    const bool is_delivered = co_await std::move(delivering);
    if (is_delivered && counts) progress.succeeded(self.name);
    record_unknown(round);
    auto pausing = pause(pause_between_rounds(self, number));
    co_await std::move(pausing);
  }
  --producing_;
}

// --- plain producers ---

// Of a round that is not acknowledged by all its first batch alone.
Task<Result<std::int16_t>> Clients::send_once(Producer& self, Round& round, std::int16_t acks) {
  if (acks == -1) {
    auto sending = send_round(self, round);
    co_return co_await std::move(sending);
  }
  auto sending = produce(self.client, round.to, round.batches.front(), acks);
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(sending));
  co_return appended.error_code;
}

// Sends every value once, whatever comes back. Half of the partitions get nothing that is not a
// promise: of such a log the history allows more.
Task<> Clients::produce_plain(int who) {
  Producer self = make_producer(who);
  for (int number = 0; goes_on(self.name, number, settings_.rounds); ++number) {
    Round round = make_round(self, number);
    add_batches(self, round);
    auto connecting = connect(self.name, self.client);
    co_await std::move(connecting);
    const bool counts = is_peace_;
    auto acks = static_cast<std::int16_t>(static_cast<int>(self.chance.below(3)) - 1);
    if (round.to.partition % 2 == 1) acks = -1;
    record_sends(round, producer_process(who, acks, false), acks == -1 ? round.values.size() : 1);
    auto sending = send_once(self, round, acks);
    const auto sent = co_await std::move(sending);
    told(self.name, "produce", sent);
    if (!sent) lost(self.client);
    if (sent && *sent == 0 && acks != 0 && counts) progress.succeeded(self.name);
    record_unknown(round);
    auto pausing = pause(pause_between_rounds(self, number));
    co_await std::move(pausing);
  }
  --producing_;
}

}  // namespace weir::sim
