#include "sim/node/keyed_states.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::sim {
namespace {

constexpr std::uint64_t key_count = 12;
constexpr std::uint64_t value_bytes_max = 200;
constexpr std::uint64_t batch_records_max = 4;
constexpr std::string_view states_writer = "states-writer";  // in the history

bool is_same(const FetchedRecord& record, const FetchedRecord& other) {
  return record == other && record.key == other.key && record.is_tombstone == other.is_tombstone;
}

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

// Half of the time one record, else a batch of which the cleaner may take a part.
std::vector<KeyedRecord> KeyedStates::choose(SeededRandom& chance) {
  std::vector<KeyedRecord> records(chance.one_in(2) ? 1 : 2 + chance.below(batch_records_max - 1));
  for (KeyedRecord& record : records) {
    record.key = fmt::format("key-{}", chance.below(key_count));
    if (chance.one_in(6)) continue;
    record.value =
        fmt::format("{}:{}", ++last_number_, std::string(chance.below(value_bytes_max), 's'));
  }
  return records;
}

KeyedStates::Update KeyedStates::next(SeededRandom& chance) {
  Update update{.records = choose(chance), .sends = {}};
  for (const auto& [key, value] : update.records) {
    keys_[key].tried.insert(value);
    update.sends.push_back(recorder_.send(states_writer, home_.topic, home_.partition, key, value));
  }
  return update;
}

Task<Result<std::int16_t>> KeyedStates::write(RawClient& client, const Update& update,
                                              TimestampMs now) {
  auto sending = produce(client, home_, keyed_batch(update.records, now));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(sending));
  if (appended.error_code != 0) co_return appended.error_code;
  Offset offset = appended.base_offset;
  for (std::size_t i = 0; i < update.records.size(); ++i, ++offset) {
    recorder_.say(states_writer, Recorder::Verb::acked, update.sends[i], offset);
    Key& key = keys_[update.records[i].key];
    key.confirmed = update.records[i].value;
    key.tried.clear();
    ++acknowledged_;
  }
  co_return appended.error_code;
}

void KeyedStates::was_not_answered(const Update& update) {
  for (const auto& [key, value] : update.records) keys_[key].late.insert(value);
}

Task<Result<>> KeyedStates::check(RawClient& client) {
  auto reading = audit(client, recorder_, "auditor", home_.topic, home_);
  CO_TRY_ASSIGN(const Audited audited, co_await std::move(reading));
  const std::vector<FetchedRecord>& records = audited.records;
  std::map<std::string, Value> found;
  Offset last = no_offset;
  last_read_.clear();
  for (const FetchedRecord& record : records) {
    last_read_[record.offset] = record;
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
    const bool was_sent = state.tried.contains(now) || state.late.contains(now);
    if (now == state.confirmed || was_sent) continue;
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

// By a newer one of its key; a tombstone goes by itself.
bool KeyedStates::is_replaced(const FetchedRecord& record) const {
  if (record.is_tombstone) return true;
  for (auto later = last_read_.upper_bound(record.offset); later != last_read_.end(); ++later) {
    if (later->second.key == record.key) return true;
  }
  return false;
}

bool KeyedStates::may_be_gap(Offset offset) const {
  const auto record = last_read_.find(offset);
  return record == last_read_.end() || is_replaced(record->second);
}

// A record that is neither served nor refused was taken by the cleaner, or stood behind
// `least_end`.
Result<> KeyedStates::check_gone(const std::set<Offset>& known, Offset least_end) const {
  for (const auto& [offset, record] : last_read_) {
    if (offset >= least_end) break;
    if (known.contains(offset) || may_be_gap(offset)) continue;
    return fail(Errc::corrupt, "a record is neither served nor refused",
                static_cast<std::uint64_t>(offset));
  }
  return {};
}

Task<Result<>> KeyedStates::check_around(RawClient& client, Damage damage) {
  auto reading = read_around(client, home_, end());
  CO_TRY_ASSIGN(const AroundDamage found, co_await std::move(reading));
  std::set<Offset> known(found.refused.begin(), found.refused.end());
  // The cleaner may have left gaps around what is damaged; only that would say where they end.
  Offset before_gap = 0, behind_gap = end();
  for (const FetchedRecord& record : found.records) {
    known.insert(record.offset);
    if (record.offset < damage.first) before_gap = record.offset + 1;
    if (record.offset > damage.last) behind_gap = std::min(behind_gap, record.offset);
    const auto before = last_read_.find(record.offset);
    if (before != last_read_.end() && is_same(record, before->second)) continue;
    co_return fail(Errc::corrupt, "other bytes were served at an offset",
                   static_cast<std::uint64_t>(record.offset));
  }
  const bool is_hit = damage.at == home_;
  CO_TRY(check_gone(known, is_hit ? damage.least_end(end()) : end()));
  for (const Offset offset : found.refused) {
    const bool is_in_gap = before_gap <= offset && offset < behind_gap && may_be_gap(offset);
    if (is_hit && damage.may_cost(is_in_gap ? damage.first : offset)) continue;
    co_return fail(Errc::corrupt, "an offset is refused that was not damaged",
                   static_cast<std::uint64_t>(offset));
  }
  co_return Result<>{};
}

Task<Result<std::int16_t>> KeyedStates::write_behind(RawClient& client, Damage damage,
                                                     SeededRandom& chance, TimestampMs now) {
  const std::vector<KeyedRecord> records = choose(chance);
  auto sending = produce(client, home_, keyed_batch(records, now));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(sending));
  if (appended.error_code != 0) co_return appended.error_code;
  Offset offset = appended.base_offset;
  if (offset < (damage.at == home_ ? damage.least_end(end()) : end())) {
    co_return fail(Errc::corrupt, "a record was given an offset that was taken",
                   static_cast<std::uint64_t>(offset));
  }
  last_read_.erase(last_read_.lower_bound(offset), last_read_.end());
  for (const auto& [key, value] : records) {
    last_read_[offset] = {
        .offset = offset, .value = value.value_or(""), .key = key, .is_tombstone = !value};
    ++offset;
  }
  co_return appended.error_code;
}

}  // namespace weir::sim
