#pragma once
// Foreign text made harmless for a log line. Control characters (line breaks, terminal escapes, C1,
// the characters that turn a line's direction) and bytes that are not UTF-8 become \n, \t, \x1b,
// \xff; what is longer than 8 KiB is cut and ends in "...".

#include <string>
#include <string_view>

namespace weir::runtime {

std::string escape_text(std::string_view message);
std::string escape_json(std::string_view message);  // what stands between the quotes

}  // namespace weir::runtime
