#pragma once
// One line of JSON: an object of numbers and short texts, in the order they are put.

#include <cstdint>
#include <string>
#include <string_view>

#include "load/histogram.h"

namespace weir::bench {

class JsonLine {
 public:
  void put(std::string_view name, std::int64_t value);
  void put(std::string_view name, std::uint64_t value);
  void put(std::string_view name, double value);  // six places
  void put(std::string_view name, std::string_view text);
  // "samples", and "p50_us", "p99_us", "p999_us", "max_us".
  void put(const Histogram& latencies);

  std::string text() const { return "{" + fields_ + "}"; }

 private:
  void name(std::string_view name);
  std::string fields_;
};

}  // namespace weir::bench
