// What the module itself costs, on a disk in memory: staging and writing batches, finding offsets
// at the tail and through a cold index.

#include <benchmark/benchmark.h>

#include "log/log_test_support.cc"          // benchmarks link the library only
#include "log/memory_disk_test_support.cc"  // likewise

namespace weir::log {
namespace {

// range(0): bytes of a batch; range(1): batches staged before each write.
void stage_and_write(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  auto batch = make_batch({.value = std::string(bytes, 'x')});
  std::array<StagedBatch, 1> batches{staged(batch)};
  auto fixture = std::make_unique<LogFixture>();
  std::int64_t written = 0;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(1); ++i) {
      benchmark::DoNotOptimize(fixture->log().stage(batches, 0, AppendOrigin::client, 1000));
    }
    CHECK(fixture->log().write_staged(1000).has_value());
    written += state.range(1) * static_cast<std::int64_t>(batch.size());
    if (written > (256 << 20)) {  // memory stays bounded
      state.PauseTiming();
      fixture = std::make_unique<LogFixture>();
      written = 0;
      state.ResumeTiming();
    }
  }
  state.SetBytesProcessed(state.iterations() * state.range(1) *
                          static_cast<std::int64_t>(batch.size()));
}
BENCHMARK(stage_and_write)->Args({200, 1})->Args({200, 50})->Args({65536, 1})->Args({1 << 20, 1});

void read_at_the_tail(benchmark::State& state) {
  LogFixture fixture;
  for (int i = 0; i < 10000; ++i) fixture.append({.value = std::string(1000, 'x')});
  Offset from = 9990;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        fixture.log().read({.from = from, .bound = 10000, .bytes_max = 1 << 20}));
    from = from == 9999 ? 9990 : from + 1;
  }
}
BENCHMARK(read_at_the_tail);

void read_through_the_index(benchmark::State& state) {
  LogFixture fixture;
  for (int i = 0; i < 100000; ++i) fixture.append({.value = std::string(1000, 'x')});
  fixture.reopen();
  SeededRandom random(3);
  for (auto _ : state) {
    benchmark::DoNotOptimize(fixture.log().read({.from = static_cast<Offset>(random.below(100000)),
                                                 .bound = 100000,
                                                 .bytes_max = 1 << 20}));
  }
}
BENCHMARK(read_through_the_index);

void open_after_a_clean_stop(benchmark::State& state) {
  LogFixture fixture;
  for (int i = 0; i < 1000; ++i) fixture.append({.value = std::string(1000, 'x')});
  for (auto _ : state) fixture.reopen();
}
BENCHMARK(open_after_a_clean_stop);

}  // namespace
}  // namespace weir::log
