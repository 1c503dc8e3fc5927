// Any bytes as a partition's produced records, under settings that the first two bytes choose.
// Unless the third is odd the first batch's CRC is made good, so that the fuzzer gets past it. What
// is accepted must read back, record for record, with offsets 0, 1, 2... when it was re-encoded;
// what is refused must be left alone.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/steps.h"
#include "wire/record/record.h"
#include "wire/record/validator.h"

using namespace weir;
using namespace weir::wire;

namespace {

constexpr std::uint64_t limit = 1 << 20;

ProduceRules rules_of(std::uint8_t a, std::uint8_t b) {
  ProduceRules rules;
  rules.decompressed_batch_bytes_max = limit;
  rules.log_append_time = (a & 1) != 0;
  rules.compacted = (a & 2) != 0;
  if ((a & 4) != 0) rules.timestamp_before_max_ms = 1000;
  if ((a & 8) != 0) rules.message_bytes_max = 1000;
  if ((a & 16) != 0) rules.decompressed_message_bytes_max = 50;
  if ((b & 8) != 0) rules.compression = Compression{static_cast<Codec>(b % 5), {}};
  return rules;
}

void make_crc_good(MutableBytes bytes) {
  const auto batch = read_batch(bytes);
  if (!batch) return;
  store_be(bytes.data(), std::int64_t{0});
  store_be(bytes.data() + 17, crc32c(batch->bytes().subspan(21)));
}

// What a batch unpacks to, up to where it turns out to be damaged; zstd may have any window.
std::vector<std::byte> unpacked(CompressionContext& context, BatchView batch) {
  constexpr std::uint64_t any_window = std::uint64_t{1} << 31;
  Decompressor pieces(context, batch.codec(), batch.records(), limit + 16, any_window);
  std::vector<std::byte> all;
  for (;;) {
    const auto piece = pieces.next();
    if (!piece || piece->empty()) return all;
    all.insert(all.end(), piece->begin(), piece->end());
  }
}

void check_accepted(const ValidatedBatch& accepted, CompressionContext& context) {
  const auto batch = accepted.view();
  CHECK(batch.crc_is_good());
  CHECK(batch.records_count() == batch.last_offset_delta() + 1);
  const auto records = unpacked(context, batch);
  RecordIterator iterator(batch, records);
  Record record;
  std::int32_t count = 0;
  for (;; ++count) {
    const auto more = iterator.next(record);
    CHECK(more.has_value(), "what was accepted can be read");
    if (!*more) break;
    CHECK(record.offset == batch.base_offset() + count);
  }
  CHECK(count == accepted.count());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static CompressionContext context;
  if (size < 3) return 0;
  auto rules = rules_of(data[0], data[1]);
  const auto* first = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> bytes(first + 3, first + size);
  if (data[2] % 2 == 0) make_crc_good(bytes);
  const auto before = bytes;
  std::vector<std::byte> storage;
  const auto version = static_cast<std::int16_t>(3 + data[2] % 11);
  const auto batch = read_batch(bytes);
  const std::uint64_t work = bytes.size() + (batch ? unpacked(context, *batch).size() : 0);
  const StepsSince steps;
  const auto result = validate_produced(bytes, rules, 1'000'000'000, version, context, storage);
  CHECK(steps.taken() <= 64 + 8 * work, "work is linear");
  if (result) {
    check_accepted(*result, context);
  } else {
    CHECK(bytes == before);
    CHECK(result.error().record_errors.size() <= record_errors_max);
  }
  return 0;
}
