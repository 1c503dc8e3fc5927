#include "broker/dispatch.h"

#include <fmt/format.h>

#include "broker/api/api.h"
#include "wire/codec/codec.h"
#include "wire/message/request_header.h"

namespace weir::broker {
namespace {

bool is_served(const wire::ApiInfo& info, std::int16_t version) {
  if (!api::find_served(info.key)) return false;
  if (info.key == wire::ApiKey::api_versions) return true;  // answers to any version
  return info.serves(version) && !(info.latest_version_unstable && version == info.max_version);
}

}  // namespace

Result<> read_header(Request& request) {
  if (request.body.size() < 8) return fail(Errc::invalid, "a request shorter than its header");
  const auto key = load_be<std::int16_t>(request.body.data());
  request.version = load_be<std::int16_t>(request.body.data() + 2);
  request.correlation_id = load_be<std::int32_t>(request.body.data() + 4);
  const wire::ApiInfo* info = wire::find_api(key);
  if (!info || !is_served(*info, request.version)) {
    return fail(Errc::unsupported, fmt::format("a request of API {} in version {} is not served",
                                               key, request.version));
  }
  request.api = info->key;
  wire::RequestHeader header;
  TRY_ASSIGN(const auto used,
             wire::decode(header, Bytes(request.body),
                          wire::request_header_version(*info, request.version), request.arena));
  request.client_id = header.client_id;
  request.body = request.body.subspan(used);
  return {};
}

Task<> serve(Request& request) {
  co_await api::find_served(request.api)->serve(request);
  if (!request.has_answer || request.closes_connection) {
    request.output.clear();
    co_return;
  }
  store_be(request.output.mutable_bytes().data(),
           static_cast<std::int32_t>(request.output.size_with_gaps() - 4));
}

}  // namespace weir::broker
