// BrokerRegistration: a broker, or a new incarnation of it, joins
// (ClusterControlManager.registerBroker).

#include "wire/message/broker_registration_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "metadata/controller/handlers.h"
#include "metadata/controller/leader_and_isr.h"
#include "wire/message/broker_registration_response.h"
#include "wire/message/register_broker_record.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;

ErrorCode check_directories(const wire::BrokerRegistrationRequest& request,
                            const ControllerContext& context) {
  if (!context.version().is_directory_assignment_supported()) return ErrorCode::none;
  if (request.log_dirs.empty()) return ErrorCode::invalid_registration;
  std::set<Uuid> seen;
  for (const Uuid& directory : request.log_dirs) {
    const bool reserved = directory.high == 0 && directory.low < 100;
    if (reserved || !seen.insert(directory).second) return ErrorCode::invalid_registration;
    for (const auto& [id, broker] : context.image.brokers) {
      if (id == request.broker_id) continue;
      const auto& theirs = broker->log_dirs;
      if (std::find(theirs.begin(), theirs.end(), directory) != theirs.end()) {
        return ErrorCode::invalid_registration;
      }
    }
  }
  return ErrorCode::none;
}

// The broker must understand every feature at the level that is in force; one that it does not list
// it knows at level 0 only.
ErrorCode check_features(const wire::BrokerRegistrationRequest& request, const Image& image) {
  std::map<std::string, VersionRange> ranges;
  for (const auto& feature : request.features) {
    ranges[feature.name.str()] = {feature.min_supported_version, feature.max_supported_version};
  }
  if (!ranges.contains(std::string(metadata_version_feature)))
    return ErrorCode::invalid_registration;
  auto levels = image.features.levels;
  levels[std::string(metadata_version_feature)] = image.features.metadata_version;
  for (const auto& [name, range] : ranges) levels.try_emplace(name, std::int16_t{0});
  for (const auto& [name, level] : levels) {
    const auto it = ranges.find(name);
    const VersionRange range = it == ranges.end() ? VersionRange{} : it->second;
    // kraft.version is the quorum's own, never finalized by a record.
    if (name != kraft_version_feature && (level < range.min || level > range.max)) {
      return ErrorCode::unsupported_version;
    }
  }
  return ErrorCode::none;
}

// Another process with this id may live as long as its session does. But a broker in the active
// controller's own process is under the lock of the directory that the earlier one had, so that one
// has ended, however it did.
ErrorCode check_incarnation(const wire::BrokerRegistrationRequest& request,
                            const ControllerContext& context, const Broker* existing) {
  if (existing == nullptr || existing->incarnation_id == request.incarnation_id) {
    return ErrorCode::none;
  }
  const bool takes_over = context.own_process && request.broker_id == context.settings.node_id;
  if (takes_over) return ErrorCode::none;
  return context.sessions.has_valid_session(existing->id, existing->epoch, context.now)
             ? ErrorCode::duplicate_broker_registration
             : ErrorCode::none;
}

ErrorCode check(const wire::BrokerRegistrationRequest& request, const ControllerContext& context,
                const Broker* existing) {
  if (request.cluster_id.view() != context.settings.cluster_id) {
    return ErrorCode::inconsistent_cluster_id;
  }
  if (const auto e = check_incarnation(request, context, existing); e != ErrorCode::none) return e;
  if (request.is_migrating_zk_broker) return ErrorCode::broker_id_not_registered;
  if (const auto e = check_directories(request, context); e != ErrorCode::none) return e;
  return check_features(request, context.image);
}

void register_broker(const wire::BrokerRegistrationRequest& request, const Broker* existing,
                     BrokerEpoch epoch, ControllerContext& context) {
  std::vector<wire::RegisterBrokerRecord::BrokerEndpoint> endpoints;
  for (const auto& listener : request.listeners) {
    endpoints.push_back({.name = listener.name,
                         .host = listener.host,
                         .port = listener.port,
                         .security_protocol = listener.security_protocol});
  }
  std::vector<wire::RegisterBrokerRecord::BrokerFeature> features;
  for (const auto& feature : request.features) {
    features.push_back({.name = feature.name,
                        .min_supported_version = feature.min_supported_version,
                        .max_supported_version = feature.max_supported_version});
  }
  wire::RegisterBrokerRecord record;
  record.broker_id = request.broker_id;
  record.incarnation_id = request.incarnation_id;
  record.broker_epoch = epoch;
  record.end_points = endpoints;
  record.features = features;
  record.rack = request.rack;
  if (existing != nullptr) {  // the same incarnation amends what it said
    record.fenced = existing->fenced;
    record.in_controlled_shutdown =
        context.version().register_broker_record_version() >= 1 && existing->in_controlled_shutdown;
  }
  if (context.version().is_directory_assignment_supported()) record.log_dirs = request.log_dirs;
  context.records.add(record, context.version().register_broker_record_version());
}

}  // namespace

void handle(const wire::BrokerRegistrationRequest& request,
            wire::BrokerRegistrationResponse& response, ControllerContext& context) {
  const Broker* existing = context.image.broker(request.broker_id);
  const ErrorCode error = check(request, context, existing);
  if (error != ErrorCode::none) {
    response.error_code = code_of(error);
    return;
  }
  if (existing != nullptr && existing->incarnation_id == request.incarnation_id) {
    register_broker(request, existing, existing->epoch, context);
    context.sessions.heard_of(existing->id, existing->epoch, context.now);
    response.broker_epoch = existing->epoch;
    return;
  }
  // Before version 3 nobody says how the last run ended: then it counts as unclean only where ELR
  // asks.
  const bool is_clean = existing != nullptr && context.api_version >= 3 &&
                        existing->epoch == request.previous_broker_epoch;
  broker_shut_down(context, request.broker_id, is_clean);
  const BrokerEpoch epoch = context.next_offset;
  register_broker(request, nullptr, epoch, context);
  context.sessions.forget(request.broker_id);
  context.sessions.heard_of(request.broker_id, epoch, context.now);
  response.broker_epoch = epoch;
}

}  // namespace weir::metadata
