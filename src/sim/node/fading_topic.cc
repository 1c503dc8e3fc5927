#include "sim/node/fading_topic.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::sim {
namespace {

constexpr std::uint64_t fading_bytes_max = 200;              // of a value
constexpr std::uint64_t trimmed_back_max = 30;               // records behind the end
constexpr std::string_view fading_writer = "fading-writer";  // in the history

}  // namespace

FadingTopic::FadingTopic(Ledger& ledger, Recorder& recorder, FadingSettings settings)
    : ledger_(ledger), recorder_(recorder), settings_(settings) {
  recorder_.say(fading_writer, Recorder::Verb::topic, home_.topic, "delete");
  recorder_.say(fading_writer, Recorder::Verb::producer, "all");
}

std::map<std::string, std::string> FadingTopic::topic_config() const {
  return {{"cleanup.policy", "delete"},
          {"internal.segment.bytes", std::to_string(settings_.segment_bytes)},
          {"retention.bytes", std::to_string(settings_.bytes)},
          {"retention.ms", std::to_string(settings_.ms)},
          {"file.delete.delay.ms", "100"},
          {"message.timestamp.after.max.ms", "9223372036854775807"}};
}

Task<Result<std::int16_t>> FadingTopic::write(RawClient& client, SeededRandom& chance,
                                              TimestampMs now) {
  const std::string value =
      fmt::format("f{}:{}", sizes_.size(), std::string(chance.below(fading_bytes_max), 'f'));
  const std::vector<std::string> values{value};
  auto batch = batch_of(values, now);
  sizes_[value] = batch.size();
  const Recorder::Op op =
      recorder_.send(fading_writer, home_.topic, home_.partition, std::nullopt, value);
  auto sending = produce(client, home_, std::move(batch));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(sending));
  if (appended.error_code == 0) {
    recorder_.say(fading_writer, Recorder::Verb::acked, op, appended.base_offset);
    promised_[appended.base_offset] = value;
  }
  co_return appended.error_code;
}

Task<Result<std::int16_t>> FadingTopic::trim(RawClient& client, SeededRandom& chance) {
  const Offset end = promised_.rbegin()->first + 1;
  const auto back = static_cast<Offset>(chance.below(trimmed_back_max));
  const Offset before = std::max<Offset>(end - back, 0);
  trim_tried_ = std::max(trim_tried_, before);
  const Recorder::Op op =
      recorder_.begin(fading_writer, Recorder::Verb::trim, home_.topic, home_.partition, before);
  auto deleting = delete_records(client, home_, before);
  CO_TRY_ASSIGN(const std::int16_t code, co_await std::move(deleting));
  if (code == 0) {
    recorder_.say(fading_writer, Recorder::Verb::done, op);
    trimmed_ = std::max(trimmed_, before);
  }
  co_return code;
}

Task<Result<std::int16_t>> FadingTopic::step(RawClient& client, SeededRandom& chance,
                                             TimestampMs now) {
  const bool trims = settings_.trims > 0 && !promised_.empty() &&
                     chance.one_in(static_cast<std::uint64_t>(settings_.trims));
  auto doing = trims ? trim(client, chance) : write(client, chance, now);
  co_return co_await std::move(doing);
}

Task<Result<>> FadingTopic::check(RawClient& client) {
  auto auditing = audit(client, recorder_, "auditor", home_.topic, home_);
  CO_TRY_ASSIGN(const Audited audited, co_await std::move(auditing));
  start_ = audited.start;
  check_left(audited.records);
  co_return Result<>{};
}

void FadingTopic::check_left(const std::vector<FetchedRecord>& records) {
  std::map<Offset, std::string> found;
  Offset next = start_;
  std::size_t bytes = 0;
  for (const FetchedRecord& record : records) {
    if (record.offset != next) {
      ledger_.add_violation(
          fmt::format("{} goes on at {} after {}", home_.topic, record.offset, next - 1));
    }
    next = record.offset + 1;
    found[record.offset] = record.value;
    bytes += sizes_[record.value];
  }
  for (auto promise = promised_.lower_bound(start_); promise != promised_.end(); ++promise) {
    const auto there = found.find(promise->first);
    if (there != found.end() && there->second == promise->second) continue;
    ledger_.add_violation(fmt::format("{} starts at {}, and offset {}: '{}' is not there",
                                      home_.topic, start_, promise->first, promise->second));
  }
  if (start_ < trimmed_) {
    ledger_.add_violation(
        fmt::format("{} starts at {}, and was trimmed to {}", home_.topic, start_, trimmed_));
  }
  if (settings_.ms < 0 && start_ > trim_tried_ &&
      bytes < static_cast<std::size_t>(settings_.bytes)) {
    ledger_.add_violation(
        fmt::format("{} keeps {} bytes, {} were to be kept", home_.topic, bytes, settings_.bytes));
  }
}

}  // namespace weir::sim
