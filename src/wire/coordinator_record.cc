#include "wire/coordinator_record.h"

namespace weir::wire {

Result<PrefixedMessage> read_prefixed(Bytes bytes) {
  if (bytes.size() < sizeof(std::int16_t)) {
    return fail(Errc::corrupt, "a coordinator's record is shorter than its prefix", bytes.size());
  }
  return PrefixedMessage{load_be<std::int16_t>(bytes.data()), bytes.subspan(sizeof(std::int16_t))};
}

const MessageDescriptor* find_coordinator_key(Family family, std::int16_t type) {
  return find_message(family, MessageKind::coordinator_key, type);
}

const MessageDescriptor* find_coordinator_value(Family family, std::int16_t type) {
  return find_message(family, MessageKind::coordinator_value, type);
}

void write_prefix(std::int16_t prefix, Output& output) {
  store_be(output.grow(sizeof(prefix)), prefix);
}

}  // namespace weir::wire
