#include "rpc/version_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/api_key.h"
#include "wire/message/api_versions_response.h"

namespace weir::rpc {
namespace {

constexpr auto api_versions_key = static_cast<std::int16_t>(wire::ApiKey::api_versions);

std::int16_t our_max(const wire::ApiInfo& api) {
  return static_cast<std::int16_t>(api.max_version - (api.latest_version_unstable ? 1 : 0));
}

}  // namespace

VersionTable::VersionTable(const wire::ApiVersionsResponse& answer) : is_negotiated_(true) {
  for (const auto& api : answer.api_keys) {
    broker_[api.api_key] = {api.min_version, api.max_version};
  }
  for (const auto& feature : answer.finalized_features) {
    features_[feature.name.str()] = feature.max_version_level;
  }
}

Result<std::int16_t> VersionTable::pick(std::int16_t api_key, std::int16_t version_max) const {
  const wire::ApiInfo* api = wire::find_api(api_key);
  if (!api) return fail(Errc::unsupported, fmt::format("there is no API {}", api_key));
  Range broker{0, 0};
  if (const auto known = broker_.find(api_key); known != broker_.end()) {
    broker = known->second;
  } else if (api_key == api_versions_key && (!is_negotiated_ || version_max == 0)) {
    broker.max = our_max(*api);  // every broker serves version 0
  } else {
    return fail(Errc::unsupported, fmt::format("the broker does not serve {}", api->name));
  }
  const std::int16_t version = std::min({broker.max, our_max(*api), version_max});
  if (version < broker.min || version < api->min_version) {
    return fail(Errc::unsupported,
                fmt::format("{}: the broker serves versions {} to {}, this client {} to {}",
                            api->name, broker.min, broker.max, api->min_version,
                            std::min(our_max(*api), version_max)));
  }
  return version;
}

bool VersionTable::serves(std::int16_t api_key) const { return pick(api_key).has_value(); }

std::int16_t VersionTable::feature_level(const std::string& feature) const {
  const auto known = features_.find(feature);
  return known == features_.end() ? std::int16_t{-1} : known->second;
}

}  // namespace weir::rpc
