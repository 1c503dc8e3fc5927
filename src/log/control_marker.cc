#include "log/control_marker.h"

#include "wire/record/record.h"

namespace weir::log {

Result<std::optional<ControlMarker>> read_control_marker(const wire::BatchView& batch) {
  if (batch.records_count() == 0) return std::nullopt;
  if (batch.codec() != wire::Codec::none) {
    return fail(Errc::corrupt, "a compressed control batch",
                static_cast<std::uint64_t>(batch.base_offset()));
  }
  wire::RecordIterator records(batch);
  wire::Record record;
  TRY_ASSIGN(const bool there, records.next(record));
  if (!there) return std::nullopt;
  const Bytes key = record.key.view();
  const Bytes value = record.value.view();
  if (key.size() < 4) {
    return fail(Errc::corrupt, "a control record without a type",
                static_cast<std::uint64_t>(batch.base_offset()));
  }
  const auto type = load_be<std::int16_t>(key.data() + 2);
  if (type != 0 && type != 1) return std::nullopt;
  if (value.size() < 6) {
    return fail(Errc::corrupt, "an end marker without a coordinator epoch",
                static_cast<std::uint64_t>(batch.base_offset()));
  }
  return ControlMarker{.is_abort = type == 0,
                       .coordinator_epoch = load_be<std::int32_t>(value.data() + 2)};
}

}  // namespace weir::log
