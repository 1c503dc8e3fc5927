#pragma once
// Bytes and numbers as Java's println shows them.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace weir::app::kafka {

// new String(bytes, UTF_8): what is no UTF-8 becomes U+FFFD, one for each longest part of a
// character that is cut off, and for each surrogate.
std::string java_string(Bytes bytes);

// OptionalLong: negative is empty.
std::string java_optional(std::int64_t value);

}  // namespace weir::app::kafka
