// What a test waits for a broker of its own: from nothing until it answers, and until it is gone.

#include <benchmark/benchmark.h>

#include "weir/testing/broker.h"

namespace weir::test {
namespace {

void start(benchmark::State& state) {
  for (auto _ : state) {
    auto broker = Broker::start();
    if (!broker) return state.SkipWithError(broker.error().message().c_str());
    state.PauseTiming();
    broker = std::unexpected(Failure(Failure::Kind::closed, "gone"));
    state.ResumeTiming();
  }
}
BENCHMARK(start)->Unit(benchmark::kMillisecond)->UseRealTime();

void start_and_stop(benchmark::State& state) {
  for (auto _ : state) {
    const auto broker = Broker::start();
    if (!broker) return state.SkipWithError(broker.error().message().c_str());
  }
}
BENCHMARK(start_and_stop)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace weir::test
