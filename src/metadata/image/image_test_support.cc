#include "metadata/image/image_test_support.h"

#include <fstream>
#include <iterator>

#include "base/check.h"
#include "metadata/image/image_writer.h"
#include "wire/record/batch.h"
#include "wire/record/record.h"

namespace weir::metadata {

std::string test_file(std::string_view name) {
  std::ifstream file(std::string(WEIR_SOURCE_DIR "/src/metadata/image/testdata/").append(name),
                     std::ios::binary);
  CHECK(file.good(), "a file of the tests is missing");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<LoggedRecord> records_of_log(std::string_view log) {
  std::vector<LoggedRecord> records;
  for (Bytes rest = as_bytes(log); !rest.empty();) {
    const auto batch = wire::read_batch(rest);
    CHECK(batch && batch->crc_is_good(), "the test's log is good");
    rest = rest.subspan(batch->size());
    if (batch->is_control()) continue;
    wire::RecordIterator iterator(*batch);
    for (wire::Record record; *iterator.next(record);) {
      const Bytes value = record.value.view();
      records.push_back({record.offset, {value.begin(), value.end()}});
    }
  }
  return records;
}

Image image_of(const std::vector<LoggedRecord>& records) {
  Replay replay;
  for (const auto& record : records) {
    const auto applied = replay.apply(Bytes(record.value), record.offset);
    CHECK(applied.has_value(), applied ? "" : applied.error().what);
  }
  return replay.image();
}

bool same_content(const Image& a, const Image& b) {
  const auto records_a = records_of(a), records_b = records_of(b);
  return records_a && records_b && records_a->values() == records_b->values();
}

}  // namespace weir::metadata
