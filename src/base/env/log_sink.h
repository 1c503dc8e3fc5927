#pragma once
// Lines for the operator: levelled, structured. The core formats the message (fmt), names the
// component and lets the sink decide what is written where. Foreign text in a message is escaped by
// the sink.

#include <cstdint>
#include <string_view>

namespace weir::env {

enum class Level : std::uint8_t { trace, debug, info, warning, error };

class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual bool enabled(Level level) const = 0;
  // component: the module's name, "log", "controller", ...; message: one line.
  virtual void write(Level level, std::string_view component, std::string_view message) = 0;
};

}  // namespace weir::env
