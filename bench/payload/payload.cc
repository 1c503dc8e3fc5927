#include "payload/payload.h"

#include <array>
#include <string_view>

#include "wire/record/batch_builder.h"

namespace weir::bench {
namespace {

constexpr std::array<std::string_view, 16> names{
    "id",    "user",  "region", "amount", "currency", "status", "agent", "path",
    "query", "trace", "node",   "shard",  "level",    "host",   "note",  "tag"};
constexpr std::array<std::string_view, 8> words{"ordered", "paid",  "shipped", "returned",
                                                "waiting", "north", "south",   "nobody"};

// SplitMix64.
std::uint64_t drawn(std::uint64_t& seed) {
  std::uint64_t z = seed += 0x9E3779B97F4A7C15U;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
  z = (z ^ z >> 27) * 0x94D049BB133111EBU;
  return z ^ z >> 31;
}

void add_number(std::string& line, std::uint64_t value) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (int i = 0; i < 12; ++i, value >>= 4) line += digits[value & 15];
}

}  // namespace

std::string line_of(std::size_t size, std::uint64_t& seed) {
  std::string line = "{";
  while (line.size() < size) {
    const std::uint64_t choice = drawn(seed);
    line += '"';
    line += names[choice % names.size()];
    line += "\":\"";
    if (choice & 1024) {
      add_number(line, drawn(seed));
    } else {
      line += words[choice >> 16 & 7];
    }
    line += "\",";
  }
  line.resize(size);
  return line;
}

Result<Payload> make_payload(const PayloadOptions& options) {
  wire::BatchBuilder builder({});
  std::uint64_t seed = options.seed;
  for (;;) {
    const std::string line = line_of(options.record_bytes, seed);
    const wire::NewRecord record{.timestamp = options.timestamp, .value = as_bytes(line)};
    if (!builder.empty() && builder.size_with(record) > options.batch_bytes) break;
    builder.add(record);
  }
  Payload payload{.records = builder.count(), .plain_bytes = builder.size()};
  wire::CompressionContext context;
  TRY(builder.build_to(context, {.codec = options.codec}, payload.batch));
  return payload;
}

}  // namespace weir::bench
