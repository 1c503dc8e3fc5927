#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/offload.h"
#include "sim/node/clients.h"
#include "wire/error_code.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;

constexpr int rounds_behind_damage = 2;
constexpr std::uint64_t updates_behind_damage_max = 40;
constexpr std::chrono::seconds cleaner_backoff{16};  // log.cleaner.backoff.ms, and a bit

// An answer of the broker that may be another one soon.
bool is_refused_for_now(const Error& error) {
  return error.code == Errc::invalid &&
         wire::error_info(static_cast<std::int16_t>(error.at)).retriable;
}

}  // namespace

Task<> Clients::check_everything() {
  RawClient client(env_, broker_);
  auto connecting = connect(std::string(auditor), client);
  co_await std::move(connecting);
  auto logs = check_log(client);
  const auto read = co_await std::move(logs);
  if (!read) ledger.add_violation("cannot read everything back: " + read.error().message());
  if (settings_.keyed.updates > 0) {
    auto comparing = states.check(client);
    const auto compared = co_await std::move(comparing);
    if (!compared) ledger.add_violation("cannot read the states: " + compared.error().message());
  }
  if (settings_.fading.records > 0) {
    auto reading = check_fading(client);
    const auto left = co_await std::move(reading);
    if (!left) ledger.add_violation("cannot read what fades: " + left.error().message());
  }
  auto looking = check_topics(client);
  const auto looked = co_await std::move(looking);
  if (!looked) ledger.add_violation("cannot look at topics: " + looked.error().message());
  auto commits = check_commits(client);
  const auto asked = co_await std::move(commits);
  if (!asked) ledger.add_violation("cannot ask for commits: " + asked.error().message());
}

// A partition may just be opening: what is refused for now is asked for again, for some seconds.
Task<Result<>> Clients::check_topics(RawClient& client) {
  for (int tries_left = 50;; --tries_left) {
    auto looking = churn.check(client);
    const auto looked = co_await std::move(looking);
    if (looked || tries_left == 1 || !is_refused_for_now(looked.error())) co_return looked;
    auto pausing = pause(milliseconds(100));
    co_await std::move(pausing);
  }
}

// Its start may move while it is read.
Task<Result<>> Clients::check_fading(RawClient& client) {
  for (int tries_left = 50;; --tries_left) {
    auto checking = fading.check(client);
    const auto checked = co_await std::move(checking);
    if (checked || tries_left == 1 || checked.error().code != Errc::invalid) co_return checked;
    auto pausing = pause(milliseconds(100));
    co_await std::move(pausing);
  }
}

Task<Result<>> Clients::check_log(RawClient& client) {
  for (const TopicPartition& at : all_partitions()) {
    auto reading = audit(client, recorder, std::string(auditor), at.topic, at);
    CO_TRY_ASSIGN(const Audited audited, co_await std::move(reading));
    const std::vector<FetchedRecord>& records = audited.records;
    ledger.check_log(at, records);
    last_read_[at] = records;
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
    if (wire::error_info(committed.error_code).retriable) {
      auto pausing = pause(pause_after_failure);
      co_await std::move(pausing);
      continue;
    }
    if (committed.error_code != 0) {
      co_return fail(Errc::invalid, "refused", static_cast<std::uint64_t>(committed.error_code));
    }
    for (const auto& [at, offset] : committed.offsets) ledger.check_committed(at, offset);
    co_return Result<>{};
  }
}

std::optional<Damage> Clients::damage_at_rest(SeededRandom& chance) {
  Disk& disk = world_.find_host(broker_.host)->disk();
  const bool hits_states = states_created_ && chance.one_in(2);
  const auto partitions = hits_states ? std::vector{states.home()} : all_partitions();
  return sim::damage_at_rest(disk, world_.faults(), "/data", partitions, hits_states, chance);
}

