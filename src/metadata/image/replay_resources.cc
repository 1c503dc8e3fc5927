// Configurations, quotas, ACLs, SCRAM credentials and delegation tokens.

#include "base/steps.h"
#include "metadata/image/replay_record.h"

namespace weir::metadata::replay_record {
namespace {

std::vector<std::byte> bytes_of(wire::Blob blob) {
  const Bytes view = blob.view();
  return std::vector<std::byte>(view.begin(), view.end());
}

}  // namespace

Result<> apply(Image& image, const wire::ConfigRecord& record, Offset) {
  const ConfigResource resource{static_cast<ConfigKind>(record.resource_type),
                                record.resource_name.str()};
  ConfigMap configs = image.config(resource.kind, resource.name);
  count_steps(configs.size());
  if (record.value.is_null()) {
    configs.erase(record.name.str());
  } else {
    configs[record.name.str()] = record.value.str();
  }
  if (configs.empty()) {
    image.configs.erase(resource);
  } else {
    image.configs.set(resource, std::make_shared<const ConfigMap>(std::move(configs)));
  }
  return {};
}

Result<> apply(Image& image, const wire::ClientQuotaRecord& record, Offset) {
  QuotaEntity entity;
  for (const auto& part : record.entity) {
    entity.parts[part.entity_type.str()] =
        part.entity_name.is_null() ? std::nullopt : std::optional(part.entity_name.str());
  }
  std::map<std::string, double> quotas;
  if (const auto* before = image.client_quotas.find(entity)) quotas = **before;
  count_steps(quotas.size());
  if (record.remove) {
    quotas.erase(record.key.str());
  } else {
    quotas[record.key.str()] = record.value;
  }
  if (quotas.empty()) {
    image.client_quotas.erase(entity);
  } else {
    image.client_quotas.set(
        entity, std::make_shared<const std::map<std::string, double>>(std::move(quotas)));
  }
  return {};
}

Result<> apply(Image& image, const wire::AccessControlEntryRecord& record, Offset) {
  AccessControlEntry acl{record.id,           record.resource_type,   record.resource_name.str(),
                         record.pattern_type, record.principal.str(), record.host.str(),
                         record.operation,    record.permission_type};
  image.acls.set(record.id, std::make_shared<const AccessControlEntry>(std::move(acl)));
  return {};
}

Result<> apply(Image& image, const wire::RemoveAccessControlEntryRecord& record, Offset) {
  if (!image.acls.contains(record.id)) {
    return fail(Errc::corrupt, "a record removes ACL " + record.id.text() + ", which there is not");
  }
  image.acls.erase(record.id);
  return {};
}

Result<> apply(Image& image, const wire::UserScramCredentialRecord& record, Offset) {
  ScramCredential credential{bytes_of(record.salt), bytes_of(record.stored_key),
                             bytes_of(record.server_key), record.iterations};
  image.scram.set({record.mechanism, record.name.str()},
                  std::make_shared<const ScramCredential>(std::move(credential)));
  return {};
}

Result<> apply(Image& image, const wire::RemoveUserScramCredentialRecord& record, Offset) {
  image.scram.erase({record.mechanism, record.name.str()});
  return {};
}

Result<> apply(Image& image, const wire::DelegationTokenRecord& record, Offset) {
  DelegationToken token;
  token.owner = record.owner.str();
  token.requester = record.requester.str();
  for (const auto& renewer : record.renewers) token.renewers.push_back(renewer.str());
  token.issue_timestamp = record.issue_timestamp;
  token.max_timestamp = record.max_timestamp;
  token.expiration_timestamp = record.expiration_timestamp;
  token.token_id = record.token_id.str();
  const std::string id = token.token_id;
  image.delegation_tokens.set(id, std::make_shared<const DelegationToken>(std::move(token)));
  return {};
}

Result<> apply(Image& image, const wire::RemoveDelegationTokenRecord& record, Offset) {
  image.delegation_tokens.erase(record.token_id.str());
  return {};
}

}  // namespace weir::metadata::replay_record
