#pragma once
// Kafka's numbers of configuration as values.

#include <cstdint>
#include <optional>
#include <string>

#include "client/admin/config.h"
#include "wire/codec/value.h"

namespace weir::client {

// A number that this version does not know is `unknown`.
ConfigSource config_source(std::int8_t number);
ConfigType config_type(std::int8_t number);

inline std::optional<std::string> text_or_none(wire::Str text) {
  if (text.is_null()) return std::nullopt;
  return text.str();
}

}  // namespace weir::client
