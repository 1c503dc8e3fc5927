#include "wire/metadata_record.h"

#include <array>
#include <limits>

#include "wire/codec/descriptor.h"
#include "wire/varint.h"

namespace weir::wire {
namespace {

constexpr std::uint32_t frame_version = 1;

}  // namespace

Result<MetadataRecord> read_metadata_record(Bytes frame) {
  constexpr std::uint32_t largest = std::numeric_limits<std::int16_t>::max();
  const auto* at = frame.data();
  const auto* end = at + frame.size();
  std::array<std::uint32_t, 3> head{};
  for (auto& number : head) {
    at = read_unsigned_varint(at, end, number);
    if (at == nullptr) return fail(Errc::corrupt, "the head of a metadata record is cut off");
  }
  if (head[0] != frame_version)
    return fail(Errc::unsupported, "metadata record of another frame version", head[0]);
  if (head[1] > largest || head[2] > largest)
    return fail(Errc::corrupt, "metadata record with an impossible key or version");
  return MetadataRecord{static_cast<std::int16_t>(head[1]), static_cast<std::int16_t>(head[2]),
                        Bytes(at, static_cast<std::size_t>(end - at))};
}

const MessageDescriptor* find_metadata_record(std::int16_t api_key) {
  return find_message(Family::metadata, MessageKind::metadata, api_key);
}

void write_metadata_record_head(std::int16_t api_key, std::int16_t version, Output& output) {
  const auto key = static_cast<std::uint32_t>(api_key);
  const auto of = static_cast<std::uint32_t>(version);
  auto* to = output.grow(1 + unsigned_varint_size(key) + unsigned_varint_size(of));
  to = write_unsigned_varint(to, frame_version);
  to = write_unsigned_varint(to, key);
  write_unsigned_varint(to, of);
}

}  // namespace weir::wire
