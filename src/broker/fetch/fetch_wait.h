#pragma once
// FetchWait: a fetch that found too little waits for one of its partitions to change, for its time
// to run out, or for its connection to end. Lives in the frame of the fetch, on the connection's
// shard; its watches live on the shards of the partitions.

#include <memory>
#include <span>
#include <vector>

#include "base/one_shot.h"
#include "base/task.h"
#include "broker/connection/request.h"
#include "broker/fetch/fetch_item.h"
#include "broker/partition/partition.h"

namespace weir::broker {

class FetchWait final : public Cancellable {
 public:
  FetchWait(Request& request, Isolation isolation);

  // Resumes at the first change of one of the items' partitions since they were read, at
  // `deadline`, or when it is cancelled.
  Task<> until_change(std::span<FetchItem* const> items, env::Instant deadline);
  bool is_cancelled() const { return cancelled_; }

  void cancel() override;

 private:
  // The watches of one shard. Fires once, on the connection's shard.
  class Watch final : public PartitionWatcher {
   public:
    Watch(FetchWait& wait, env::ShardId home) : wait_(wait), home_(home) {}
    void start(Shard& there, std::span<FetchItem* const> items, Isolation isolation);
    void stop();
    void partition_changed() override;

   private:
    FetchWait& wait_;
    env::ShardId home_;
    Shard* there_ = nullptr;
    std::vector<PartitionId> watched_;
    bool fired_ = false;
  };

  void wake();

  Request& request_;
  Isolation isolation_;
  std::unique_ptr<OneShot<Unit>> woken_;
  bool cancelled_ = false;
};

}  // namespace weir::broker
