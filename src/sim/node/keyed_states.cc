#include "sim/node/keyed_states.h"

#include <fmt/format.h>

namespace weir::sim {
namespace {

constexpr std::uint64_t key_count = 12;
constexpr std::uint64_t value_bytes_max = 200;
constexpr std::string_view states_writer = "states-writer";  // in the history

std::string shown(const std::optional<std::string>& value) {
  return value ? "'" + *value + "'" : "nothing";
}

}  // namespace

KeyedStates::KeyedStates(Ledger& ledger, Recorder& recorder, TopicPartition home,
                         KeyedSettings settings)
    : ledger_(ledger), recorder_(recorder), home_(std::move(home)), settings_(settings) {
  recorder_.say(states_writer, Recorder::Verb::topic, home_.topic, "compact",
                fmt::format("tombstones={}", settings_.tombstones_ms));
  recorder_.say(states_writer, Recorder::Verb::producer, "all");
}

std::map<std::string, std::string> KeyedStates::topic_config() const {
  return {{"cleanup.policy", "compact"},
          {"internal.segment.bytes", std::to_string(settings_.segment_bytes)},
          {"min.cleanable.dirty.ratio", "0.01"},
          {"delete.retention.ms", std::to_string(settings_.tombstones_ms)},
          {"file.delete.delay.ms", "100"},
          {"message.timestamp.after.max.ms", "9223372036854775807"}};
}

KeyedStates::Update KeyedStates::next(SeededRandom& chance) {
  Update update{.key = fmt::format("key-{}", chance.below(key_count)), .value = {}, .send = 0};
  if (!chance.one_in(6)) {
    update.value =
        fmt::format("{}:{}", ++last_number_, std::string(chance.below(value_bytes_max), 's'));
  }
  keys_[update.key].tried.insert(update.value);
  update.send =
      recorder_.send(states_writer, home_.topic, home_.partition, update.key, update.value);
  return update;
}

Task<Result<std::int16_t>> KeyedStates::write(RawClient& client, const Update& update,
                                              TimestampMs now) {
  auto sending = produce(client, home_, keyed_batch(update.key, update.value, now));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(sending));
  if (appended.error_code == 0) {
    recorder_.say(states_writer, Recorder::Verb::acked, update.send, appended.base_offset);
    keys_[update.key] = {.confirmed = update.value};
    ++acknowledged_;
  }
  co_return appended.error_code;
}

Task<Result<>> KeyedStates::check(RawClient& client) {
  auto reading = audit(client, recorder_, "auditor", home_.topic, home_);
  CO_TRY_ASSIGN(const Audited audited, co_await std::move(reading));
  const std::vector<FetchedRecord>& records = audited.records;
  std::map<std::string, Value> found;
  Offset last = no_offset;
  for (const FetchedRecord& record : records) {
    if (record.offset <= last) {
      ledger_.add_violation(
          fmt::format("{}: offset {} after {}", home_.topic, record.offset, last));
    }
    last = record.offset;
    if (!record.key) {
      ledger_.add_violation(fmt::format("{}: no key at {}", home_.topic, record.offset));
      continue;
    }
    found[*record.key] = record.is_tombstone ? Value() : Value(record.value);
  }
  for (const auto& [key, state] : keys_) {
    const Value now = found.contains(key) ? found[key] : Value();
    if (now == state.confirmed || state.tried.contains(now)) continue;
    ledger_.add_violation(fmt::format("{}: {} was acknowledged as {}, and there is {}", home_.topic,
                                      key, shown(state.confirmed), shown(now)));
  }
  for (const auto& [key, value] : found) {
    if (keys_.contains(key)) continue;
    ledger_.add_violation(fmt::format("{} has {}, which nobody wrote", home_.topic, key));
  }
  compacted_ = acknowledged_ - std::min(acknowledged_, records.size());
  co_return Result<>{};
}

}  // namespace weir::sim
