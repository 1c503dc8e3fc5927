#pragma once
// A Produce request for a call of the sender's, and what its answer says of each part.

#include <vector>

#include "client/cluster/leader_hints.h"
#include "client/producer/sender.h"
#include "client/producer/topic_table.h"
#include "wire/message/produce_request.h"
#include "wire/message/produce_response.h"

namespace weir::client {

class ProduceExchange {
 public:
  // The batches are looked at until request() has been encoded, not later.
  ProduceExchange(const ProduceCall& call, const TopicTable& topics, std::int16_t acks,
                  std::chrono::milliseconds timeout);

  const wire::ProduceRequest& request() const { return request_; }
  // What the answer says of parts that were not asked for is left out.
  std::vector<ProduceResult> results(const wire::ProduceResponse& answer) const;
  // Who leads instead, where the answer says so (KIP-951).
  LeaderHints leader_hints(const wire::ProduceResponse& answer) const;
  // As if all had been written, where nobody answers (acks=0).
  std::vector<ProduceResult> unanswered() const;

 private:
  struct Part {
    const TopicTable::Topic* topic;
    Uuid topic_id;  // as it was told the broker
    PartitionIndex partition;
    PartitionSlot slot;
  };
  const Part* find(const wire::ProduceResponse::TopicProduceResponse& topic,
                   PartitionIndex partition, std::size_t hint) const;

  std::vector<Part> parts_;  // in the order of the request
  std::vector<wire::ProduceRequest::TopicProduceData> topics_;
  std::vector<wire::ProduceRequest::PartitionProduceData> partitions_;
  wire::ProduceRequest request_;
};

}  // namespace weir::client
