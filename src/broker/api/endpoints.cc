#include "broker/api/endpoints.h"

#include "broker/connection/session.h"
#include "broker/shard.h"

namespace weir::broker::api {

std::string_view listener_name(const Request& request) {
  return request.shard->settings().listeners[request.session->listener()].name;
}

const metadata::Endpoint* endpoint_of(const Request& request, BrokerId id) {
  const metadata::Broker* broker = request.shard->image().broker(id);
  return broker && !broker->fenced ? broker->endpoint(listener_name(request)) : nullptr;
}

wire::Array<BrokerId> offline_replicas(Request& request, const metadata::Partition& partition) {
  std::vector<BrokerId> offline;
  for (const BrokerId replica : partition.replicas) {
    const bool is_reached = endpoint_of(request, replica) != nullptr;
    const metadata::Broker* broker = request.shard->image().broker(replica);
    if (!is_reached || !broker->has_online_dir(partition.directory_of(replica))) {
      offline.push_back(replica);
    }
  }
  return request.arena.copy(std::span<const BrokerId>(offline));
}

}  // namespace weir::broker::api
