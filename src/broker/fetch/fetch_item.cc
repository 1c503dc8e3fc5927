#include "broker/fetch/fetch_item.h"

#include <algorithm>
#include <utility>

#include "base/offload.h"
#include "broker/shard.h"

namespace weir::broker {
namespace {

using wire::ErrorCode;

// KIP-595: where the reader's log and this one part, if its last epoch does not fit.
std::optional<log::EpochEnd> divergence(const log::PartitionLog& log, const FetchPartition& asked,
                                        ErrorCode& error) {
  if (asked.last_fetched_epoch < 0) return std::nullopt;
  const log::EpochEnd end = log.end_offset_for_epoch(asked.last_fetched_epoch);
  if (end.epoch == no_epoch || end.end_offset == no_offset) {
    error = ErrorCode::offset_out_of_range;
    return std::nullopt;
  }
  if (end.epoch < asked.last_fetched_epoch || end.end_offset < asked.fetch_offset) return end;
  return std::nullopt;
}

void read_records(Partition& partition, FetchItem& item, const FetchLimits& limits,
                  std::uint32_t bytes_left, bool whole_first_batch) {
  log::PartitionLog& log = partition.log();
  const Offset bound = partition.read_bound(limits.isolation);
  const auto most = static_cast<std::uint32_t>(std::max(item.asked->partition_max_bytes, 0));
  const auto read = log.read({.from = item.asked->fetch_offset,
                              .bound = bound,
                              .bytes_max = std::min(bytes_left, most),
                              .whole_first_batch = whole_first_batch});
  if (!read) {
    item.error = read.error();
    return;
  }
  if (read->range.size > 0 && read->range.size >= read->first_batch_bytes) {
    item.records = read->range;
    item.first_batch_bytes = read->first_batch_bytes;
    item.check = read->check;
  }
  if (limits.isolation == Isolation::read_committed) {
    item.has_aborted = true;
    if (item.records.size == 0) return;
    auto aborted = log.aborted_transactions(item.asked->fetch_offset, bound);
    if (aborted) {
      item.aborted = std::move(*aborted);
    } else {
      item.error = ErrorCode::kafka_storage_error;
    }
  }
}

void read_item(Partition& partition, FetchItem& item, const FetchLimits& limits,
               std::uint32_t bytes_left, bool whole_first_batch) {
  item.error = partition.check_leader();
  if (item.error == ErrorCode::none) {
    item.error = partition.check_epoch(item.asked->current_leader_epoch);
  }
  if (item.error != ErrorCode::none) return;
  item.high_watermark = partition.high_watermark();
  item.last_stable_offset = partition.log().last_stable_offset();
  item.log_start_offset = partition.log().log_start_offset();
  item.seen_bound = partition.read_bound(limits.isolation);
  if (limits.checks_divergence) {
    item.diverging_epoch = divergence(partition.log(), *item.asked, item.error);
    if (item.diverging_epoch || item.error != ErrorCode::none) return;
  }
  read_records(partition, item, limits, bytes_left, whole_first_batch);
}

// False: wait_to_read() first.
bool try_to_read(Shard& shard, FetchItem& item, const FetchLimits& limits, std::uint32_t bytes_left,
                 bool whole_first_batch) {
  Partition* const partition = shard.partition(item.id);
  if (!partition) {
    item.error = ErrorCode::not_leader_or_follower;
    return true;
  }
  if (partition->state() == Partition::State::opening) return false;
  read_item(*partition, item, limits, bytes_left, whole_first_batch);
  return !item.check;
}

Task<> carry_out_check(Shard& shard, FetchItem& item) {
  log::ReadCheck check = *std::exchange(item.check, std::nullopt);
  const Result<> looked =
      co_await offload(shard.env.executor, [&check] { return check.carry_out(); });
  item.clear_answer();
  if (looked) {
    check.conclude();
  } else {
    item.error = ErrorCode::kafka_storage_error;
  }
}

// Until the partition is open, or what is to be read was looked at. Meanwhile it may have gone.
Task<> wait_to_read(Shard& shard, FetchItem& item) {
  if (item.check) {
    auto checking = carry_out_check(shard, item);
    co_await std::move(checking);
  } else if (Partition* const partition = shard.partition(item.id)) {
    co_await partition->opened();
  }
}

}  // namespace

void FetchItem::clear_answer() {
  error = wire::ErrorCode::none;
  high_watermark = last_stable_offset = log_start_offset = no_offset;
  records = {};
  first_batch_bytes = 0;
  check.reset();
  aborted.clear();
  has_aborted = false;
  diverging_epoch.reset();
}

Task<> read_items(Shard& shard, std::span<FetchItem* const> items, FetchLimits limits) {
  std::uint32_t bytes_left = limits.bytes_max;
  bool found_any = false;
  for (FetchItem* item : items) {
    item->clear_answer();
    while (item->error == ErrorCode::none &&
           !try_to_read(shard, *item, limits, bytes_left, !found_any)) {
      auto waiting = wait_to_read(shard, *item);
      co_await std::move(waiting);
    }
    if (item->records.size == 0) continue;
    found_any = true;
    bytes_left -=
        static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes_left, item->records.size));
  }
}

}  // namespace weir::broker
