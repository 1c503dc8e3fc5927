#pragma once
// The batches that are sent and fetched: records of one size whose values read like lines of JSON,
// so that codecs have their usual work (zstd makes them about a quarter). The same seed gives the
// same bytes.

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "wire/compression/compression_codec.h"

namespace weir::bench {

struct PayloadOptions {
  std::size_t record_bytes = 1024;  // of each value
  std::size_t batch_bytes = 65536;  // the batch before compression is at most this, or one record
  wire::Codec codec = wire::Codec::none;
  TimestampMs timestamp = 0;
  std::uint64_t seed = 1;
};

struct Payload {
  std::vector<std::byte> batch;
  std::int32_t records = 0;
  std::size_t plain_bytes = 0;  // of the batch before compression
};

std::string line_of(std::size_t size, std::uint64_t& seed);

// Errors: those of compression.
Result<Payload> make_payload(const PayloadOptions& options);

}  // namespace weir::bench
