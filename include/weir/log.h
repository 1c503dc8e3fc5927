#pragma once
// Where a client's log lines go. The library prints nothing by itself.

#include <cstdint>
#include <functional>
#include <string_view>

namespace weir {

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };

// Called on the client's own thread, one line at a time; must neither block for long nor throw.
// `component`: the part of the library that speaks. Foreign text in `message` is not escaped.
using LogSink =
    std::function<void(LogLevel level, std::string_view component, std::string_view message)>;

}  // namespace weir
