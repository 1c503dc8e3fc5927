#pragma once

#include <string_view>

namespace weir::app {

inline constexpr std::string_view version = "0.1.0";  // as project() in CMakeLists.txt

}  // namespace weir::app
