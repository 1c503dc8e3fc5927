#include "sim/node/fading_topic.h"

#include <fmt/format.h>

#include <utility>

namespace weir::sim {
namespace {

constexpr std::uint64_t fading_bytes_max = 200;              // of a value
constexpr std::string_view fading_writer = "fading-writer";  // in the history

Result<Offset> asked_offset(const ListedOffset& listed) {
  if (listed.error_code == 0) return listed.offset;
  return fail(Errc::invalid, "a question for offsets was refused",
              static_cast<std::uint64_t>(listed.error_code));
}

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

Task<Result<>> FadingTopic::check(RawClient& client) {
  const Recorder::Op op =
      recorder_.begin("auditor", Recorder::Verb::audit, home_.topic, home_.partition);
  auto asking_end = list_offset(client, home_, latest_timestamp);
  CO_TRY_ASSIGN(const ListedOffset listed_end, co_await std::move(asking_end));
  CO_TRY_ASSIGN(const Offset end, asked_offset(listed_end));
  auto asking_start = list_offset(client, home_, earliest_timestamp);
  CO_TRY_ASSIGN(const ListedOffset listed_start, co_await std::move(asking_start));
  CO_TRY_ASSIGN(const Offset start, asked_offset(listed_start));
  auto reading = read_all(client, home_, start);
  CO_TRY_ASSIGN(const auto records, co_await std::move(reading));
  auto asking_again = list_offset(client, home_, earliest_timestamp);
  CO_TRY_ASSIGN(const ListedOffset listed_again, co_await std::move(asking_again));
  CO_TRY_ASSIGN(const Offset start_after, asked_offset(listed_again));
  if (start_after != start) co_return fail(Errc::invalid, "its start has moved");
  for (const FetchedRecord& record : records) {
    recorder_.read("auditor", home_.topic, home_.partition, record);
  }
  recorder_.say("auditor", Recorder::Verb::audited, op, start, end);
  start_ = start;
  check_left(records);
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
  if (settings_.ms < 0 && start_ > 0 && bytes < static_cast<std::size_t>(settings_.bytes)) {
    ledger_.add_violation(
        fmt::format("{} keeps {} bytes, {} were to be kept", home_.topic, bytes, settings_.bytes));
  }
}

}  // namespace weir::sim
