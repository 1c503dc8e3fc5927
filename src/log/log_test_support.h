#pragma once
// A log on a MemoryDisk with short calls for tests: append, flush, reopen, crash.

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "log/memory_disk_test_support.h"
#include "log/partition_log.h"
#include "wire/record/batch_builder.h"

namespace weir::log {

class QuietSink final : public env::LogSink {
 public:
  bool enabled(env::Level) const override { return true; }
  void write(env::Level, std::string_view, std::string_view message) override {
    lines.emplace_back(message);
  }
  std::vector<std::string> lines;
};

struct BatchSpec {
  int records = 1;
  TimestampMs timestamp = 1000;  // of the first; each next one is 1 ms later
  std::string value = "value";
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  Sequence base_sequence = no_sequence;
  bool transactional = false;
};

std::vector<std::byte> make_batch(const BatchSpec& spec);
std::vector<std::byte> make_marker(ProducerId producer_id, ProducerEpoch epoch, bool abort,
                                   TimestampMs timestamp, std::int32_t coordinator_epoch = 0);
StagedBatch staged(std::vector<std::byte>& batch);

class LogFixture {
 public:
  explicit LogFixture(LogConfig config = {}, std::string directory = "/data/orders-0");

  // CHECKs that it opens.
  void open(bool clean, Offset recovery_point);
  Result<> try_open(bool clean, Offset recovery_point, Offset log_start = -1);  // -1: as it was
  void wipe();   // begins anew with an empty log
  void close();  // clean
  void reopen() { close(), open(true, 0); }
  // The process dies: the page cache stays; reopened from the durable end. Every other time it is
  // known that nothing was lost.
  void crash();
  void lose_power(RandomSource* random);  // likewise, and what was not synced is lost

  std::expected<Appended, AppendError> stage(const BatchSpec& spec, LeaderEpoch epoch = 0);
  std::expected<Appended, AppendError> stage_marker(ProducerId producer_id, ProducerEpoch epoch,
                                                    bool abort, std::int32_t coordinator_epoch = 0);
  // Stages and writes; CHECKs that it worked.
  Appended append(const BatchSpec& spec, LeaderEpoch epoch = 0);
  Result<> flush();
  // The batches of [from, bound) as read by plans, one after the other.
  std::vector<std::vector<std::byte>> read_all(Offset from, Offset bound);
  std::vector<Offset> offsets(Offset from = 0);  // base offsets of all batches

  // Copies the partition's folder into the real file system.
  void write_to(const std::string& directory);

  PartitionLog& log() { return *log_; }
  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  MemoryDisk disk;
  QuietSink sink;
  LogConfig config;
  TimestampMs now = 1000;
  // For open().
  LeaderEpoch newest_epoch = std::numeric_limits<LeaderEpoch>::max();
  bool nothing_lost = false;

 private:
  std::string directory_;
  Offset log_start_ = 0;  // what the checkpoint would say
  int crashes_ = 0;
  std::unique_ptr<PartitionLog> log_;
  std::vector<std::vector<std::byte>> alive_;
};

}  // namespace weir::log
