#include "load/json_line.h"

#include <fmt/format.h>

namespace weir::bench {
namespace {

double in_us(Nanos time) { return static_cast<double>(time) / 1000; }

}  // namespace

void JsonLine::name(std::string_view name) {
  fields_ += fmt::format("{}\"{}\": ", fields_.empty() ? "" : ", ", name);
}

void JsonLine::put(std::string_view name, std::int64_t value) {
  this->name(name);
  fields_ += fmt::format("{}", value);
}

void JsonLine::put(std::string_view name, std::uint64_t value) {
  this->name(name);
  fields_ += fmt::format("{}", value);
}

void JsonLine::put(std::string_view name, double value) {
  this->name(name);
  fields_ += fmt::format("{:.6f}", value);
}

void JsonLine::put(std::string_view name, std::string_view text) {
  this->name(name);
  fields_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') fields_ += '\\';
    fields_ += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  fields_ += '"';
}

void JsonLine::put(const Histogram& latencies) {
  put("samples", latencies.count());
  put("p50_us", in_us(latencies.percentile(0.5)));
  put("p99_us", in_us(latencies.percentile(0.99)));
  put("p999_us", in_us(latencies.percentile(0.999)));
  put("max_us", in_us(latencies.max()));
}

}  // namespace weir::bench
