#pragma once
// MessageReader: what -C and -G share: prints what a consumer hands out until the count is reached,
// the end, a stop time, or somebody interrupts it.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "app/kcat/mode_run.h"
#include "client/consumer/consumer.h"

namespace weir::app::kcat {

class MessageReader {
 public:
  // `partition_count`: so many have to end before it ends with -e; 0: none are known yet.
  MessageReader(ModeRun& run, client::Consumer& consumer,
                std::function<std::size_t()> partition_count)
      : run_(run), consumer_(consumer), partition_count_(std::move(partition_count)) {}

  Task<Run<>> read();
  // A partition is somebody else's now.
  void forget(const client::TopicPartition& of);
  // Behind the last message that was printed, or where the end was seen.
  const client::Offsets& next_offsets() const { return next_; }

 private:
  Task<Run<>> show(const client::Polled& polled);
  // The text of one message into `out`; false: it is not to be printed.
  Run<> print_message(const client::ConsumedRecords& consumed, const wire::Record& record,
                      std::string& out);
  Task<> look_for_ends();
  void stop(const client::TopicPartition& of);
  void announce(std::string_view what, const client::TopicPartition& of, Offset offset) const;
  Run<> failed(const client::Failure& failure) const;

  ModeRun& run_;
  client::Consumer& consumer_;
  std::function<std::size_t()> partition_count_;
  std::uint64_t count_ = 0;
  bool is_done_ = false;
  std::set<client::TopicPartition> stopped_;
  std::map<client::TopicPartition, Offset> ends_;  // that were seen, and nothing came since
  client::Offsets next_;
  struct Shown {
    client::TopicPartition of;
    Offset offset = no_offset;
    std::size_t size = 0;
  };
  Shown last_;
};

// Positions of -o N, -N, beginning and end for partitions of a consumer; the others begin where the
// group has committed. Failure: the end could not be asked for.
Task<client::Outcome<>> seek_start(ModeRun& run, client::Consumer& consumer,
                                   client::Partitions partitions);

}  // namespace weir::app::kcat
