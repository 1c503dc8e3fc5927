#pragma once
// PartitionAppend: one partition's part of a Produce request (or of a coordinator's batch) on its
// way through the partition: validated, verified, staged, written, committed. It lies in the memory
// of whoever asked, who sleeps until its AppendJoin says that all parts have ended; the partition
// holds a pointer meanwhile.

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/env/clock.h"
#include "base/ids.h"
#include "base/offload.h"
#include "base/one_shot.h"
#include "log/partition_log.h"
#include "wire/error_code.h"
#include "wire/record/validator.h"

namespace weir::broker {

// Counts the parts of one request on one shard; resumes the waiter when the last has ended.
class AppendJoin {
 public:
  AppendJoin(env::Executor& executor, std::size_t parts) : done_(executor), left_(parts) {
    if (left_ == 0) done_.set({});
  }
  void one_ended() {
    if (--left_ == 0) done_.set({});
  }
  OneShot<Unit>& all_ended() { return done_; }

 private:
  OneShot<Unit> done_;
  std::size_t left_;
};

struct PartitionAppend {
  // What is asked.
  MutableBytes records;          // the partition's RECORDS; stamped in place
  std::int16_t acks = -1;        // 0, 1, -1
  std::int16_t api_version = 0;  // of Produce
  log::AppendOrigin origin = log::AppendOrigin::client;
  env::Instant deadline;  // of acks=-1: REQUEST_TIMED_OUT after it
  AppendJoin* join = nullptr;

  // The answer, set when it has ended.
  wire::ErrorCode error = wire::ErrorCode::none;
  std::string message;
  std::vector<wire::RecordError> record_errors;
  Offset base_offset = no_offset;
  Offset end_offset = no_offset;  // one past the last record
  TimestampMs log_append_time = no_timestamp;
  Offset log_start_offset = no_offset;

  // The partition's own: the batch as it is stored, maybe re-encoded into `storage`.
  log::StagedBatch staged;
  std::vector<std::byte> storage;

  void fail(wire::ErrorCode code, std::string why = {}) {
    error = code;
    message = std::move(why);
  }
};

}  // namespace weir::broker
