#include <fmt/format.h>

#include "broker/api/api.h"
#include "broker/api/typed.h"
#include "wire/message/request_header.h"
#include "wire/message/response_header.h"

namespace weir::broker::api {
namespace {

bool is_served(const wire::ApiInfo& api, std::int16_t version) {
  if (!find_served(api.key)) return false;
  if (api.key == wire::ApiKey::api_versions) return true;  // answers to any version
  return api.serves(version) && !(api.latest_version_unstable && version == api.max_version);
}

}  // namespace

Result<> read_header(Request& request) {
  if (request.body.size() < 8) return fail(Errc::invalid, "a request shorter than its header");
  const auto key = load_be<std::int16_t>(request.body.data());
  request.version = load_be<std::int16_t>(request.body.data() + 2);
  request.correlation_id = load_be<std::int32_t>(request.body.data() + 4);
  const wire::ApiInfo* api = wire::find_api(key);
  if (!api || !is_served(*api, request.version)) {
    return fail(Errc::unsupported,
                fmt::format("a request of API {} in version {} is not served", key, request.version));
  }
  request.api = api->key;
  wire::RequestHeader header;
  TRY_ASSIGN(const auto used,
             wire::decode(header, Bytes(request.body),
                          wire::request_header_version(*api, request.version), request.arena));
  request.client_id = header.client_id;
  request.body = request.body.subspan(used);
  return {};
}

void write_response_header(Request& request) {
  const wire::ApiInfo& api = *wire::find_api(request.api);
  std::byte* size = request.output.grow(4);  // filled in by serve()
  store_be(size, std::int32_t{0});
  wire::ResponseHeader header;
  header.correlation_id = request.correlation_id;
  const Result<> encoded =
      wire::encode(header, wire::response_header_version(api, request.version), request.output);
  CHECK(encoded);
}

Task<> serve(Request& request) {
  co_await find_served(request.api)->serve(request);
  if (!request.has_answer || request.closes_connection) {
    request.output.clear();
    co_return;
  }
  store_be(request.output.mutable_bytes().data(),
           static_cast<std::int32_t>(request.output.size_with_gaps() - 4));
}

}  // namespace weir::broker::api
