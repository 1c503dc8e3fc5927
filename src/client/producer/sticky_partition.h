#pragma once
// The partition of a topic that records without a key go to for now: KIP-480, and 794's uniform and
// adaptive forms. It is changed after batch.size bytes, whatever their number of batches, so that
// partitions get equal shares; and, where queue sizes are told, a partition with a longer queue is
// chosen less often, so that a slow broker does not gather what the others could take.

#include <cstddef>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/random.h"

namespace weir::client {

struct PartitionLoad {
  PartitionIndex partition = 0;
  std::size_t queued = 0;  // batches that wait
};

class StickyPartition {
 public:
  explicit StickyPartition(std::size_t batch_size) : batch_size_(batch_size) {}

  // The partitions that have a leader, with what waits for them; all alike when the choice is not
  // adaptive. None: `partition_count` decides, every partition alike.
  void set_loads(std::span<const PartitionLoad> loads);

  // No: the next call of current() chooses, and set_loads may come first.
  bool is_chosen() const { return current_ >= 0; }
  PartitionIndex current(PartitionIndex partition_count, RandomSource& random);
  // `bytes` went to the current partition. It is left after batch.size of them as soon as a batch
  // is complete, and after twice as many in any case.
  void appended(std::size_t bytes, bool batch_is_complete);

 private:
  PartitionIndex choose(PartitionIndex partition_count, RandomSource& random) const;

  std::size_t batch_size_;
  PartitionIndex current_ = -1;  // -1: to be chosen
  std::size_t bytes_ = 0;        // since it was chosen
  std::vector<PartitionIndex> partitions_;
  std::vector<std::uint64_t> weights_;  // sums: the last one is that of all
};

}  // namespace weir::client
