#pragma once
// Where clients find brokers: the addresses of the listener that the client itself came through.

#include <string_view>

#include "broker/connection/request.h"
#include "metadata/image/image.h"
#include "wire/codec/value.h"

namespace weir::broker::api {

// The listener's name, "PLAINTEXT".
std::string_view listener_name(const Request& request);

// nullptr: that broker is not there, is fenced, or has no such listener.
const metadata::Endpoint* endpoint_of(const Request& request, BrokerId broker);

// Replicas that this client cannot read: on brokers without an endpoint for it, or in a log
// directory that is offline.
wire::Array<BrokerId> offline_replicas(Request& request, const metadata::Partition& partition);

// Fills what Metadata and DescribeTopicPartitions say alike of a partition, and leaves its error
// alone.
template <class PartitionAnswer>
PartitionAnswer partition_answer(Request& request, PartitionIndex index,
                                 const metadata::Partition& partition) {
  PartitionAnswer answer;
  answer.partition_index = index;
  answer.leader_id = partition.leader;
  answer.leader_epoch = partition.leader_epoch;
  answer.replica_nodes = request.arena.copy(std::span<const BrokerId>(partition.replicas));
  answer.isr_nodes = request.arena.copy(std::span<const BrokerId>(partition.isr));
  answer.offline_replicas = offline_replicas(request, partition);
  return answer;
}

// Fills {node_id, host, port, rack} of a message's endpoint struct for the brokers in `ids`, those
// without an endpoint left out. Hosts are views into the image, which the request's shard keeps
// (see image_for).
template <class NodeEndpoint>
wire::Array<NodeEndpoint> node_endpoints(Request& request, std::span<const BrokerId> ids) {
  std::vector<NodeEndpoint> endpoints;
  for (const BrokerId id : ids) {
    const metadata::Endpoint* endpoint = endpoint_of(request, id);
    if (!endpoint) continue;
    NodeEndpoint& out = endpoints.emplace_back();
    out.node_id = id;
    out.host = request.arena.copy(std::string_view(endpoint->host));
    out.port = endpoint->port;
  }
  return request.arena.copy(std::span<const NodeEndpoint>(endpoints));
}

}  // namespace weir::broker::api
