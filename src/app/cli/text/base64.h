#pragma once
// Base64 (RFC 4648, section 4, with padding), and whether bytes are text.

#include <optional>
#include <string>
#include <string_view>

namespace weir::app {

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

// Well-formed UTF-8 (RFC 3629: nothing overlong, no surrogates).
bool is_utf8(std::string_view bytes);

}  // namespace weir::app
