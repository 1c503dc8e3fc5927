// Brokers, controllers, features and producer ids.

#include "metadata/image/feature_levels.h"
#include "metadata/image/replay_record.h"

namespace weir::metadata::replay_record {
namespace {

template <class Endpoints>
std::vector<Endpoint> endpoints_of(const Endpoints& from) {
  std::vector<Endpoint> endpoints;
  for (const auto& e : from) {
    endpoints.push_back({e.name.str(), e.host.str(), e.port, e.security_protocol});
  }
  return endpoints;
}

template <class Features>
std::map<std::string, VersionRange> features_of(const Features& from) {
  std::map<std::string, VersionRange> features;
  for (const auto& f : from) {
    features[f.name.str()] = {f.min_supported_version, f.max_supported_version};
  }
  return features;
}

Result<const Broker*> registered(const Image& image, BrokerId id, BrokerEpoch epoch) {
  const Broker* broker = image.broker(id);
  if (broker == nullptr || broker->epoch != epoch) {
    return fail(Errc::corrupt, "a record changes the registration of broker " + std::to_string(id) +
                                   " with epoch " + std::to_string(epoch) + ", which there is not");
  }
  return broker;
}

Result<> set_fenced(Image& image, BrokerId id, BrokerEpoch epoch, bool fenced) {
  TRY_ASSIGN(const Broker* before, registered(image, id, epoch));
  Broker after = *before;
  after.fenced = fenced;
  image.brokers.set(id, std::make_shared<const Broker>(std::move(after)));
  return {};
}

}  // namespace

Result<> apply(Image& image, const wire::RegisterBrokerRecord& record, Offset offset) {
  Broker broker;
  broker.id = record.broker_id;
  broker.epoch = record.broker_epoch;
  broker.incarnation_id = record.incarnation_id;
  broker.endpoints = endpoints_of(record.end_points);
  broker.features = features_of(record.features);
  if (!record.rack.is_null()) broker.rack = record.rack.str();
  broker.fenced = record.fenced;
  broker.in_controlled_shutdown = record.in_controlled_shutdown;
  broker.is_migrating_zk_broker = record.is_migrating_zk_broker;
  broker.log_dirs = to_vector(record.log_dirs);
  if (!record.cordoned_log_dirs.is_null()) {
    broker.cordoned_log_dirs = to_vector(record.cordoned_log_dirs);
  }
  broker.registration_offset = offset;
  image.brokers.set(broker.id, std::make_shared<const Broker>(std::move(broker)));
  return {};
}

Result<> apply(Image& image, const wire::UnregisterBrokerRecord& record, Offset) {
  TRY(registered(image, record.broker_id, record.broker_epoch));
  image.brokers.erase(record.broker_id);
  return {};
}

Result<> apply(Image& image, const wire::FenceBrokerRecord& record, Offset) {
  return set_fenced(image, record.id, record.epoch, true);
}

Result<> apply(Image& image, const wire::UnfenceBrokerRecord& record, Offset) {
  return set_fenced(image, record.id, record.epoch, false);
}

Result<> apply(Image& image, const wire::BrokerRegistrationChangeRecord& record, Offset) {
  TRY_ASSIGN(const Broker* before, registered(image, record.broker_id, record.broker_epoch));
  if (record.fenced < -1 || record.fenced > 1 || record.in_controlled_shutdown < 0 ||
      record.in_controlled_shutdown > 1) {
    return fail(Errc::corrupt, "a registration change has an unknown value");
  }
  Broker after = *before;
  if (record.fenced != 0) after.fenced = record.fenced == 1;  // 1 fences, -1 unfences
  if (record.in_controlled_shutdown == 1) after.in_controlled_shutdown = true;
  if (!record.log_dirs.empty()) after.log_dirs = to_vector(record.log_dirs);
  if (!record.cordoned_log_dirs.is_null()) {
    after.cordoned_log_dirs = to_vector(record.cordoned_log_dirs);
  }
  image.brokers.set(after.id, std::make_shared<const Broker>(std::move(after)));
  return {};
}

Result<> apply(Image& image, const wire::RegisterControllerRecord& record, Offset) {
  Controller controller;
  controller.id = record.controller_id;
  controller.incarnation_id = record.incarnation_id;
  controller.zk_migration_ready = record.zk_migration_ready;
  controller.endpoints = endpoints_of(record.end_points);
  controller.features = features_of(record.features);
  image.controllers.set(controller.id, std::make_shared<const Controller>(std::move(controller)));
  return {};
}

Result<> apply(Image& image, const wire::UnregisterControllerRecord& record, Offset) {
  if (!image.controllers.contains(record.controller_id)) {
    return fail(Errc::corrupt, "a record unregisters controller " +
                                   std::to_string(record.controller_id) + ", which there is not");
  }
  image.controllers.erase(record.controller_id);
  return {};
}

Result<> apply(Image& image, const wire::FeatureLevelRecord& record, Offset) {
  const std::string name = record.name.str();
  const VersionRange range = supported_range(name);
  if (record.feature_level < range.min || record.feature_level > range.max) {
    return fail(Errc::unsupported, "the cluster has feature " + name + " at level " +
                                       std::to_string(record.feature_level) +
                                       ", supported are levels " + std::to_string(range.min) +
                                       " to " + std::to_string(range.max));
  }
  if (name == metadata_version_feature) {
    image.features.metadata_version = record.feature_level;
  } else if (record.feature_level == 0) {
    image.features.levels.erase(name);
  } else if (name != kraft_version_feature) {
    image.features.levels[name] = record.feature_level;
  }
  return {};
}

Result<> apply(Image& image, const wire::ProducerIdsRecord& record, Offset) {
  if (record.next_producer_id <= image.next_producer_id) {
    return fail(Errc::corrupt,
                "the next producer id goes back to " + std::to_string(record.next_producer_id));
  }
  image.next_producer_id = record.next_producer_id;
  return {};
}

}  // namespace weir::metadata::replay_record
