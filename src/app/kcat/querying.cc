// -Q: offsets by time.

#include <fmt/format.h>

#include <algorithm>

#include "app/kcat/error_words.h"
#include "app/kcat/mode_run.h"

namespace weir::app::kcat {
namespace {

struct FoundOffset {
  client::TopicPartition of;
  Offset offset = no_offset;
  std::string error;  // words; empty: none
};

std::string found_text(const std::vector<FoundOffset>& found) {
  std::string out;
  for (const FoundOffset& one : found) {
    out += fmt::format("{} [{}] offset {}{}{}\n", one.of.topic, one.of.partition, one.offset,
                       one.error.empty() ? "" : ": ", one.error);
  }
  return out;
}

std::string found_json(const std::vector<FoundOffset>& found) {
  std::string out = "{";
  std::string_view topic;
  for (const FoundOffset& one : found) {
    if (one.of.topic != topic) {
      if (!topic.empty()) out += "},";
      topic = one.of.topic;
      append_json_text(topic, out);
      out += ":{\"topic\":";
      append_json_text(topic, out);
    }
    out += fmt::format(",\"{}\":{{\"partition\":{},\"offset\":{}", one.of.partition,
                       one.of.partition, one.offset);
    if (!one.error.empty()) {
      out += ",\"error\":";
      append_json_text(one.error, out);
    }
    out += '}';
  }
  return out + (topic.empty() ? "}" : "}}");
}

}  // namespace

Task<Run<>> query_offsets(ModeRun& run) {
  using client::IsolationLevel;
  std::map<client::TopicPartition, client::OffsetSpec> times;
  for (const TimeQuestion& question : run.line.questions) {
    times[question.of] = client::OffsetSpec::at(question.time);
  }
  const env::Instant deadline = run.metadata_deadline();
  auto reaching = run.session.cluster.ready(deadline);
  if (!co_await std::move(reaching)) {
    co_return run.notices().fatal(
        "offsets_for_times failed: Local: All broker connections are down");
  }
  const bool committed = run.line.properties.config.consumer.reads_committed;
  auto asking = run.session.admin.list_offsets(
      std::move(times),
      committed ? IsolationLevel::read_committed : IsolationLevel::read_uncommitted, deadline);
  const auto answers = co_await std::move(asking);
  std::vector<FoundOffset> found;
  for (const auto& [of, answer] : answers) {
    if (answer) {
      found.push_back({of, answer->offset, ""});
      continue;
    }
    const client::Failure& why = answer.error();
    if (why.answer == wire::ErrorCode::unknown_topic_or_partition ||
        why.answer == wire::ErrorCode::invalid_topic_exception) {
      co_return run.notices().fatal(fmt::format("offsets_for_times failed: {}", unknown_partition));
    }
    if (!why.is_answer()) {
      co_return run.notices().fatal(fmt::format("offsets_for_times failed: {}", words_of(why)));
    }
    found.push_back({of, no_offset, words_of(why)});
  }
  auto writing = run.session.write(run.line.is_json ? found_json(found) : found_text(found));
  if (!co_await std::move(writing)) co_return std::unexpected(Ended{1});
  co_return Run<>();
}

}  // namespace weir::app::kcat
