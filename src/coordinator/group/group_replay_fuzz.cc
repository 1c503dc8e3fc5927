// Arbitrary bytes as keys and values of records, as batches, and as the subscription of a member:
// nothing may crash, whatever stands in the log or comes from a client.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "coordinator/group/log_replay.h"

namespace {

using namespace weir;
using namespace weir::coordinator;

void replay_records(GroupShard& shard, Bytes input) {
  Offset offset = 0;
  while (input.size() >= 4) {
    const auto key_size =
        std::min<std::size_t>(std::to_integer<std::size_t>(input[0]), input.size() - 4);
    const bool is_tombstone = (std::to_integer<int>(input[1]) & 1) != 0;
    const ProducerId producer = (std::to_integer<int>(input[1]) & 2) != 0 ? 7 : no_producer_id;
    const auto value_wanted = std::to_integer<std::size_t>(input[2]);
    const Bytes rest = input.subspan(4);
    const Bytes key = rest.first(key_size);
    const Bytes value =
        rest.subspan(key_size).first(std::min(value_wanted, rest.size() - key_size));
    (void)shard.replay(key, is_tombstone ? std::nullopt : std::optional(value), offset++, producer,
                       Now{});
    if ((std::to_integer<int>(input[1]) & 12) == 12) {
      shard.replay_transaction_end(7, (std::to_integer<int>(input[1]) & 16) != 0);
    }
    input = rest.subspan(key_size + value.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(reinterpret_cast<const std::byte*>(data), size);
  if (size == 0) return 0;
  GroupShard shard(GroupConfig{});
  if (data[0] % 2 == 0) {
    wire::CompressionContext compression;
    (void)replay_batches(shard, input.subspan(1), 0, Now{}, compression);
  } else {
    replay_records(shard, input.subspan(1));
  }
  Output out;
  shard.loaded(Now{}, out);
  // Whatever was loaded can be lived with: sessions end, offsets expire.
  Now later{env::Instant{} + std::chrono::hours(24 * 365), 1LL << 45};
  for (int i = 0; i < 20 && shard.wake_at() && *shard.wake_at() <= later.instant; ++i) {
    Output woken;
    shard.wake(later, woken);
    shard.committed(shard.last_write(), later, woken);
  }
  Output end;
  shard.resign(wire::ErrorCode::not_coordinator, end);
  return 0;
}
