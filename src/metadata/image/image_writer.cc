#include "metadata/image/image_writer.h"

#include "base/canary.h"
#include "metadata/image/feature_levels.h"
#include "wire/message/access_control_entry_record.h"
#include "wire/message/client_quota_record.h"
#include "wire/message/config_record.h"
#include "wire/message/delegation_token_record.h"
#include "wire/message/feature_level_record.h"
#include "wire/message/producer_ids_record.h"
#include "wire/message/register_broker_record.h"
#include "wire/message/register_controller_record.h"
#include "wire/message/topic_record.h"
#include "wire/message/user_scram_credential_record.h"

namespace weir::metadata {
namespace {

// A view of what the image owns; the encoder does not write through it.
template <class T>
wire::Array<T> view_of(const std::vector<T>& elements) {
  return {const_cast<T*>(elements.data()), elements.size()};
}

template <class Target>
std::vector<Target> endpoints_of(const std::vector<Endpoint>& endpoints) {
  std::vector<Target> targets;
  for (const auto& endpoint : endpoints) {
    Target target;
    target.name = endpoint.name;
    target.host = endpoint.host;
    target.port = endpoint.port;
    target.security_protocol = endpoint.security_protocol;
    targets.push_back(target);
  }
  return targets;
}

template <class Target>
std::vector<Target> features_of(const std::map<std::string, VersionRange>& features) {
  std::vector<Target> targets;
  for (const auto& [name, range] : features) {
    Target target;
    target.name = name;
    target.min_supported_version = range.min;
    target.max_supported_version = range.max;
    targets.push_back(target);
  }
  return targets;
}

void write_features(const Image& image, RecordList& out) {
  wire::FeatureLevelRecord record;
  record.name = metadata_version_feature;
  record.feature_level = image.features.metadata_version;
  out.add(record, 0);
  for (const auto& [name, level] : image.features.levels) {
    record.name = name;
    record.feature_level = level;
    out.add(record, 0);
  }
}

Result<> write_broker(const Broker& broker, MetadataVersion version, RecordList& out) {
  auto endpoints = endpoints_of<wire::RegisterBrokerRecord::BrokerEndpoint>(broker.endpoints);
  auto features = features_of<wire::RegisterBrokerRecord::BrokerFeature>(broker.features);
  if ((broker.is_migrating_zk_broker && !version.is_migration_supported()) ||
      (!broker.log_dirs.empty() && !version.is_directory_assignment_supported()) ||
      (broker.cordoned_log_dirs && !version.is_cordoned_log_dirs_supported())) {
    return fail(Errc::unsupported, "metadata.version " + version.text() +
                                       " cannot say all of the registration of broker " +
                                       std::to_string(broker.id));
  }
  wire::RegisterBrokerRecord record;
  record.broker_id = broker.id;
  record.is_migrating_zk_broker = broker.is_migrating_zk_broker;
  record.incarnation_id = broker.incarnation_id;
  record.broker_epoch = broker.epoch;
  record.end_points = endpoints;
  record.features = features;
  record.rack = broker.rack ? wire::Str(*broker.rack) : wire::Str::null();
  record.fenced = broker.fenced;
  record.in_controlled_shutdown = broker.in_controlled_shutdown;
  record.log_dirs = view_of(broker.log_dirs);
  if (broker.cordoned_log_dirs) record.cordoned_log_dirs = view_of(*broker.cordoned_log_dirs);
  out.add(record, version.register_broker_record_version());
  return {};
}

Result<> write_cluster(const Image& image, MetadataVersion version, RecordList& out) {
  for (const auto& [id, broker] : image.brokers) TRY(write_broker(*broker, version, out));
  if (image.controllers.empty()) return {};
  if (!version.is_controller_registration_supported()) {
    return fail(Errc::unsupported,
                "metadata.version " + version.text() + " cannot say controller registrations");
  }
  for (const auto& [id, controller] : image.controllers) {
    auto endpoints =
        endpoints_of<wire::RegisterControllerRecord::ControllerEndpoint>(controller->endpoints);
    auto features =
        features_of<wire::RegisterControllerRecord::ControllerFeature>(controller->features);
    wire::RegisterControllerRecord record;
    record.controller_id = id;
    record.incarnation_id = controller->incarnation_id;
    record.zk_migration_ready = controller->zk_migration_ready;
    record.end_points = endpoints;
    record.features = features;
    out.add(record, 0);
  }
  return {};
}

void write_topics(const Image& image, MetadataVersion version, RecordList& out) {
  for (const auto& [id, topic] : image.topics) {
    wire::TopicRecord record;
    record.name = topic->name;
    record.topic_id = id;
    out.add(record, 0);
    for (const auto& [index, partition] : topic->partitions) {
      out.add(partition_record(*partition, id, index, image.features),
              version.partition_record_version());
    }
  }
}

void write_configs(const Image& image, RecordList& out) {
  for (const auto& [resource, configs] : image.configs) {
    for (const auto& [name, value] : *configs) {
      wire::ConfigRecord record;
      record.resource_type = static_cast<std::int8_t>(resource.kind);
      record.resource_name = resource.name;
      record.name = name;
      record.value = value;
      out.add(record, 0);
    }
  }
}

void write_quotas(const Image& image, RecordList& out) {
  for (const auto& [entity, quotas] : image.client_quotas) {
    std::vector<wire::ClientQuotaRecord::EntityData> parts;
    for (const auto& [type, name] : entity.parts) {
      wire::ClientQuotaRecord::EntityData part;
      part.entity_type = type;
      part.entity_name = name ? wire::Str(*name) : wire::Str::null();
      parts.push_back(part);
    }
    for (const auto& [key, value] : *quotas) {
      wire::ClientQuotaRecord record;
      record.entity = parts;
      record.key = key;
      record.value = value;
      out.add(record, 0);
    }
  }
}

void write_security(const Image& image, RecordList& out) {
  for (const auto& [id, acl] : image.acls) {
    wire::AccessControlEntryRecord record;
    record.id = id;
    record.resource_type = acl->resource_type;
    record.resource_name = acl->resource_name;
    record.pattern_type = acl->pattern_type;
    record.principal = acl->principal;
    record.host = acl->host;
    record.operation = acl->operation;
    record.permission_type = acl->permission_type;
    out.add(record, 0);
  }
  for (const auto& [key, credential] : image.scram) {
    wire::UserScramCredentialRecord record;
    record.name = key.user;
    record.mechanism = key.mechanism;
    record.salt = Bytes(credential->salt);
    record.stored_key = Bytes(credential->stored_key);
    record.server_key = Bytes(credential->server_key);
    record.iterations = credential->iterations;
    out.add(record, 0);
  }
  for (const auto& [id, token] : image.delegation_tokens) {
    std::vector<wire::Str> renewers(token->renewers.begin(), token->renewers.end());
    wire::DelegationTokenRecord record;
    record.owner = token->owner;
    record.requester = token->requester;
    record.renewers = renewers;
    record.issue_timestamp = token->issue_timestamp;
    record.max_timestamp = token->max_timestamp;
    record.expiration_timestamp = token->expiration_timestamp;
    record.token_id = id;
    out.add(record, 0);
  }
}

}  // namespace

wire::PartitionRecord partition_record(const Partition& partition, const Uuid& topic_id,
                                       PartitionIndex index, const Features& features) {
  wire::PartitionRecord record;
  record.partition_id = index;
  record.topic_id = topic_id;
  record.replicas = view_of(partition.replicas);
  record.isr = view_of(partition.isr);
  record.removing_replicas = view_of(partition.removing_replicas);
  record.adding_replicas = view_of(partition.adding_replicas);
  record.leader = partition.leader;
  record.leader_recovery_state = static_cast<std::int8_t>(partition.leader_recovery);
  record.leader_epoch = partition.leader_epoch;
  record.partition_epoch = partition.partition_epoch;
  if (MetadataVersion{features.metadata_version}.is_directory_assignment_supported()) {
    record.directories = view_of(partition.directories);
  }
  if (features.elr_enabled()) {
    if (!partition.elr.empty()) record.eligible_leader_replicas = view_of(partition.elr);
    if (!partition.last_known_elr.empty())
      record.last_known_elr = view_of(partition.last_known_elr);
  }
  return record;
}

Result<RecordList> records_of(const Image& image) {
  RecordList out;
  const MetadataVersion version = metadata_version_of(image);
  write_features(image, out);
  TRY(write_cluster(image, version, out));
  write_topics(image, version, out);
  write_configs(image, out);
  write_quotas(image, out);
  if (image.next_producer_id >= 0 && !sings(Canary::producer_ids_given_again)) {
    wire::ProducerIdsRecord record;
    record.broker_id = -1;
    record.broker_epoch = -1;
    record.next_producer_id = image.next_producer_id;
    out.add(record, 0);
  }
  write_security(image, out);
  return out;
}

}  // namespace weir::metadata
