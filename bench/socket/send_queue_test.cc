#include "socket/send_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::bench {
namespace {

// Takes `step` bytes at a time, as a slow socket does.
std::string drained(SendQueue& queue, std::size_t step) {
  std::string all;
  while (!queue.empty()) {
    iovec part;
    EXPECT_EQ(queue.gather({&part, 1}), 1U);
    const std::size_t size = std::min(step, part.iov_len);
    all.append(static_cast<const char*>(part.iov_base), size);
    queue.sent(size);
  }
  return all;
}

TEST(SendQueue, keeps_the_order_of_copies_and_references) {
  const std::string far = "elsewhere";
  for (std::size_t step = 1; step < 12; ++step) {
    SendQueue queue;
    queue.copy(as_bytes("a"));
    queue.copy(as_bytes("bc"));
    queue.refer(as_bytes(far));
    queue.copy(as_bytes("d"));
    EXPECT_EQ(drained(queue, step), "abcelsewhered") << step;
  }
}

TEST(SendQueue, gathers_many_pieces_and_takes_more_in_between) {
  SendQueue queue;
  queue.copy(as_bytes("abc"));
  queue.refer(as_bytes("de"));
  iovec parts[4];
  EXPECT_EQ(queue.gather(parts), 2U);
  queue.sent(4);
  queue.copy(as_bytes("f"));
  EXPECT_EQ(drained(queue, 100), "ef");
  queue.copy(as_bytes("again"));
  EXPECT_EQ(drained(queue, 100), "again");
}

}  // namespace
}  // namespace weir::bench
