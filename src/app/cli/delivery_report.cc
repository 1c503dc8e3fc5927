#include "app/cli/delivery_report.h"

#include <fmt/format.h>

#include "app/cli/text/units.h"

namespace weir::app {
namespace {

double seconds(env::Duration duration) {
  return std::max(1e-9, std::chrono::duration<double>(duration).count());
}

std::string records(std::uint64_t count) {
  return fmt::format("{} record{}", count, count == 1 ? "" : "s");
}

}  // namespace

void DeliveryReport::ended(const client::Delivery& delivery, std::uint64_t bytes, env::Instant sent,
                           std::uint64_t of_input) {
  if (delivery) {
    ++delivered_;
    input_delivered_ += of_input;
    bytes_ += bytes;
    latencies_.add(clock_.now() - sent);
    return;
  }
  ++failed_;
  if (delivery.error().may_be_written) ++in_doubt_;
  if (!first_failure_) first_failure_ = delivery.error().why;
}

std::string DeliveryReport::summary() const {
  const env::Duration took = time();
  std::string text = fmt::format(
      "{} delivered, {} in {}, {:.0f} records/s, {}/s", records(delivered_), format_size(bytes_),
      format_duration(took), static_cast<double>(delivered_) / seconds(took),
      format_size(static_cast<std::uint64_t>(static_cast<double>(bytes_) / seconds(took))));
  if (delivered_ > 0) {
    text += fmt::format(
        "; latency p50 {}, p99 {}, max {}", format_duration(latencies_.percentile(0.5)),
        format_duration(latencies_.percentile(0.99)), format_duration(latencies_.max()));
  }
  if (failed_ > 0) text += fmt::format("; {} not delivered", records(failed_));
  if (in_doubt_ > 0) text += fmt::format(", {} of them may have been written", in_doubt_);
  return text;
}

std::string DeliveryReport::progress(std::optional<double> share) const {
  constexpr int width = 24;
  const env::Duration took = time();
  std::string text;
  if (share) {
    const int full = static_cast<int>(*share * width);
    text = fmt::format("[{:#<{}}{:.<{}}] {:3.0f}% ", "", full, "", width - full, *share * 100);
  }
  text += fmt::format("{} delivered, {:.0f}/s", records(delivered_),
                      static_cast<double>(delivered_) / seconds(took));
  if (share && *share > 0.01 && *share < 1) {
    const auto left =
        std::chrono::duration_cast<std::chrono::seconds>(took * (1 - *share) / *share);
    text += fmt::format(", {} left", format_duration(left));
  }
  return text;
}

}  // namespace weir::app
