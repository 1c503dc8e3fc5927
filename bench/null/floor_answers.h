#pragma once
// What the floor answers: every topic exists with so many partitions, every batch is acknowledged
// and forgotten, every fetch gets the same batches at the offsets it asked for. Requests are
// decoded and answers encoded by the program's own codec; no record is looked at.

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "socket/send_queue.h"
#include "wire/api_key.h"
#include "wire/codec/codec.h"

namespace weir::bench {

struct FloorOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::int32_t partitions = 1;
  std::size_t fetch_bytes = 1 << 20;  // the most that one partition of an answer holds
};

// One for each connection: batches of a fetch are stamped in place, and are out before the next
// request is looked at.
class FloorAnswers {
 public:
  // `batch` outlives this.
  FloorAnswers(const FloorOptions& options, Bytes batch) : options_(&options), batch_(batch) {}

  // Appends the answer to one request (a frame without its size). Errors: corrupt, unsupported.
  Result<> answer(Bytes frame, SendQueue& out);

 private:
  struct Request {
    wire::ApiKey key;
    std::int16_t version;
    std::int32_t correlation;
    Bytes body;
  };
  Result<> answer_as(const Request& request, SendQueue& out);
  Result<> api_versions(const Request& request, SendQueue& out);
  Result<> metadata(const Request& request, SendQueue& out);
  Result<> produce(const Request& request, SendQueue& out);
  Result<> fetch(const Request& request, SendQueue& out);
  Result<> list_offsets(const Request& request, SendQueue& out);
  Result<> init_producer_id(const Request& request, SendQueue& out);
  Result<> find_coordinator(const Request& request, SendQueue& out);
  template <class M>
  Result<> put(const Request& request, const M& message, SendQueue& out);

  // Batches from `offset` on, `bytes` of them at most but one at least.
  Bytes batches_from(std::size_t slot, std::int64_t offset, std::size_t bytes);

  const FloorOptions* options_;
  Bytes batch_;
  wire::Arena arena_;
  wire::Output output_;
  std::vector<std::vector<std::byte>> slots_;  // one for each partition of an answer
};

}  // namespace weir::bench
