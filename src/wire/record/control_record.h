#pragma once
// Control records (KIP-98, KIP-595, KIP-630, KIP-853): what a leader or a coordinator writes for
// itself into a batch with the control attribute. The key is {version i16, type i16}; the value is
// a message of that type (wire/message/leader_change_message.h and so on; it carries its version as
// its first field), and for the end of a transaction {version i16, coordinator epoch i32}.

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/record/batch_builder.h"

namespace weir::wire {

enum class ControlType : std::int16_t {
  abort = 0,
  commit = 1,
  leader_change = 2,
  snapshot_header = 3,
  snapshot_footer = 4,
  kraft_version = 5,
  kraft_voters = 6,
};

// Types beyond kraft_voters are of the future, and for the caller to pass over. Errors: corrupt
// (null, short, a negative version).
Result<ControlType> parse_control_key(Blob key);

// `builder` builds a control batch (CHECK).
void add_control_record(BatchBuilder& builder, TimestampMs timestamp, ControlType type,
                        Bytes value);

struct EndTxnMarker {
  bool commit = false;
  std::int32_t coordinator_epoch = 0;
  bool operator==(const EndTxnMarker&) const = default;
};

// Errors: corrupt (not the type of a marker, a value that is null, short or of a negative version).
// Of later versions the known front is read.
Result<EndTxnMarker> parse_end_txn_marker(const Record& record);

// A transactional control batch of one marker, as WriteTxnMarkers appends it. `where` needs
// base_offset, leader_epoch, producer_id and producer_epoch.
std::vector<std::byte> build_end_txn_marker(BatchOptions where, TimestampMs now,
                                            const EndTxnMarker& marker);

}  // namespace weir::wire
