// Any bytes as record batches: headers, records, headers of records, compaction. What is read must
// be within the input, and what compaction writes must read as what it kept.

#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/steps.h"
#include "wire/record/batch.h"
#include "wire/record/batch_filter.h"
#include "wire/record/control_record.h"
#include "wire/record/record.h"

using namespace weir;
using namespace weir::wire;

namespace {

// Steps for each byte of records: one for a header, once when its record is read and once when it
// is.
void walk(BatchView batch, Bytes records) {
  const StepsSince steps;
  RecordIterator iterator(batch, records);
  Record record;
  std::size_t sum = 0;
  while (iterator.next(record).value_or(false)) {
    sum += record.key.size() + record.value.size();
    for (const auto& header : record.headers) sum += header.key.size() + header.value.size();
    if (batch.is_control()) static_cast<void>(parse_end_txn_marker(record));
  }
  CHECK(sum <= records.size());
  CHECK(steps.taken() <= 8 + 2 * std::uint64_t{records.size()}, "work is linear");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static CompressionContext context;
  constexpr std::uint64_t limit = 1 << 20;
  Bytes input(reinterpret_cast<const std::byte*>(data), size);
  while (const auto batch = read_batch(input)) {
    static_cast<void>(batch->crc_is_good());
    static_cast<void>(batch->last_sequence());
    std::vector<std::byte> storage;
    std::size_t unpacked = 0;
    if (const auto records = decompressed_records(context, *batch, limit, storage)) {
      CHECK(storage.size() <= limit);
      unpacked = records->size();
      walk(*batch, *records);
    }
    std::vector<std::byte> out;
    const StepsSince filtering;
    const auto kept = filter_batch(
        context, *batch, {.keep_when_empty = true, .decompressed_bytes_max = limit},
        [](const Record& record) { return record.offset % 2 == 0; }, out);
    CHECK(!kept || filtering.taken() <= 64 + 8 * (batch->size() + std::uint64_t{unpacked}));
    if (kept && !kept->unchanged && kept->bytes_written != 0) {
      const auto written = read_batch(out);
      CHECK(written.has_value() && written->crc_is_good());
      CHECK(written->records_count() == kept->records_kept);
    }
    input = input.subspan(batch->size());
  }
  return 0;
}
