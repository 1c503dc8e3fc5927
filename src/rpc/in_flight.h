#pragma once
// InFlight: the requests of one connection that wait for their answers, in the order in which they
// left. A kernel: it is told the time.

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "base/env/clock.h"
#include "base/result.h"

namespace weir::rpc {

// A whole answer, its header read.
struct Reply {
  std::vector<std::byte> frame;
  std::size_t body = 0;  // where the message begins
  std::int16_t version = 0;
};

class InFlight {
 public:
  using Done = std::move_only_function<void(Result<Reply>)>;

  struct Waiting {
    std::int32_t correlation_id = 0;
    std::int16_t api_key = 0;
    std::int16_t version = 0;
    env::Instant deadline{};
    Done done;
  };

  std::int32_t next_correlation_id() {
    return last_correlation_id_ = (last_correlation_id_ + 1) & 0x7fffffff;
  }
  void add(Waiting waiting) { waiting_.push_back(std::move(waiting)); }
  // Gives the answer to whom it is for. Error: corrupt, when it is of no request or of another one
  // than the oldest; the connection cannot go on.
  Result<> answered(std::vector<std::byte> frame);
  // Everybody who waits gets this error, in order.
  void fail_all(const Error& error);

  std::size_t size() const { return waiting_.size(); }
  std::optional<env::Instant> next_deadline() const;
  // The request that should have been answered by now.
  const Waiting* overdue(env::Instant now) const;

 private:
  std::deque<Waiting> waiting_;
  std::int32_t last_correlation_id_ = 0;
};

}  // namespace weir::rpc
