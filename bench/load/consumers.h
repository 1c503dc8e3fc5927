#pragma once
// Connections that fetch, one request on its way on each; the partitions are dealt out to them.
// Every batch is walked and its CRC checked, as a consumer does; no record is decoded. With a
// schedule, a record's latency counts from when it was due to be sent to when its batch was read.

#include <memory>
#include <optional>
#include <vector>

#include "load/histogram.h"
#include "load/lap_settings.h"
#include "load/schedule.h"
#include "socket/channel.h"

namespace weir::bench {

class Consumers {
 public:
  // Connects. They begin at `begins` and end, if `ends` are given, there; one for each partition.
  static Result<Consumers> open(const LapSettings& lap, Poller& poller, std::uint32_t first_tag,
                                const std::vector<Offset>& begins, std::vector<Offset> ends);

  // Records were due by `schedule`, dealt to the partitions in turn.
  void follow(const Schedule& schedule) { schedule_ = schedule; }
  Result<> begin();
  bool owns(std::uint32_t tag) const {
    return tag >= first_tag_ && tag - first_tag_ < links_.size();
  }
  Result<> on(const epoll_event& event);

  bool done() const { return fetching_ == 0; }
  std::uint64_t answered() const { return answered_; }
  std::uint64_t records() const { return records_; }
  std::uint64_t bytes() const { return bytes_; }
  const Histogram& latencies() const { return latencies_; }

 private:
  struct Link {
    explicit Link(Descriptor fd, Poller& poller, std::uint32_t tag)
        : channel(std::move(fd), poller, tag) {}
    Channel channel;
    std::vector<PartitionIndex> partitions;
    Frame request;
  };

  Consumers() = default;
  Result<> ask(Link& link);
  Result<> take(const Fetched& fetched);
  Result<std::size_t> take_batch(PartitionIndex partition, Bytes front, Nanos now);

  LapSettings lap_;
  std::uint32_t first_tag_ = 0;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<Offset> begins_, positions_, ends_;  // by partition; ends_ may be empty
  std::optional<Schedule> schedule_;
  std::uint64_t answered_ = 0, records_ = 0, bytes_ = 0;
  std::size_t fetching_ = 0;  // links with a request on its way
  wire::Arena arena_;
  Histogram latencies_;
};

}  // namespace weir::bench
