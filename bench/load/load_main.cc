// The client at the socket: one thread, raw frames.
//
//   weir_bench_load produce   broker=HOST:PORT topic=T [partitions=1] [connections=1]
//                             [rate=N | depth=K] [requests=N] [ms=N] [record=1024] [batch=64Ki]
//                             [codec=none] [spin_us=50]
//   weir_bench_load fetch     broker= topic= [partitions=] [connections=] [bytes=N]
//                             [partition_bytes=1Mi] [wait_ms=500] [min_bytes=1]
//   weir_bench_load e2e       as produce, with rate=; one record a request
//   weir_bench_load first_ack broker= topic= [partitions=] since=NANOSECONDS of CLOCK_MONOTONIC
//   weir_bench_load probe     [warm=0] [bytes=64Mi]
//
// Prints one line of JSON; ends with 1 and says why when anything went wrong.

#include <cstdio>
#include <string_view>

#include "load/laps.h"
#include "load/probe.h"

namespace weir::bench {
namespace {

Result<JsonLine> probe_lap(Options& options) {
  const std::int64_t warm = options.number("warm", 0);
  const std::int64_t bytes = options.number("bytes", 64 << 20);
  TRY(options.check());
  if (warm < 0 || bytes < 4096) return fail(Errc::invalid, "a page is the least");
  return probe(static_cast<std::size_t>(warm), static_cast<std::size_t>(bytes));
}

Result<JsonLine> run(std::span<const char* const> words) {
  if (words.empty()) return fail(Errc::invalid, "produce, fetch, e2e, first_ack or probe");
  const std::string_view kind = words[0];
  TRY_ASSIGN(Options options, Options::parse(words.subspan(1)));
  if (kind == "probe") return probe_lap(options);
  TRY_ASSIGN(const LapSettings lap, parse_lap(options));
  const Nanos since = options.number("since", 0);
  TRY(options.check());
  if (kind == "produce") return produce_lap(lap);
  if (kind == "fetch") return fetch_lap(lap);
  if (kind == "e2e") return end_to_end_lap(lap);
  if (kind == "first_ack") return first_ack_lap(lap, since);
  return fail(Errc::invalid, "'" + std::string(kind) + "' is no lap");
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  const auto line = weir::bench::run({argv + 1, static_cast<std::size_t>(argc - 1)});
  if (line) {
    std::printf("%s\n", line->text().c_str());
  } else {
    std::fprintf(stderr, "weir_bench_load: %s\n", line.error().message().c_str());
  }
  return line ? 0 : 1;
}
