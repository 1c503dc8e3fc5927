#pragma once
// What the members of a Client have done since they were made. Records and bytes are counted as the
// caller sees them: before compression, keys, values and headers. Plain values: each
// thread may use its own copies.

#include <cstdint>
#include <vector>

namespace weir {

struct ProducerStatistics {
  std::uint64_t records_taken = 0;  // handed over by the caller
  std::uint64_t bytes_taken = 0;
  std::uint64_t records_delivered = 0;  // of those whose outcome somebody asked for
  std::uint64_t records_failed = 0;     // ...
  std::uint64_t hand_overs = 0;         // times that callers' records went to the client's thread
  std::uint64_t buffered_bytes = 0;     // now, of buffer.memory
  std::uint64_t waiting_threads = 0;    // now, callers that wait for room
};

struct ConsumerStatistics {
  std::uint64_t records_received = 0;
  std::uint64_t bytes_received = 0;  // without headers
  std::uint64_t polls = 0;
  std::uint64_t rebalances = 0;  // times that partitions came or went
};

struct Statistics {
  std::vector<ProducerStatistics> producers{};  // in the order in which they were made
  std::vector<ConsumerStatistics> consumers{};
};

}  // namespace weir
