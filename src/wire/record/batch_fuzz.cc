// Any bytes as record batches: headers, records, headers of records, compaction. What is read must
// be within the input, and what compaction writes must read as what it kept.

#include <cstdint>
#include <vector>

#include "base/check.h"
#include "wire/record/batch.h"
#include "wire/record/batch_filter.h"
#include "wire/record/control_record.h"
#include "wire/record/record.h"

using namespace weir;
using namespace weir::wire;

namespace {

void walk(BatchView batch, Bytes records) {
  RecordIterator iterator(batch, records);
  Record record;
  std::size_t sum = 0;
  while (iterator.next(record).value_or(false)) {
    sum += record.key.size() + record.value.size();
    for (const auto& header : record.headers) sum += header.key.size() + header.value.size();
    if (batch.is_control()) static_cast<void>(parse_end_txn_marker(record));
  }
  CHECK(sum <= records.size());
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
    if (const auto records = decompressed_records(context, *batch, limit, storage)) {
      CHECK(storage.size() <= limit);
      walk(*batch, *records);
    }
    std::vector<std::byte> out;
    const auto kept = filter_batch(
        context, *batch, {.keep_when_empty = true, .decompressed_bytes_max = limit},
        [](const Record& record) { return record.offset % 2 == 0; }, out);
    if (kept && !kept->unchanged && kept->bytes_written != 0) {
      const auto written = read_batch(out);
      CHECK(written.has_value() && written->crc_is_good());
      CHECK(written->records_count() == kept->records_kept);
    }
    input = input.subspan(batch->size());
  }
  return 0;
}
