#include "sim/node/recorder.h"

#include <fmt/format.h>

namespace weir::sim {
namespace {

std::string without_padding(const std::string& value) { return value.substr(0, value.find(':')); }

Result<Offset> answered_offset(const Result<ListedOffset>& listed) {
  if (!listed) return std::unexpected(listed.error());
  if (listed->error_code != 0) {
    return fail(Errc::invalid, "a question for offsets was refused",
                static_cast<std::uint64_t>(listed->error_code));
  }
  return listed->offset;
}

}  // namespace

Recorder::Op Recorder::send(std::string_view process, std::string_view topic,
                            PartitionIndex partition, const std::optional<std::string>& key,
                            const std::optional<std::string>& value) {
  if (value) sent_.insert(*value);
  return begin(process, Verb::send, topic, partition, checker::HistoryWriter::word(key),
               value ? checker::HistoryWriter::word(without_padding(*value)) : std::string("~"));
}

void Recorder::read(std::string_view process, std::string_view topic, PartitionIndex partition,
                    const FetchedRecord& record) {
  const std::string value = record.is_tombstone ? "~"
                            : sent_.contains(record.value)
                                ? checker::HistoryWriter::word(without_padding(record.value))
                                : checker::HistoryWriter::word(record.value);
  say(process, Verb::read, topic, partition, record.offset,
      checker::HistoryWriter::word(record.key), value);
}

std::vector<std::string> Recorder::anomalies() const {
  std::vector<std::string> all;
  checker::History history;
  Result<> read = history.add("line", text());
  if (read) read = history.finish();
  if (!read) {
    all.push_back("the history is none: " + read.error().message());
    return all;
  }
  for (const checker::Finding& finding : checker::check(history).findings) {
    std::string what =
        fmt::format("the history shows {}: {}", name_of(finding.anomaly), finding.what);
    for (const checker::EventIndex at : finding.evidence) {
      what += " " + history.where(history.events[at]);
    }
    all.push_back(std::move(what));
  }
  return all;
}

Task<Result<Audited>> read_whole(RawClient& client, TopicPartition at) {
  auto asking_start = list_offset(client, at, earliest_timestamp);
  const auto listed_start = co_await std::move(asking_start);
  CO_TRY_ASSIGN(const Offset start, answered_offset(listed_start));
  auto reading = read_all(client, at, start);
  CO_TRY_ASSIGN(auto records, co_await std::move(reading));
  auto asking_again = list_offset(client, at, earliest_timestamp);
  const auto listed_again = co_await std::move(asking_again);
  CO_TRY_ASSIGN(const Offset start_after, answered_offset(listed_again));
  if (start_after != start) co_return fail(Errc::invalid, "its start has moved");
  co_return Audited{.start = start, .records = std::move(records)};
}

Task<Result<Audited>> audit(RawClient& client, Recorder& recorder, std::string process,
                            std::string topic, TopicPartition at) {
  const Recorder::Op op = recorder.begin(process, Recorder::Verb::audit, topic, at.partition);
  auto asking_end = list_offset(client, at, latest_timestamp);
  const auto listed_end = co_await std::move(asking_end);
  CO_TRY_ASSIGN(const Offset end, answered_offset(listed_end));
  auto reading = read_whole(client, at);
  CO_TRY_ASSIGN(Audited whole, co_await std::move(reading));
  for (const FetchedRecord& record : whole.records) {
    recorder.read(process, topic, at.partition, record);
  }
  recorder.say(process, Recorder::Verb::audited, op, whole.start, end);
  co_return whole;
}

}  // namespace weir::sim
