#pragma once
// Accumulator: where records wait until they are sent, in batches by partition. A kernel: it is
// told the time. A record is copied once, into its batch.
//
// A batch is ready when it is full (batch.size, headers counted, before compression), when
// linger.ms have passed since its first record, or at once while somebody flushes or waits for
// memory. The wait adapts: a batch of a partition whose last batch held a single record does not
// wait, because waiting has gathered nothing; so one who awaits each record is not slowed down.
//
// Memory (buffer.memory) is reserved by the batch: batch.size, or what a longer record needs. It
// comes back when the batch ends. Batches and their memory are used again: no allocation for a
// record in the steady state, and none for a batch without receipts. accumulator_bench.cc.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "client/producer/batch.h"
#include "wire/compression/compression.h"

namespace weir::client {

struct AccumulatorOptions {
  std::size_t batch_size = 65'536;                      // batch.size
  std::chrono::nanoseconds linger{5'000'000};           // linger.ms
  bool linger_adapts = true;                            // false: as Kafka's client
  std::size_t buffer_memory = std::size_t{32} << 20;    // buffer.memory
  std::size_t request_size_max = std::size_t{1} << 20;  // max.request.size
  wire::Compression compression;                        // compression.type and level
};

enum class Appended : std::uint8_t {
  joined,     // a batch that is known to whoever looks at ready_at()
  began,      // a batch: look at ready_at() again
  completed,  // a batch: it is ready
  no_memory,  // nothing was taken; what waits is ready, because somebody needs its memory
  too_large,  // nothing was taken, and never will be: beyond max.request.size or buffer.memory
};

class Accumulator {
 public:
  explicit Accumulator(AccumulatorOptions options);

  PartitionSlot add_partition();

  // Takes `done` when it takes the record, which it does unless the answer is no_memory or
  // too_large.
  Appended append(PartitionSlot slot, const wire::NewRecord& record, OnDelivery& done,
                  env::Instant now);
  // Bytes of the batch that a record alone makes.
  static std::size_t size_alone(const wire::NewRecord& record);

  // The oldest batch of a partition.
  bool is_empty(PartitionSlot slot) const { return queues_[slot].batches.empty(); }
  bool is_ready(PartitionSlot slot, env::Instant now) const;
  env::Instant ready_at(PartitionSlot slot) const;  // of a batch that is there
  env::Instant created_at(PartitionSlot slot) const;
  std::size_t front_size(PartitionSlot slot) const;  // before compression
  // Closed and compressed. Should its codec fail it stays uncompressed.
  BatchPtr take(PartitionSlot slot);

  std::size_t queued(PartitionSlot slot) const { return queues_[slot].batches.size(); }
  // Its last batch takes no more records: time to change the sticky partition.
  bool last_is_complete(PartitionSlot slot) const { return queues_[slot].open == nullptr; }

  // A closed batch whose outcome is known gives back its memory.
  void end(Batch& batch);
  void recycle(BatchPtr batch);
  // ... and once everybody was told it no longer counts for flushes.
  void told(std::uint64_t generation, std::vector<Receipt> receipts);
  // In place of a closed batch of several records, which ends: two of half its records each, in
  // order. Their memory counts even beyond buffer.memory.
  std::pair<BatchPtr, BatchPtr> split(Batch& batch);

  // Flushing: everything is ready until flush_ended(). Of the batches that exist now all were
  // told when is_flushed(the number).
  std::uint64_t flush_began();
  void flush_ended();
  bool is_flushed(std::uint64_t flush) const;
  void set_waiters(bool somebody_waits_for_memory) { starving_ = somebody_waits_for_memory; }

  std::size_t memory_in_use() const { return reserved_; }
  const AccumulatorOptions& options() const { return options_; }

 private:
  struct Queue {
    std::deque<BatchPtr> batches;
    Batch* open = nullptr;        // the last of them, while it takes records
    std::int32_t last_count = 1;  // records of the batch that was taken last
  };
  void add(Batch& batch, const wire::NewRecord& record, OnDelivery& done);
  BatchPtr make(std::size_t capacity, env::Instant now, std::uint64_t generation);
  std::vector<std::byte> memory_of(std::size_t capacity);
  void keep(std::vector<std::byte> memory);
  void close(Batch& batch);

  AccumulatorOptions options_;
  std::deque<Queue> queues_;
  std::size_t reserved_ = 0;
  bool starving_ = false;
  std::size_t flushes_ = 0;
  std::uint64_t generation_ = 0;
  std::map<std::uint64_t, std::size_t> untold_;  // batches by generation

  std::vector<BatchPtr> spare_;
  std::vector<std::vector<Receipt>> spare_receipts_;
  std::vector<std::vector<std::byte>> spare_memory_;  // of batch_size
  wire::CompressionContext compression_;
};

}  // namespace weir::client
