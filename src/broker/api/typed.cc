#include "broker/api/typed.h"

#include "wire/message/response_header.h"

namespace weir::broker::api {

void write_response_header(Request& request) {
  const wire::ApiInfo& api = *wire::find_api(request.api);
  std::byte* size = request.output.grow(4);  // filled in by serve() of dispatch.h
  store_be(size, std::int32_t{0});
  wire::ResponseHeader header;
  header.correlation_id = request.correlation_id;
  const Result<> encoded =
      wire::encode(header, wire::response_header_version(api, request.version), request.output);
  CHECK(encoded);
}

}  // namespace weir::broker::api
