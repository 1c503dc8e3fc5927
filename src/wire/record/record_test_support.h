#pragma once

#include <string_view>

#include "wire/codec/value.h"

namespace weir::wire {

inline Blob blob(std::string_view text) { return Blob(as_bytes(text)); }

}  // namespace weir::wire
