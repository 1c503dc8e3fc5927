// Every parser of a small file: whatever the bytes, an answer or an error; what parses survives a
// round trip.

#include "base/check.h"
#include "base/steps.h"
#include "log/format/checkpoint_file.h"
#include "log/format/file_names.h"
#include "log/format/meta_properties.h"
#include "log/format/partition_metadata.h"
#include "log/format/producer_snapshot.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  using namespace weir::log;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const StepsSince steps;
  if (const auto parsed = parse_offset_checkpoint(text)) {
    CHECK(*parse_offset_checkpoint(format_offset_checkpoint(*parsed)) == *parsed);
  }
  if (const auto parsed = parse_epoch_checkpoint(text)) {
    CHECK(*parse_epoch_checkpoint(format_epoch_checkpoint(*parsed)) == *parsed);
  }
  if (const auto parsed = parse_partition_metadata(text)) {
    CHECK(*parse_partition_metadata(format_partition_metadata(*parsed)) == *parsed);
  }
  if (const auto parsed = parse_producer_snapshot(as_bytes(text))) {
    CHECK(*parse_producer_snapshot(format_producer_snapshot(*parsed)) == *parsed);
  }
  static_cast<void>(parse_meta_properties(text));
  static_cast<void>(parse_segment_file_name(text));
  CHECK(steps.taken() <= 16 + 8 * std::uint64_t{size}, "work is linear");
  return 0;
}
