#pragma once
// The frame of a record of __cluster_metadata (the value of an ordinary record, KIP-631): three
// unsigned varints (frame version, always 1; api key; version), then the message. Control records
// are not framed.
//
// To read: read the head, switch on api_key (X::api_key), decode_metadata_record into an X.

#include "base/bytes.h"
#include "base/result.h"
#include "wire/codec/codec.h"

namespace weir::wire {

struct MetadataRecord {
  std::int16_t api_key;
  std::int16_t version;
  Bytes body;  // of the message, a view
};

// Errors: corrupt (truncated), unsupported (another frame version).
Result<MetadataRecord> read_metadata_record(Bytes frame);

// Null when there is no metadata record of that key.
const MessageDescriptor* find_metadata_record(std::int16_t api_key);

void write_metadata_record_head(std::int16_t api_key, std::int16_t version, Output& output);

// The whole body must be used. `record.api_key` is M's.
template <class M>
Result<> decode_metadata_record(M& into, const MetadataRecord& record, Arena& arena) {
  return decode_whole(into, record.body, record.version, arena);
}

// Appends the frame. On an error the output is as before.
template <class M>
Result<> encode_metadata_record(const M& message, std::int16_t version, Output& output) {
  TRY(encoded_size(message, version));
  write_metadata_record_head(M::api_key, version, output);
  return encode(message, version, output);
}

}  // namespace weir::wire
