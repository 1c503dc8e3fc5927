#pragma once
// What a command that produces tells of its records: progress while it runs, a summary at the end.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "app/cli/text/latencies.h"
#include "base/env/clock.h"
#include "client/producer/record.h"

namespace weir::app {

class DeliveryReport {
 public:
  explicit DeliveryReport(const env::Clock& clock) : clock_(clock), began_(clock.now()) {}

  void take() { ++taken_; }
  // `bytes`: of the record's key and value; `of_input`: what it was made of.
  void ended(const client::Delivery& delivery, std::uint64_t bytes, env::Instant sent,
             std::uint64_t of_input = 0);

  env::Duration time() const { return clock_.now() - began_; }  // since it began
  std::uint64_t taken() const { return taken_; }
  std::uint64_t ended_count() const { return delivered_ + failed_; }
  std::uint64_t pending() const { return taken_ - ended_count(); }
  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t in_doubt() const { return in_doubt_; }
  std::uint64_t bytes() const { return bytes_; }  // delivered
  std::uint64_t input_delivered() const { return input_delivered_; }
  const std::optional<client::Failure>& first_failure() const { return first_failure_; }
  const Latencies& latencies() const { return latencies_; }

  // "12000 records delivered, 11.7 MiB in 1.2s, 10000 records/s, latency ..."
  std::string summary() const;
  // One line without its end. `share`: of the input that is delivered, when its size is known.
  std::string progress(std::optional<double> share) const;

 private:
  const env::Clock& clock_;
  env::Instant began_;
  std::uint64_t taken_ = 0, delivered_ = 0, failed_ = 0, in_doubt_ = 0, bytes_ = 0;
  std::uint64_t input_delivered_ = 0;
  std::optional<client::Failure> first_failure_;
  Latencies latencies_;
};

}  // namespace weir::app
