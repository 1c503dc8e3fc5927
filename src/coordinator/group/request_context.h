#pragma once
// What the broker knows of a request besides its body.

#include <cstdint>
#include <string_view>

namespace weir::coordinator {

struct RequestContext {
  std::int16_t api_version = 0;
  std::string_view client_id;    // empty when null
  std::string_view client_host;  // "/127.0.0.1", as Kafka prints an address
};

}  // namespace weir::coordinator
