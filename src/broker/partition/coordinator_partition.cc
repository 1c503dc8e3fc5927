#include "broker/partition/coordinator_partition.h"

#include <algorithm>

#include "base/canary.h"
#include "base/offload.h"
#include "broker/partition/append.h"
#include "broker/partition/partition.h"
#include "broker/shard.h"
#include "wire/record/batch_builder.h"

namespace weir::broker {
namespace {

using wire::ErrorCode;

constexpr std::uint32_t chunk_bytes = 1 << 20;

std::vector<std::byte> batch_of(std::span<const coordinator::CoordinatorRecord> records) {
  wire::BatchBuilder builder({});
  for (const auto& record : records) {
    builder.add({.timestamp = record.timestamp,
                 .key = wire::Blob(record.key),
                 .value = record.is_tombstone ? wire::Blob::null() : wire::Blob(record.value)});
  }
  return builder.build();
}

}  // namespace

CoordinatorPartition::CoordinatorPartition(Shard& shard, PartitionId id, LeaderEpoch epoch)
    : shard_(shard), id_(id), epoch_(epoch) {}

Partition* CoordinatorPartition::leading() const {
  Partition* partition = shard_.partition(id_);
  return partition && partition->is_leader() && partition->leader_epoch() == epoch_ ? partition
                                                                                    : nullptr;
}

Task<std::expected<Offset, ErrorCode>> CoordinatorPartition::append(
    std::span<const coordinator::CoordinatorRecord> records) {
  Partition* partition = leading();
  if (!partition) co_return std::unexpected(ErrorCode::not_leader_or_follower);
  if (!partition->leader().enough_in_sync())
    co_return std::unexpected(ErrorCode::not_enough_replicas);
  std::vector<std::byte> batch = batch_of(records);
  if (batch.size() > batch_bytes_max()) co_return std::unexpected(ErrorCode::message_too_large);
  AppendJoin join(shard_.env.executor, 1);
  PartitionAppend append;
  append.records = batch;
  append.acks = 1;
  append.origin = log::AppendOrigin::coordinator;
  append.join = &join;
  partition->append(append);
  co_await join.all_ended();
  if (append.error != ErrorCode::none) co_return std::unexpected(append.error);
  co_return append.end_offset;
}

Task<std::expected<Offset, ErrorCode>> CoordinatorPartition::wait_committed(Offset end_offset) {
  Partition* partition = leading();
  if (!partition) co_return std::unexpected(ErrorCode::not_leader_or_follower);
  if (sings(Canary::commit_answered_early)) co_return end_offset;
  const bool reached = co_await partition->committed(end_offset, epoch_);
  if (!reached) co_return std::unexpected(ErrorCode::not_leader_or_follower);
  co_return end_offset;
}

Offset CoordinatorPartition::log_start_offset() const {
  const Partition* partition = leading();
  return partition ? leading()->log().log_start_offset() : 0;
}

Offset CoordinatorPartition::log_end_offset() const {
  const Partition* partition = leading();
  return partition ? leading()->log().log_end_offset() : 0;
}

Task<Result<coordinator::LogChunk>> CoordinatorPartition::read(Offset from) {
  Partition* partition = leading();
  if (!partition) co_return fail(Errc::closed, "the leadership is over");
  log::PartitionLog& log = partition->log();
  const auto plan = log.read({.from = std::max(from, log.log_start_offset()),
                              .bound = log.log_end_offset(),
                              .bytes_max = chunk_bytes,
                              .whole_first_batch = true});
  if (!plan) co_return fail(Errc::io, "the log cannot be read", static_cast<std::uint64_t>(from));
  coordinator::LogChunk chunk;
  chunk.next = log.log_end_offset();
  if (plan->range.size == 0) co_return chunk;
  chunk.bytes.resize(plan->range.size);
  const env::FileRange range = plan->range;
  const auto got = co_await offload(shard_.env.executor, [&chunk, &range] {
    return range.file->read_at(range.position, chunk.bytes);
  });
  if (!got) co_return std::unexpected(got.error());
  chunk.bytes.resize(*got);
  // Only whole batches are handed on; the next read starts after the last of them.
  std::size_t whole = 0;
  while (const auto batch = wire::read_batch(Bytes(chunk.bytes).subspan(whole))) {
    if (!batch->crc_is_good()) break;
    whole += batch->size();
    chunk.next = batch->next_offset();
  }
  if (whole == 0)
    co_return fail(Errc::corrupt, "no whole batch where one was expected", range.position);
  chunk.bytes.resize(whole);
  co_return chunk;
}

std::size_t CoordinatorPartition::batch_bytes_max() const {
  const Partition* partition = leading();
  return partition ? static_cast<std::size_t>(partition->settings().log.max_message_bytes) : 0;
}

}  // namespace weir::broker
