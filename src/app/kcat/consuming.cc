// -C: one topic, or one partition of it.

#include <fmt/format.h>

#include "app/kcat/cluster_metadata.h"
#include "app/kcat/error_words.h"
#include "app/kcat/message_reading.h"

namespace weir::app::kcat {
namespace {

// The partitions that are read. Ended: there are none, which was said.
Task<Run<client::Partitions>> wanted_partitions(ModeRun& run, const std::string& topic) {
  const CommandLine& line = run.line;
  const auto fatal = [&](std::string_view text) { return run.notices().fatal(text); };
  auto asking = ask_metadata(run, topic, line.properties.creates_topics.value_or(false));
  const auto answer = co_await std::move(asking);
  if (!answer) {
    const bool is_unreached = run.session.cluster.view()->brokers.empty();
    co_return fatal(
        fmt::format("Failed to query metadata for topic {}: {}", topic,
                    is_unreached ? std::string(transport_failure) : words_of(answer.error())));
  }
  const wire::MetadataResponse& metadata = **answer;
  if (metadata.topics.size() == 0) co_return fatal("No such topic in cluster: " + topic);
  const auto& found = *metadata.topics.begin();
  if (found.error_code != 0) {
    co_return fatal(fmt::format("Topic {} error: {}", topic,
                                words_of(wire::error_info(found.error_code).code)));
  }
  client::Partitions partitions;
  for (const auto& partition : found.partitions) {
    if (line.partition != -1 && line.partition != partition.partition_index) continue;
    partitions.push_back({topic, partition.partition_index});
  }
  if (found.partitions.size() == 0) {
    co_return fatal(fmt::format("Topic {} has no partitions", topic));
  }
  if (partitions.empty()) {
    co_return fatal(fmt::format("Topic {} (with partitions 0..{}): partition {} does not exist",
                                topic, found.partitions.size() - 1, line.partition));
  }
  co_return partitions;
}

Task<client::Outcome<>> seek_time(ModeRun& run, client::Consumer& consumer,
                                  const client::Partitions& partitions) {
  std::map<client::TopicPartition, std::int64_t> times;
  for (const client::TopicPartition& of : partitions) times[of] = run.line.start_time;
  auto asking = consumer.offsets_at(std::move(times), run.metadata_deadline());
  CO_TRY_ASSIGN(const client::Offsets found, co_await std::move(asking));
  for (const client::TopicPartition& of : partitions) {
    const auto at = found.find(of);
    CO_TRY(at == found.end() ? consumer.seek_to_time(of, client::time_of_latest)
                             : consumer.seek(of, at->second));
  }
  co_return client::Outcome<>();
}

// Where -o says, else at the beginning. Ended: a broker did not tell, which was said.
Task<Run<>> begin_reading(ModeRun& run, client::Consumer& consumer, client::Partitions partitions) {
  if (run.line.start_time != 0) {
    auto seeking = seek_time(run, consumer, partitions);
    const auto sought = co_await std::move(seeking);
    if (sought) co_return Run<>();
    co_return run.notices().fatal(
        fmt::format("offsets_for_times failed: {}", words_of(sought.error())));
  }
  if (run.line.start.kind == StartAt::Kind::unset) {
    for (const client::TopicPartition& of : partitions) {
      const auto sought = consumer.seek_to_time(of, client::time_of_earliest);
      CHECK(sought.has_value(), "what was assigned can be sought");
    }
    co_return Run<>();
  }
  auto seeking = seek_start(run, consumer, std::move(partitions));
  const auto sought = co_await std::move(seeking);
  if (sought) co_return Run<>();
  co_return run.notices().fatal(fmt::format("Consumer error: {}", words_of(sought.error())));
}

}  // namespace

Task<Run<>> consume_topic(ModeRun& run) {
  auto finding = wanted_partitions(run, *run.line.topic);
  CO_TRY_ASSIGN(const client::Partitions partitions, co_await std::move(finding));
  const bool is_stored = run.line.start.kind == StartAt::Kind::stored && run.line.start_time == 0;
  client::ConsumerOptions options = run.session.settings.config.consumer;
  options.finishes_by_hand = true;
  options.commits_by_itself = false;
  options.group.group_id = is_stored ? run.line.properties.group : "";
  if (is_stored && options.group.group_id.empty()) {
    co_return run.notices().fatal(
        fmt::format("Failed to start consuming topic {} [{}]: Local: Invalid argument or "
                    "configuration",
                    *run.line.topic, partitions.front().partition));
  }
  client::Consumer consumer(run.session.cluster, std::move(options));
  consumer.assign(partitions);
  MessageReader reader(run, consumer, [&] { return partitions.size(); });
  auto beginning = begin_reading(run, consumer, partitions);
  Run<> ran = co_await std::move(beginning);
  if (ran) {
    auto reading = reader.read();
    ran = co_await std::move(reading);
  }
  if (is_stored && ran && !reader.next_offsets().empty()) {
    // A commit that fails leaves what was stored, as kcat does without a word.
    auto committing = consumer.commit(reader.next_offsets(), run.metadata_deadline());
    [[maybe_unused]] const auto committed = co_await std::move(committing);
  }
  auto closing = consumer.close(run.metadata_deadline());
  co_await std::move(closing);
  co_return ran;
}

}  // namespace weir::app::kcat
