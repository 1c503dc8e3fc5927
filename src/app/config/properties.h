#pragma once
// Java's properties syntax (server.properties): name=value, name:value or name value; # and !
// comments; a backslash at the end of a line joins the next; escapes \t \n \r \f \uXXXX. Any text
// is a valid file but for a bad \u.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::app {

struct Setting {
  std::string name;
  std::string value;
  int line = 0;  // where it begins, from 1
};

// In file order; a name may come twice, and then the last counts.
Result<std::vector<Setting>> parse_properties(std::string_view text);

}  // namespace weir::app
