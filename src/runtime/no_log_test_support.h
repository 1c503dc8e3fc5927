#pragma once

#include "base/env/log_sink.h"

namespace weir::runtime {

class NoLog final : public env::LogSink {
 public:
  bool enabled(env::Level) const override { return false; }
  void write(env::Level, std::string_view, std::string_view) override {}
};

}  // namespace weir::runtime
