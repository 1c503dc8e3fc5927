#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/config/properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto settings = weir::app::parse_properties(text);
  if (!settings) return 0;
  std::size_t bytes = 0;
  for (const auto& setting : *settings) bytes += setting.name.size() + setting.value.size();
  if (bytes > size * 3) __builtin_trap();  // a line makes no more than its replacement characters
  return 0;
}
