#include "wire/record/control_record.h"

#include <array>

#include "base/check.h"

namespace weir::wire {
namespace {

constexpr std::int16_t key_version = 0;
constexpr std::int16_t marker_version = 0;
constexpr std::size_t control_key_size = 4;
constexpr std::size_t marker_size = 6;

}  // namespace

Result<ControlType> parse_control_key(Blob key) {
  if (key.size() < control_key_size)
    return fail(Errc::corrupt, "a control record's key is too short");
  if (load_be<std::int16_t>(key.view().data()) < 0) {
    return fail(Errc::corrupt, "a control record's key has a negative version");
  }
  return static_cast<ControlType>(load_be<std::int16_t>(key.view().data() + 2));
}

void add_control_record(BatchBuilder& builder, TimestampMs timestamp, ControlType type,
                        Bytes value) {
  CHECK(builder.options().control);
  std::array<std::byte, control_key_size> key{};
  store_be(key.data(), key_version);
  store_be(key.data() + 2, static_cast<std::int16_t>(type));
  builder.add({.timestamp = timestamp, .key = Blob(Bytes(key)), .value = Blob(value)});
}

Result<EndTxnMarker> parse_end_txn_marker(const Record& record) {
  TRY_ASSIGN(const auto type, parse_control_key(record.key));
  if (type != ControlType::abort && type != ControlType::commit) {
    return fail(Errc::corrupt, "a control record does not end a transaction",
                static_cast<std::uint64_t>(type));
  }
  const auto value = record.value.view();
  if (value.size() < marker_size || load_be<std::int16_t>(value.data()) < 0) {
    return fail(Errc::corrupt, "the end marker of a transaction is malformed");
  }
  return EndTxnMarker{type == ControlType::commit, load_be<std::int32_t>(value.data() + 2)};
}

std::vector<std::byte> build_end_txn_marker(BatchOptions where, TimestampMs now,
                                            const EndTxnMarker& marker) {
  where.transactional = true;
  where.control = true;
  BatchBuilder builder(where);
  std::array<std::byte, marker_size> value{};
  store_be(value.data(), marker_version);
  store_be(value.data() + 2, marker.coordinator_epoch);
  add_control_record(builder, now, marker.commit ? ControlType::commit : ControlType::abort, value);
  return builder.build();
}

}  // namespace weir::wire
