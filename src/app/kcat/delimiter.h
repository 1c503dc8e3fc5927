#pragma once
// Delimiters as -D and -K write them.

#include <expected>
#include <string>
#include <string_view>

namespace weir::app::kcat {

// \n, then \t, then \xHH are replaced where they stand, also those that a replacement makes; all
// else is as it is. It ends at a zero byte. Error: the text from an \x without a number on.
std::expected<std::string, std::string> parse_delimiter(std::string_view text);

}  // namespace weir::app::kcat
