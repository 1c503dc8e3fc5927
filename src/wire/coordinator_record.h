#pragma once
// Keys and values of the records in __consumer_offsets, __share_group_state and
// __transaction_state: an int16 and a message. Before a key it is the type of record (K::api_key;
// the key's own version is 0), before a value the version of the value. A type says which key and
// value belong together; a record without a value is a tombstone.

#include "base/bytes.h"
#include "base/result.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"

namespace weir::wire {

struct PrefixedMessage {
  std::int16_t prefix;  // type of a key, version of a value
  Bytes body;           // of the message, a view
};

// Error: corrupt (shorter than the prefix).
Result<PrefixedMessage> read_prefixed(Bytes bytes);

// Null when that family has no such type.
const MessageDescriptor* find_coordinator_key(Family family, std::int16_t type);
const MessageDescriptor* find_coordinator_value(Family family, std::int16_t type);

// The type has been checked by the caller's switch. Whole: bytes left over are an error.
template <class K>
Result<> decode_coordinator_key(K& into, const PrefixedMessage& key, Arena& arena) {
  return decode_whole(into, key.body, 0, arena);
}
// Values of a newer version are `unsupported`.
template <class V>
Result<> decode_coordinator_value(V& into, Bytes bytes, Arena& arena) {
  TRY_ASSIGN(const auto value, read_prefixed(bytes));
  return decode_whole(into, value.body, value.prefix, arena);
}

void write_prefix(std::int16_t prefix, Output& output);

// These append. On an error the output is as before.
template <class K>
Result<> encode_coordinator_key(const K& key, Output& output) {
  TRY(encoded_size(key, 0));
  write_prefix(K::api_key, output);
  return encode(key, 0, output);
}
template <class V>
Result<> encode_coordinator_value(const V& value, std::int16_t version, Output& output) {
  TRY(encoded_size(value, version));
  write_prefix(version, output);
  return encode(value, version, output);
}

}  // namespace weir::wire
