#pragma once
// Connections that produce, on a schedule or flat out. Every partition has one request, encoded
// before the lap; its correlation id is the partition, so an answer to another one is noticed. Each
// acknowledgement is stamped when it is read, and counts from when its request was due (flat out:
// from when it was sent). Any error ends the lap.

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "load/histogram.h"
#include "load/lap_settings.h"
#include "load/schedule.h"
#include "socket/channel.h"

namespace weir::bench {

class Producers {
 public:
  // Connects. Their events have tags from `first_tag` on.
  static Result<Producers> open(const LapSettings& lap, Poller& poller, std::uint32_t first_tag);

  // From here on requests are due; flat out, the first ones are sent.
  Result<> begin(Nanos now);
  // Sends what is due now.
  Result<> send_due(Nanos now);
  bool owns(std::uint32_t tag) const {
    return tag >= first_tag_ && tag - first_tag_ < links_.size();
  }
  Result<> on(const epoll_event& event);

  // When the next request is due; nothing: none, or whenever an answer comes.
  std::optional<Nanos> next_due() const;
  bool done() const { return in_flight_ == 0 && ended_; }
  Schedule schedule() const { return Schedule(begin_, std::max<std::int64_t>(rate_, 1)); }

  std::uint64_t answered() const { return answered_; }
  std::uint64_t records() const { return answered_ * static_cast<std::uint64_t>(payload_.records); }
  std::uint64_t bytes() const { return answered_ * payload_.batch.size(); }
  std::uint64_t plain_bytes() const { return answered_ * payload_.plain_bytes; }
  const Histogram& latencies() const { return latencies_; }

 private:
  struct Request {
    Nanos due;
    std::int32_t partition;
  };
  struct Link {
    explicit Link(Descriptor fd, Poller& poller, std::uint32_t tag)
        : channel(std::move(fd), poller, tag) {}
    Channel channel;
    std::deque<Request> in_flight;
  };

  Producers() = default;
  void end_at(Nanos now);
  void put(Link& link, Nanos due);
  Result<> refill(Link& link, Nanos now);

  std::int64_t rate_ = 0, depth_ = 1, most_ = 0;
  Nanos length_ = 0, begin_ = 0;
  std::uint32_t first_tag_ = 0;
  Payload payload_;
  std::vector<Frame> frames_;                 // one for each partition
  std::vector<std::unique_ptr<Link>> links_;  // their frames are referred to until they are sent
  std::uint64_t sent_ = 0, answered_ = 0, in_flight_ = 0;
  bool ended_ = false;  // nothing more is sent
  wire::Arena arena_;
  Histogram latencies_;
};

}  // namespace weir::bench
