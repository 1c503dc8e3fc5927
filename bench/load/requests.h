#pragma once
// The requests of the client as whole frames, and what their answers say. Versions in which topics
// go by name: ApiVersions is not asked, whoever is measured speaks them.

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/codec/codec.h"

namespace weir::bench {

using Frame = std::vector<std::byte>;

// acks=all. `correlation` comes back with the answer.
Result<Frame> produce_frame(const std::string& topic, PartitionIndex partition, Bytes batch,
                            std::int32_t correlation);
// Error: corrupt, or the words of what the broker refused.
Result<> read_produced(Bytes answer, std::int32_t correlation, wire::Arena& arena);

struct FetchPosition {
  PartitionIndex partition = 0;
  Offset offset = 0;
};
struct FetchLimits {
  std::int32_t max_wait_ms = 500;
  std::int32_t min_bytes = 1;
  std::int32_t partition_bytes = 1 << 20;
  std::int32_t answer_bytes = 50 << 20;
};
Result<Frame> fetch_frame(const std::string& topic, std::span<const FetchPosition> positions,
                          const FetchLimits& limits);
struct Fetched {
  PartitionIndex partition = 0;
  Offset high_watermark = 0;
  Bytes records;  // whole batches, and perhaps a part of one
};
Result<std::vector<Fetched>> read_fetched(Bytes answer, wire::Arena& arena);

// The partitions' ends, or their begins, by index.
enum class Where : std::uint8_t { begin, end };
Result<Frame> list_offsets_frame(const std::string& topic, std::int32_t partitions, Where where);
Result<std::vector<Offset>> read_listed(Bytes answer, std::int32_t partitions, wire::Arena& arena);

// Makes the topic if it is missing and the broker does so.
Result<Frame> metadata_frame(const std::string& topic);
// How many partitions have a leader; 0 while the topic is being made.
Result<std::int32_t> read_leaders(Bytes answer, wire::Arena& arena);

}  // namespace weir::bench
