// Arbitrary text as server.properties or weir.toml: settings, or an error of one line.

#include "app/config/server_options.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool is_toml = data[0] % 2 == 0;
  app::OptionSources sources;
  sources.file = app::ConfigFile{is_toml ? "weir.toml" : "server.properties", text};
  const auto options = app::read_server_options(sources);
  if (options) {
    CHECK(options->settings.node_id >= 0);
    CHECK(!options->settings.listeners.empty(), "a server without a listener serves nobody");
  } else {
    CHECK(!options.error().what.empty());
  }
  return 0;
}
