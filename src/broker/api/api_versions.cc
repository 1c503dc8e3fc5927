// ApiVersions: what this broker serves, and the features of the cluster (KIP-35, 511, 584, 1242).

#include "wire/message/api_versions_request.h"
#include "wire/message/api_versions_response.h"

#include <algorithm>

#include "broker/api/typed.h"
#include "metadata/image/feature_levels.h"

namespace weir::broker::api {
namespace {

using wire::ApiVersionsRequest;
using wire::ApiVersionsResponse;
using wire::ErrorCode;

// KIP-511: letters and digits, with '-' and '.' between them.
bool is_software_name(std::string_view text) {
  const auto is_letter_or_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (text.empty() || !is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back()))
    return false;
  return std::ranges::all_of(text,
                             [&](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

wire::Array<ApiVersionsResponse::ApiVersion> api_ranges(wire::Arena& arena) {
  const auto served = served_apis();
  auto ranges = arena.array<ApiVersionsResponse::ApiVersion>(served.size());
  for (std::size_t i = 0; i < served.size(); ++i) {
    const wire::ApiInfo& api = *wire::find_api(served[i]->key);
    ranges[i].api_key = static_cast<std::int16_t>(api.key);
    // librdkafka takes the lack of Produce v0 for an ancient broker (KAFKA-18659); it is refused
    // when sent.
    ranges[i].min_version = api.key == wire::ApiKey::produce ? std::int16_t{0} : api.min_version;
    ranges[i].max_version =
        static_cast<std::int16_t>(api.max_version - (api.latest_version_unstable ? 1 : 0));
  }
  return ranges;
}

void add_features(const Request& request, wire::Arena& arena, ApiVersionsResponse& response) {
  std::vector<ApiVersionsResponse::SupportedFeatureKey> supported;
  for (const auto& [name, range, fresh] : weir::metadata::supported_features()) {
    if (request.version < 4 && range.min == 0) continue;  // older clients take 0 for a mistake
    supported.push_back({wire::Str(name), range.min, range.max});
  }
  response.supported_features =
      arena.copy(std::span<const ApiVersionsResponse::SupportedFeatureKey>(supported));

  const weir::metadata::Image& image = request.shard->image();
  std::vector<ApiVersionsResponse::FinalizedFeatureKey> finalized;
  finalized.push_back({wire::Str("metadata.version"), image.features.metadata_version,
                       image.features.metadata_version});
  for (const auto& [name, level] : image.features.levels) {
    finalized.push_back({arena.copy(std::string_view(name)), level, level});
  }
  // Kept in the quorum's control records, and shown with the others.
  if (const std::int16_t kraft = request.shard->node.kraft_version(); kraft > 0) {
    finalized.push_back({wire::Str(weir::metadata::kraft_version_feature), kraft, kraft});
  }
  response.finalized_features =
      arena.copy(std::span<const ApiVersionsResponse::FinalizedFeatureKey>(finalized));
  response.finalized_features_epoch = image.offset;
}

// The client meant another broker or another cluster (an address that was given to somebody else).
bool is_misrouted(const Request& request, const ApiVersionsRequest& body) {
  const Node& node = request.shard->node;
  if (!body.cluster_id.is_null() && body.cluster_id.view() != node.cluster_id()) return true;
  return body.node_id != -1 && body.node_id != node.node_id();
}

Task<> serve_api_versions(Request& request) {
  const wire::ApiInfo& api = *wire::find_api(wire::ApiKey::api_versions);
  ApiVersionsResponse response;
  if (!api.serves(request.version)) {
    response.error_code = code(ErrorCode::unsupported_version);
    response.api_keys = request.arena.array<ApiVersionsResponse::ApiVersion>(1);
    response.api_keys[0].api_key = static_cast<std::int16_t>(api.key);
    response.api_keys[0].min_version = api.min_version;
    response.api_keys[0].max_version = api.max_version;
    write_response(request, response, 0);
    co_return;
  }
  ApiVersionsRequest body;
  const auto decoded = wire::decode(body, Bytes(request.body), request.version, request.arena);
  if (!decoded) {
    answer_malformed<ApiVersionsResponse>(request, decoded.error());
    co_return;
  }
  if (request.version >= 3 && !(is_software_name(body.client_software_name) &&
                                is_software_name(body.client_software_version))) {
    response.error_code = code(ErrorCode::invalid_request);
  } else if (is_misrouted(request, body)) {
    response.error_code = code(ErrorCode::rebootstrap_required);
  } else {
    response.api_keys = api_ranges(request.arena);
    add_features(request, request.arena, response);
  }
  write_response(request, response, request.version);
}

}  // namespace

const Api api_versions{wire::ApiKey::api_versions, serve_api_versions};

}  // namespace weir::broker::api
