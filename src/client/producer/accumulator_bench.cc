// What a record costs before it is on the wire: copied into its batch, batches closed, numbered and
// ended, as the steady state of a producer does it. One thread; time is CPU time.

#include <benchmark/benchmark.h>

#include "client/producer/sender.h"

namespace weir::client {
namespace {

void append_and_send(benchmark::State& state) {
  AccumulatorOptions options;
  options.batch_size = 65'536;
  if (state.range(1) != 0) options.compression.codec = wire::Codec::lz4;
  Accumulator accumulator(options);
  SeededRandom random(1);
  Sender sender({}, accumulator, random);
  sender.producer_id_is(1, 0);
  const PartitionSlot slot = sender.add_partition();
  sender.set_leader(slot, 1);
  sender.set_connected(1, true);
  const std::vector<std::byte> value(static_cast<std::size_t>(state.range(0)), std::byte{'x'});
  const bool asks = state.range(2) != 0;
  Offset written = 0;
  for (auto _ : state) {
    OnDelivery done;
    if (asks) done = [&written](const Delivery&) { ++written; };
    const wire::NewRecord record{.timestamp = 1, .value = wire::Blob(Bytes(value))};
    if (sender.append(slot, record, done, {}) != Appended::completed) continue;
    const auto call = sender.next({});
    const ProduceResult result{.slot = slot, .base_offset = 0};
    sender.answered(call->id, {&result, 1}, {});
    for (EndedBatch& batch : sender.take_ended()) {
      for (Receipt& receipt : batch.receipts) receipt.done(Delivered{});
      accumulator.told(batch.generation, std::move(batch.receipts));
    }
  }
  state.SetItemsProcessed(state.iterations());
  benchmark::DoNotOptimize(written);
}
BENCHMARK(append_and_send)
    ->ArgNames({"bytes", "lz4", "receipts"})
    ->ArgsProduct({{100, 1'024}, {0, 1}, {0, 1}});

}  // namespace
}  // namespace weir::client
