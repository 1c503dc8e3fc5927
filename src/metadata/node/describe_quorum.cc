#include "metadata/node/describe_quorum.h"

#include "wire/codec/codec.h"
#include "wire/error_code.h"
#include "wire/message/describe_quorum_request.h"
#include "wire/message/describe_quorum_response.h"

namespace weir::metadata {
namespace {

using Response = wire::DescribeQuorumResponse;

std::vector<Response::ReplicaState> voters_of(const replication::QuorumDescription& description) {
  std::vector<Response::ReplicaState> voters;
  for (const auto& from : description.voters) {
    Response::ReplicaState voter;
    voter.replica_id = from.id;
    voter.replica_directory_id = from.directory_id;
    voter.log_end_offset = from.log_end_offset;
    voter.last_fetch_timestamp = from.last_fetch_timestamp;
    voter.last_caught_up_timestamp = from.last_caught_up_timestamp;
    voters.push_back(voter);
  }
  return voters;
}

wire::Array<Response::Node> nodes_of(const replication::QuorumDescription& description,
                                     wire::Arena& arena) {
  std::vector<Response::Node> nodes;
  for (const auto& voter : description.nodes) {
    std::vector<Response::Listener> listeners;
    for (const auto& endpoint : voter.endpoints) {
      listeners.push_back({.name = arena.copy(endpoint.name),
                           .host = arena.copy(endpoint.host),
                           .port = endpoint.port});
    }
    Response::Node node;
    node.node_id = voter.id;
    node.listeners = arena.copy(std::span<const Response::Listener>(listeners));
    nodes.push_back(node);
  }
  return arena.copy(std::span<const Response::Node>(nodes));
}

}  // namespace

Result<std::vector<std::byte>> describe_quorum(const replication::QuorumDescription& description,
                                               Bytes request_body, std::int16_t version) {
  if (version < wire::DescribeQuorumRequest::min_version ||
      version > wire::DescribeQuorumRequest::max_version) {
    return fail(Errc::unsupported, "DescribeQuorum in version " + std::to_string(version));
  }
  wire::Arena arena;
  wire::DescribeQuorumRequest request;
  TRY(wire::decode_whole(request, request_body, version, arena));
  const bool is_metadata_log = request.topics.size() == 1 &&
                               request.topics[0].topic_name.view() == "__cluster_metadata" &&
                               request.topics[0].partitions.size() == 1 &&
                               request.topics[0].partitions[0].partition_index == 0;
  auto voters = voters_of(description);
  std::vector<Response::TopicData> topics;
  std::vector<std::vector<Response::PartitionData>> partitions(request.topics.size());
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    for (const auto& asked : request.topics[i].partitions) {
      Response::PartitionData data;
      data.partition_index = asked.partition_index;
      data.error_message = wire::Str::null();
      if (is_metadata_log) {
        data.leader_id = description.leader_id;
        data.leader_epoch = description.leader_epoch;
        data.high_watermark = description.high_watermark;
        data.current_voters = voters;
      } else {
        data.error_code = code_of(wire::ErrorCode::unknown_topic_or_partition);
      }
      partitions[i].push_back(data);
    }
    Response::TopicData topic;
    topic.topic_name = request.topics[i].topic_name;
    topic.partitions = partitions[i];
    topics.push_back(topic);
  }
  Response response;
  response.error_message = wire::Str::null();
  response.topics = topics;
  if (is_metadata_log && version >= 2) response.nodes = nodes_of(description, arena);
  wire::Output output;
  TRY(wire::encode(response, version, output));
  return output.take();
}

}  // namespace weir::metadata
