#include "app/cli/delivery_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using testing::HasSubstr;

class HandClock final : public env::Clock {
 public:
  env::Instant now() const override { return at; }
  TimestampMs wall_ms() const override { return 0; }
  env::Instant at{};
};

client::Delivery lost(bool may_be_written) {
  return std::unexpected(
      client::Undelivered{client::Failure(Error{Errc::closed, "closed"}), may_be_written});
}

TEST(DeliveryReport, progress_counts_what_was_acknowledged) {
  HandClock clock;
  DeliveryReport report(clock);
  for (int i = 0; i < 4; ++i) report.take();
  clock.at += std::chrono::seconds(2);
  EXPECT_EQ(report.input_delivered(), 0u);
  EXPECT_EQ(report.pending(), 4u);
  report.ended(client::Delivered{}, 10, clock.at, 100);
  report.ended(lost(true), 10, clock.at, 100);
  EXPECT_EQ(report.input_delivered(), 100u);
  EXPECT_EQ(report.pending(), 2u);
  EXPECT_THAT(report.progress(0.25), HasSubstr(" 25% 1 record delivered"));
  EXPECT_THAT(report.progress(0.25), HasSubstr("6s left"));
  EXPECT_THAT(report.progress(1.0), Not(HasSubstr("left")));
}

TEST(DeliveryReport, the_summary_tells_what_is_not_delivered_and_what_is_not_known) {
  HandClock clock;
  DeliveryReport report(clock);
  for (int i = 0; i < 3; ++i) report.take();
  clock.at += std::chrono::seconds(1);
  report.ended(client::Delivered{}, 2048, clock.at);
  report.ended(lost(false), 1, clock.at);
  report.ended(lost(true), 1, clock.at);
  EXPECT_THAT(report.summary(), HasSubstr("1 record delivered, 2.0 KiB in 1s"));
  EXPECT_THAT(report.summary(),
              HasSubstr("2 records not delivered, 1 of them may have been written"));
}

}  // namespace
}  // namespace weir::app
