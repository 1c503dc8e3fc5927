#pragma once
// The quorum's own records (ControlRecordType.java): in batches with the control bit, key {version
// i16 0, type i16}, value a flexible struct that begins with its version i16.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "replication/quorum/voter.h"
#include "wire/record/batch.h"
#include "wire/record/batch_builder.h"

namespace weir::replication {

struct LeaderChange {
  BrokerId leader_id = no_broker;
  std::vector<BrokerId> voters;
  std::vector<BrokerId> granting_voters;
  bool operator==(const LeaderChange&) const = default;
};
struct SnapshotHeader {
  TimestampMs last_contained_log_timestamp = 0;
  bool operator==(const SnapshotHeader&) const = default;
};
struct SnapshotFooter {
  bool operator==(const SnapshotFooter&) const = default;
};
struct KRaftVersion {
  std::int16_t version = 0;
  bool operator==(const KRaftVersion&) const = default;
};
struct KRaftVoters {
  std::vector<Voter> voters;
  bool operator==(const KRaftVoters&) const = default;
};
using ControlRecord =
    std::variant<LeaderChange, SnapshotHeader, SnapshotFooter, KRaftVersion, KRaftVoters>;

// Errors: corrupt, unsupported (a control record, or a version of one, that nobody here knows).
Result<ControlRecord> read_control_record(wire::Blob key, wire::Blob value);
// All records of a control batch, uncompressed. Errors as above.
Result<std::vector<ControlRecord>> read_control_batch(const wire::BatchView& batch);

void add_control_record(const ControlRecord& record, TimestampMs now, wire::BatchBuilder& builder);

// Takes in what a control record says of the membership; `offset` is -1 within the 0-0 checkpoint.
void apply_control_record(const ControlRecord& record, Offset offset, Membership& membership);

}  // namespace weir::replication
