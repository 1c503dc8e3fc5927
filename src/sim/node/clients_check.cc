#include <fmt/format.h>

#include <utility>

#include "base/offload.h"
#include "sim/node/clients.h"
#include "wire/error_code.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;

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
  if (settings_.keyed_updates > 0) {
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

}  // namespace weir::sim
