#include "app/kcat/message_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "app/cli/consumed_view.h"
#include "app/kcat/error_words.h"

namespace weir::app::kcat {
namespace {

constexpr std::chrono::milliseconds poll_wait{50};  // after which the ends are looked at

bool is_of_joining(wire::ErrorCode code) {
  using enum wire::ErrorCode;
  return code == invalid_session_timeout || code == inconsistent_group_protocol ||
         code == invalid_group_id;
}

}  // namespace

Task<Run<>> MessageReader::read() {
  while (!is_done_ && !run_.session.interrupted()) {
    auto polling = consumer_.poll(run_.now() + poll_wait);
    const auto polled = co_await std::move(polling);
    if (!polled) {
      if (!polled.error().is_retriable()) co_return failed(polled.error());
      continue;
    }
    auto showing = show(*polled);
    CO_TRY(co_await std::move(showing));
    if (is_done_) break;
    auto looking = look_for_ends();
    co_await std::move(looking);
  }
  co_return Run<>();
}

Run<> MessageReader::failed(const client::Failure& failure) const {
  return run_.notices().fatal(fmt::format("Consumer error: {}{}",
                                          is_of_joining(failure.answer) ? "JoinGroup failed: " : "",
                                          words_of(failure)));
}

void MessageReader::forget(const client::TopicPartition& of) {
  ends_.erase(of);
  next_.erase(of);
}

Task<Run<>> MessageReader::show(const client::Polled& polled) {
  std::string out;
  Run<> printed;
  const std::int64_t stop_time = run_.line.stop_time;
  std::map<client::TopicPartition, Offset> stops;
  for (const client::ConsumedRecords& consumed : polled) {
    const client::TopicPartition& of = consumed.partition;
    if (!consumed.batch.records.empty()) ends_.erase(of);
    for (const wire::Record& record : consumed.batch.records) {
      if (is_done_ || !printed || stopped_.contains(of)) break;
      if (stop_time != 0 && record.timestamp >= stop_time) {
        stop(of);
        stops[of] = record.offset;
        break;
      }
      printed = print_message(consumed, record, out);
    }
  }
  if (!out.empty()) {
    auto writing = run_.session.write(std::move(out));
    if (const auto written = co_await std::move(writing); !written) {
      const bool is_closed = written.error().code == Errc::closed;
      co_return run_.notices().fatal(
          fmt::format("Write error for message of {} bytes in {} [{}] at offset {}: {}", last_.size,
                      last_.of.topic, last_.of.partition, last_.offset,
                      is_closed ? "Broken pipe" : written.error().what));
    }
  }
  for (const auto& [of, position] : next_) {
    // Given up meanwhile: its next owner reads it again.
    [[maybe_unused]] const auto finished = consumer_.finished(of, position.offset);
  }
  for (const auto& [of, offset] : stops) announce("Reached stop timestamp for topic", of, offset);
  co_return printed;
}

Run<> MessageReader::print_message(const client::ConsumedRecords& consumed,
                                   const wire::Record& record, std::string& out) {
  const client::TopicPartition& of = consumed.partition;
  const auto view = run_.session.cluster.view();
  const client::PartitionInfo* const known = view->find(of);
  const auto printed =
      run_.line.printer.print(view_of(consumed, record), known ? known->leader : no_broker, out);
  Run<> outcome;
  if (!printed) {
    outcome =
        run_.notices().error(fmt::format("Failed to format message in {} [{}] at offset {}: {}",
                                         of.topic, of.partition, record.offset, printed.error()));
  }
  last_ = {of, record.offset, record.value.is_null() ? 0 : record.value.view().size()};
  // One that ends it was not printed: whoever comes next gets it again.
  if (outcome) next_[of] = {record.offset + 1};
  is_done_ = is_done_ || ++count_ == static_cast<std::uint64_t>(run_.line.count);
  return outcome;
}

Task<> MessageReader::look_for_ends() {
  for (const client::TopicPartition& of : consumer_.assignment()) {
    const auto lag = consumer_.lag(of);
    if (is_done_ || stopped_.contains(of) || !lag || lag->records != 0) continue;
    auto asking = consumer_.position(of, run_.now());
    const auto position = co_await std::move(asking);
    if (!position) continue;
    const auto [seen, is_new] = ends_.try_emplace(of, no_offset);
    if (seen->second == position->offset) continue;
    seen->second = position->offset;
    next_[of] = *position;
    if (run_.line.stops_at_end) {
      if (run_.line.mode == Mode::consume) {
        stop(of);
      } else {
        is_done_ = ends_.size() == partition_count_();
      }
    }
    announce("Reached end of topic", of, position->offset);
  }
}

void MessageReader::stop(const client::TopicPartition& of) {
  stopped_.insert(of);
  [[maybe_unused]] const auto paused = consumer_.pause(of);
  is_done_ = is_done_ || stopped_.size() >= partition_count_();
}

void MessageReader::announce(std::string_view what, const client::TopicPartition& of,
                             Offset offset) const {
  run_.notices().info(1, fmt::format("{} {} [{}] at offset {}{}", what, of.topic, of.partition,
                                     offset, is_done_ ? ": exiting" : ""));
}

Task<client::Outcome<>> seek_start(ModeRun& run, client::Consumer& consumer,
                                   client::Partitions partitions) {
  using Kind = StartAt::Kind;
  const StartAt& start = run.line.start;
  if (start.kind == Kind::unset || start.kind == Kind::stored) co_return client::Outcome<>();
  client::Offsets ends;
  if (start.kind == Kind::from_end) {
    auto asking = consumer.end_offsets(partitions, run.metadata_deadline());
    CO_TRY_ASSIGN(ends, co_await std::move(asking));
  }
  for (const client::TopicPartition& of : partitions) {
    client::Outcome<> sought;
    switch (start.kind) {
      case Kind::beginning:
        sought = consumer.seek_to_time(of, client::time_of_earliest);
        break;
      case Kind::end:
        sought = consumer.seek_to_time(of, client::time_of_latest);
        break;
      case Kind::from_end:
        sought = consumer.seek(of, {.offset = std::max<Offset>(0, ends[of].offset - start.value)});
        break;
      default:
        sought = consumer.seek(of, {.offset = start.value});
    }
    if (!sought) co_return std::unexpected(sought.error());
  }
  co_return client::Outcome<>();
}

}  // namespace weir::app::kcat
