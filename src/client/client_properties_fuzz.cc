// Lines of name=value as a client's configuration.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "client/properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  client::ClientConfig config;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto equals = std::min(line.find('='), line.size());
    const auto name = line.substr(0, equals);
    const auto value = line.substr(std::min(line.size(), equals + 1));
    if (const auto set = client::set_property(config, name, value); !set) {
      CHECK(set.error().what.starts_with(name), set.error().what);
    }
    static_cast<void>(client::parse_bootstrap(value));
  }
  static_cast<void>(client::settle_properties(config));
  return 0;
}
