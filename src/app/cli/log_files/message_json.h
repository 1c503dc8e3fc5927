#pragma once
// What the records of internal topics and control records say, as the JSON of Kafka's own
// converters.

#include <optional>
#include <string>
#include <string_view>

#include "app/cli/log_files/log_file.h"
#include "base/bytes.h"
#include "base/result.h"
#include "wire/codec/descriptor.h"
#include "wire/record/record.h"

namespace weir::app {

// Any message; bytes behind it are `used` short of the size. Errors: corrupt, unsupported.
struct MessageJson {
  std::string json;
  std::size_t used = 0;
};
Result<MessageJson> message_json(const wire::MessageDescriptor& message, Bytes bytes,
                                 std::int16_t version);

// Key {"type":"1","data":{...}}, value {"version":"4","data":{...}} of a coordinator's record;
// value {"type":"TOPIC_RECORD","version":0,"data":{...}} of a metadata record, which has no key.
struct RecordJson {
  std::optional<std::string> key;
  std::optional<std::string> value;  // nothing: a tombstone
};
// `kind` is not plain. Errors: out_of_range (a type of record that is not known, which is in `at`),
// not_found (no key where there has to be one), corrupt, unsupported.
Result<RecordJson> record_json(RecordKind kind, const wire::Record& record);

// A record of a control batch.
struct ControlJson {
  std::int16_t type = 0;
  std::string name;                    // "COMMIT", "LEADER_CHANGE", ...; "UNKNOWN"
  std::string json;                    // of the message; empty for ABORT, COMMIT and UNKNOWN
  std::int32_t coordinator_epoch = 0;  // of ABORT and COMMIT
};
// Errors: corrupt, unsupported.
Result<ControlJson> control_json(const wire::Record& record);

// "RegisterBrokerRecord" to "REGISTER_BROKER_RECORD".
std::string constant_name(std::string_view camel);

}  // namespace weir::app
