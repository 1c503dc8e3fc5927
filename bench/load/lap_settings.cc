#include "load/lap_settings.h"

#include <array>
#include <ctime>

namespace weir::bench {
namespace {

Result<wire::Codec> codec_named(const std::string& name) {
  constexpr std::array<std::string_view, 5> names{"none", "gzip", "snappy", "lz4", "zstd"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<wire::Codec>(i);
  }
  return fail(Errc::invalid, "'" + name + "' is no codec");
}

}  // namespace

Result<LapSettings> parse_lap(Options& options) {
  LapSettings lap;
  TRY_ASSIGN(lap.broker, parse_address(options.text("broker", "")));
  TRY_ASSIGN(lap.payload.codec, codec_named(options.text("codec", "none")));
  lap.topic = options.text("topic", "load");
  lap.partitions = static_cast<std::int32_t>(options.number("partitions", 1));
  lap.connections = static_cast<std::int32_t>(options.number("connections", 1));
  lap.rate = options.number("rate", 0);
  lap.depth = options.number("depth", 1);
  lap.requests = options.number("requests", 0);
  lap.length = options.number("ms", 0) * 1'000'000;
  lap.spin = options.number("spin_us", 50) * 1000;
  lap.bytes = options.number("bytes", 0);
  lap.payload.record_bytes = static_cast<std::size_t>(options.number("record", 1024));
  lap.payload.batch_bytes = static_cast<std::size_t>(options.number("batch", 65536));
  lap.payload.timestamp = static_cast<TimestampMs>(std::time(nullptr)) * 1000;
  lap.fetch.max_wait_ms = static_cast<std::int32_t>(options.number("wait_ms", 500));
  lap.fetch.min_bytes = static_cast<std::int32_t>(options.number("min_bytes", 1));
  lap.fetch.partition_bytes = static_cast<std::int32_t>(options.number("partition_bytes", 1 << 20));
  if (lap.partitions < 1 || lap.connections < 1 || lap.depth < 1 || lap.rate < 0) {
    return fail(Errc::invalid, "partitions, connections and depth are 1 or more");
  }
  if (lap.payload.record_bytes > (std::size_t{64} << 20)) {
    return fail(Errc::invalid, "records are of 64 MiB at most");
  }
  return lap;
}

}  // namespace weir::bench
