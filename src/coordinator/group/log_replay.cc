#include "coordinator/group/log_replay.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "wire/record/batch.h"
#include "wire/record/record.h"

namespace weir::coordinator {
namespace {

constexpr std::uint64_t decompressed_bytes_max = 256 << 20;
constexpr std::int16_t end_type_abort = 0;
constexpr std::int16_t end_type_commit = 1;

std::unexpected<Error> at_offset(Error error, Offset offset) {
  error.what = fmt::format("record at offset {}: {}", offset, error.what);
  return std::unexpected(std::move(error));
}

// The end of a transaction: the key is a version and what kind of end it was.
void replay_control(GroupShard& shard, const wire::BatchView& batch, const wire::Record& record) {
  if (record.key.size() < 4) return;
  const auto type = load_be<std::int16_t>(record.key.view().data() + 2);
  if (type == end_type_abort || type == end_type_commit) {
    shard.replay_transaction_end(batch.producer_id(), type == end_type_commit);
  }
}

Result<> replay_batch(GroupShard& shard, const wire::BatchView& batch, Offset from, Now now,
                      wire::CompressionContext& compression, std::vector<std::byte>& storage) {
  TRY_ASSIGN(const Bytes records,
             wire::decompressed_records(compression, batch, decompressed_bytes_max, storage));
  const ProducerId producer = batch.is_transactional() ? batch.producer_id() : no_producer_id;
  wire::RecordIterator iterator(batch, records);
  wire::Record record;
  while (true) {
    TRY_ASSIGN(const bool is_record, iterator.next(record));
    if (!is_record) return {};
    if (record.offset < from) continue;
    if (batch.is_control()) {
      replay_control(shard, batch, record);
      continue;
    }
    std::optional<Bytes> value;
    if (!record.value.is_null()) value = record.value.view();
    if (auto done = shard.replay(record.key.view(), value, record.offset, producer, now); !done) {
      return at_offset(std::move(done).error(), record.offset);
    }
  }
}

}  // namespace

Result<Offset> replay_batches(GroupShard& shard, Bytes bytes, Offset from, Now now,
                              wire::CompressionContext& compression) {
  std::vector<std::byte> storage;
  Offset next = from;
  while (bytes.size() >= wire::batch_overhead) {
    TRY_ASSIGN(const std::size_t size, wire::batch_size_at(bytes));
    if (size > bytes.size()) break;
    TRY_ASSIGN(const wire::BatchView batch, wire::read_batch(bytes.first(size)));
    if (batch.next_offset() > from) {
      if (auto done = replay_batch(shard, batch, from, now, compression, storage); !done) {
        return at_offset(std::move(done).error(), batch.base_offset());
      }
      next = batch.next_offset();
    }
    bytes = bytes.subspan(size);
  }
  return next;
}

}  // namespace weir::coordinator
