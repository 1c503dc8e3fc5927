// UpdateFeatures: raise or lower what the whole cluster may use (KIP-584,
// FeatureControlManager.java).

#include <fmt/format.h>

#include "metadata/controller/handlers.h"
#include "wire/message/config_record.h"
#include "wire/message/feature_level_record.h"
#include "wire/message/update_features_request.h"
#include "wire/message/update_features_response.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;

enum class Upgrade : std::int8_t {
  unknown = 0,
  upgrade = 1,
  safe_downgrade = 2,
  unsafe_downgrade = 3
};

struct Update {
  std::string feature;
  std::int16_t level = 0;
  Upgrade type = Upgrade::upgrade;
};

ApiError invalid_update(const Update& update, std::string_view why) {
  return {ErrorCode::invalid_update_version,
          fmt::format("Invalid update version {} for feature {}. {}", update.level, update.feature,
                      why)};
}

std::optional<std::string> reason_not_supported(std::int16_t level, std::string_view who,
                                                VersionRange range) {
  if (level >= range.min && level <= range.max) return std::nullopt;
  if (range.max == 0) return fmt::format("{} does not support this feature.", who);
  if (range.min == range.max) return fmt::format("{} only supports versions {}", who, range.min);
  return fmt::format("{} only supports versions {}-{}", who, range.min, range.max);
}

// Every node must know the level.
std::optional<std::string> reason_not_supported(const Update& update,
                                                const ControllerContext& context) {
  const auto range_of = [&](const std::map<std::string, VersionRange>& features) {
    const auto it = features.find(update.feature);
    return it == features.end() ? VersionRange{} : it->second;
  };
  auto reason = reason_not_supported(update.level,
                                     fmt::format("Local controller {}", context.settings.node_id),
                                     supported_range(update.feature));
  for (const auto& [id, broker] : context.image.brokers) {
    if (reason) break;
    reason = reason_not_supported(update.level, fmt::format("Broker {}", id),
                                  range_of(broker->features));
  }
  for (const auto& [id, controller] : context.image.controllers) {
    if (reason || id == context.settings.node_id) continue;
    reason = reason_not_supported(update.level, fmt::format("Controller {}", id),
                                  range_of(controller->features));
  }
  return reason;
}

std::int16_t current_level(const std::string& feature, const ControllerContext& context) {
  if (feature == metadata_version_feature) return context.image.features.metadata_version;
  if (feature == kraft_version_feature) return context.kraft_version;
  const auto it = context.image.features.levels.find(feature);
  return it == context.image.features.levels.end() ? std::int16_t{0} : it->second;
}

ApiError check_metadata_version(const Update& update, const ControllerContext& context) {
  const std::int16_t current = context.image.features.metadata_version;
  if (update.level >= current ||
      !MetadataVersion::metadata_changed_between(current, update.level)) {
    return {};
  }
  return {
      ErrorCode::invalid_update_version,
      fmt::format("Unsupported metadata.version downgrade from {} to {}. {}", current, update.level,
                  update.type == Upgrade::unsafe_downgrade
                      ? "Unsafe metadata downgrade is not supported in this version."
                      : "Refusing to perform the requested downgrade because it might delete "
                        "metadata information.")};
}

