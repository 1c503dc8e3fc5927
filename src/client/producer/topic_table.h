#pragma once
// TopicTable: the topics a producer has been given records for, their partitions as the accumulator
// and the sender count them, and where the next record goes. A kernel.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/cluster/cluster_view.h"
#include "client/producer/partitioner.h"
#include "client/producer/sender.h"
#include "client/producer/sticky_partition.h"

namespace weir::client {

struct PartitionOptions {
  PartitionBy by = PartitionBy::murmur2_random;  // of records that name no partition
  OwnPartitioner own;                            // instead, when there is one
  bool adapts = true;                            // partitioner.adaptive.partitioning.enable
};

class TopicTable {
 public:
  struct Topic {
    Topic(std::string name_in, std::size_t batch_size)
        : name(std::move(name_in)), sticky(batch_size) {}
    std::string name;
    Uuid id;
    wire::ErrorCode error = wire::ErrorCode::none;  // of its last answer
    std::vector<PartitionSlot> slots;               // by partition; none: not known yet
    std::vector<BrokerId> leaders;
    StickyPartition sticky;
    env::Instant used{};      // when a batch of it began, or was waited for
    std::size_t waiters = 0;  // records that wait for the topic or for memory
    std::uint64_t looked_at = 0;
  };
  struct Place {
    Topic* topic = nullptr;
    PartitionIndex partition = 0;
  };

  TopicTable(PartitionOptions options, Accumulator& accumulator, Sender& sender,
             RandomSource& random)
      : options_(std::move(options)), accumulator_(accumulator), sender_(sender), random_(random) {}

  Topic& get(std::string_view name);  // stays where it is
  const Place& place(PartitionSlot slot) const { return places_[slot]; }

  // Nothing: the topic, or the partition that the record names, is not known yet. Failure: it never
  // will be.
  Outcome<std::optional<PartitionIndex>> choose(Topic& topic, const ProducerRecord& record);
  // The record went there.
  void appended(Topic& topic, const ProducerRecord& record, PartitionIndex partition);

  // Leaders, ids and new partitions. What the view does not know stays as it was.
  void apply(const ClusterView& view);
  // Those used since.
  std::vector<std::string> names(env::Instant since) const;

 private:
  PartitionIndex choose_sticky(Topic& topic);

  PartitionOptions options_;
  Accumulator& accumulator_;
  Sender& sender_;
  RandomSource& random_;
  std::map<std::string, Topic, std::less<>> topics_;
  Topic* last_ = nullptr;      // that was asked for
  std::vector<Place> places_;  // by slot
};

}  // namespace weir::client
