// DescribeCluster: the brokers of the cluster (KIP-700, 919, 1073).

#include "wire/message/describe_cluster_request.h"
#include "wire/message/describe_cluster_response.h"

#include "broker/api/authorized_operations.h"
#include "broker/api/endpoints.h"
#include "broker/api/typed.h"
#include "broker/node.h"

namespace weir::broker::api {
namespace {

using wire::DescribeClusterRequest;
using wire::DescribeClusterResponse;
using wire::ErrorCode;
using Broker = DescribeClusterResponse::DescribeClusterBroker;

constexpr std::int8_t brokers_endpoint = 1;
constexpr std::int8_t controllers_endpoint = 2;

Task<> handle(Request& request, const DescribeClusterRequest& body,
              DescribeClusterResponse& response) {
  response.cluster_id = wire::Str(request.shard->node.cluster_id());
  response.endpoint_type = body.endpoint_type;
  if (body.endpoint_type != brokers_endpoint) {
    const bool is_controllers = body.endpoint_type == controllers_endpoint;
    response.error_code = code(is_controllers ? ErrorCode::mismatched_endpoint_type
                                              : ErrorCode::unsupported_endpoint_type);
    response.error_message = is_controllers ? wire::Str(
                                                  "The request was sent to an endpoint of type "
                                                  "BROKER, but we wanted an endpoint of "
                                                  "type CONTROLLER")
                                            : wire::Str("Unsupported endpoint type");
    co_return;
  }
  std::vector<Broker> brokers;
  for (const auto& [id, broker] : request.shard->image().brokers) {
    if (broker->fenced && !body.include_fenced_brokers) continue;
    const weir::metadata::Endpoint* endpoint = broker->endpoint(listener_name(request));
    if (!endpoint) continue;
    Broker& out = brokers.emplace_back();
    out.broker_id = id;
    out.host = request.arena.copy(std::string_view(endpoint->host));
    out.port = endpoint->port;
    if (broker->rack) out.rack = request.arena.copy(std::string_view(*broker->rack));
    out.is_fenced = request.version >= 2 && broker->fenced;
  }
  response.brokers = request.arena.copy(std::span<const Broker>(brokers));
  response.controller_id = request.shard->node.node_id();
  if (body.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = cluster_operations;
  }
}

}  // namespace

const Api describe_cluster{wire::ApiKey::describe_cluster,
                           serve_typed<DescribeClusterRequest, DescribeClusterResponse, handle>};

}  // namespace weir::broker::api