ApiError check(const Update& update, const std::vector<Update>& all,
               const ControllerContext& context) {
  if (update.type == Upgrade::unknown) {
    return invalid_update(update, "The controller does not support the given upgrade type.");
  }
  if (update.level < 0) return invalid_update(update, "A feature version cannot be less than 0.");
  if (const auto reason = reason_not_supported(update, context))
    return invalid_update(update, *reason);
  const std::int16_t current = current_level(update.feature, context);
  if (update.level < current && update.type == Upgrade::upgrade) {
    return invalid_update(update,
                          "Can't downgrade the version of this feature without setting the upgrade "
                          "type to either safe or unsafe downgrade.");
  }
  if (update.level > current && update.type != Upgrade::upgrade) {
    return invalid_update(update, "Can't downgrade to a newer version.");
  }
  if (update.feature == metadata_version_feature) return check_metadata_version(update, context);
  if (update.feature == kraft_version_feature && update.level != current) {
    return invalid_update(update, update.level < current
                                      ? "Can't downgrade the version of this feature."
                                      : "The voters of this quorum are not known by directory.");
  }
  std::int16_t metadata_version = context.image.features.metadata_version;
  for (const auto& other : all) {
    if (other.feature == metadata_version_feature) metadata_version = other.level;
  }
  if (update.feature == elr_feature && update.level >= 1 &&
      !MetadataVersion{metadata_version}.is_elr_supported()) {
    return invalid_update(update, fmt::format("{} could not be set to {} because it depends on "
                                              "metadata.version level 23",
                                              elr_feature, update.level));
  }
  return {};
}

void set_min_isr(ControllerContext& context, std::string_view resource,
                 const std::optional<std::string>& value) {
  wire::ConfigRecord record;
  record.resource_type = static_cast<std::int8_t>(ConfigKind::broker);
  record.resource_name = resource;
  record.name = "min.insync.replicas";
  record.value = value ? wire::Str(*value) : wire::Str::null();
  context.records.add(record, 0);
}

// With ELR the minimum of in-sync replicas is one for the whole cluster.
void add_elr_safety(ControllerContext& context) {
  if (!context.image.config(ConfigKind::broker, "").contains("min.insync.replicas")) {
    const auto it = context.settings.static_config.find("min.insync.replicas");
    set_min_isr(context, "", it == context.settings.static_config.end() ? "1" : it->second);
  }
  for (const auto& [resource, configs] : context.image.configs) {
    if (resource.kind == ConfigKind::broker && !resource.name.empty() &&
        configs->contains("min.insync.replicas")) {
      set_min_isr(context, resource.name, std::nullopt);
    }
  }
}

std::vector<Update> updates_of(const wire::UpdateFeaturesRequest& request, std::int16_t version) {
  std::vector<Update> updates;
  for (const auto& update : request.feature_updates) {
    Upgrade type = Upgrade::unknown;
    if (version == 0) {
      type = update.allow_downgrade ? Upgrade::safe_downgrade : Upgrade::upgrade;
    } else if (update.upgrade_type >= 1 && update.upgrade_type <= 3) {
      type = static_cast<Upgrade>(update.upgrade_type);
    }
    updates.push_back({update.feature.str(), update.max_version_level, type});
  }
  return updates;
}

}  // namespace

void handle(const wire::UpdateFeaturesRequest& request, wire::UpdateFeaturesResponse& response,
            ControllerContext& context) {
  const auto updates = updates_of(request, context.api_version);
  response.error_message = wire::Str::null();
  for (const auto& update : updates) {
    const ApiError error = check(update, updates, context);
    if (error.ok()) continue;
    response.error_code = code_of(error.code);
    response.error_message = context.text(
        "The update failed for all features since the following feature had an error: " +
        error.message.value_or(""));
    return;
  }
  std::vector<wire::UpdateFeaturesResponse::UpdatableFeatureResult> results;
  for (const auto& update : updates) {
    wire::UpdateFeaturesResponse::UpdatableFeatureResult result;
    result.feature = context.text(update.feature);
    result.error_message = wire::Str::null();
    if (context.api_version <= 1) results.push_back(result);
    if (request.validate_only) continue;
    if (update.feature == elr_feature && update.level > 0) add_elr_safety(context);
    if (update.feature == kraft_version_feature) continue;  // unchanged: the quorum's own
    wire::FeatureLevelRecord record;
    record.name = update.feature;
    record.feature_level = update.level;
    context.records.add(record, 0);
  }
  response.results = context.array(results);
}

}  // namespace weir::metadata