Task<> Clients::check_around_it(Damage damage) {
  RawClient client(env_, broker_);
  auto connecting = connect(std::string(auditor), client);
  co_await std::move(connecting);
  for (const auto& [at, before] : last_read_) {
    auto checking = check_around(client, damage, at);
    const auto checked = co_await std::move(checking);
    if (checked) continue;
    ledger.add_violation(fmt::format("{}-{} after {}: {} ({})", at.topic, at.partition, damage.what,
                                     checked.error().message(), checked.error().at));
  }
  if (!states_created_) co_return;
  auto going_on = states_around(client, damage);
  const auto went_on = co_await std::move(going_on);
  if (went_on) co_return;
  ledger.add_violation(fmt::format("{} after {}: {} ({})", states_topic, damage.what,
                                   went_on.error().message(), went_on.error().at));
}

// The cleaner goes over what is damaged, too, as soon as there is enough that is new.
Task<Result<>> Clients::states_around(RawClient& client, Damage damage) {
  SeededRandom chance = world_.fork("workload/behind damage");
  for (int round = 0; round < rounds_behind_damage; ++round) {
    auto checking = states.check_around(client, damage);
    CO_TRY(co_await std::move(checking));
    for (auto left = chance.below(updates_behind_damage_max); left > 0; --left) {
      auto writing = states.write_behind(client, damage, chance, env_.clock.wall_ms());
      CO_TRY_ASSIGN(const std::int16_t code, co_await std::move(writing));
      if (code == 0) continue;
      if (code == storage_error && damage.at == states.home() && damage.hits_header) break;
      co_return fail(Errc::invalid, "a state was refused", static_cast<std::uint64_t>(code));
    }
    auto pausing = pause(cleaner_backoff);
    co_await std::move(pausing);
  }
  auto checking = states.check_around(client, damage);
  co_return co_await std::move(checking);
}

Task<Result<>> Clients::check_around(RawClient& client, const Damage& damage, TopicPartition at) {
  auto& before = last_read_.at(at);
  const auto end = static_cast<Offset>(before.size());
  auto reading = read_around(client, at, end);
  CO_TRY_ASSIGN(const AroundDamage found, co_await std::move(reading));
  for (const FetchedRecord& record : found.records) {
    if (record.offset < end && record == before[static_cast<std::size_t>(record.offset)]) continue;
    co_return fail(Errc::corrupt, "other bytes were served at an offset",
                   static_cast<std::uint64_t>(record.offset));
  }
  std::set<Offset> known(found.refused.begin(), found.refused.end());
  for (const FetchedRecord& record : found.records) known.insert(record.offset);
  const bool is_hit = at == damage.at;
  const Offset least_end = is_hit ? damage.least_end(end) : end;
  for (Offset offset = 0; offset < least_end; ++offset) {
    if (known.contains(offset)) continue;
    co_return fail(Errc::corrupt, "a record is neither served nor refused",
                   static_cast<std::uint64_t>(offset));
  }
  for (const Offset offset : found.refused) {
    if (is_hit && damage.may_cost(offset)) continue;
    co_return fail(Errc::corrupt, "an offset is refused that was not damaged",
                   static_cast<std::uint64_t>(offset));
  }
  const std::string value = fmt::format("{} after the damage", end);
  auto producing = produce(client, at, batch_of({&value, 1}, env_.clock.wall_ms()));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  const Offset given = appended.base_offset;
  const bool is_refused = appended.error_code == storage_error && is_hit && damage.hits_header;
  const bool is_taken = appended.error_code == 0 && given >= least_end && given <= end;
  if (is_taken) {  // the next check asks for it, too
    before.resize(static_cast<std::size_t>(given));
    before.push_back({.offset = given, .value = value});
  }
  if (is_refused || is_taken) co_return Result<>{};
  co_return fail(Errc::corrupt,
                 fmt::format("a record was given the offset {} (error {}) at the end",
                             appended.base_offset, appended.error_code),
                 static_cast<std::uint64_t>(end));
}

}  // namespace weir::sim
