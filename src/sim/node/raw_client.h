#pragma once
// A client that knows frames and messages and nothing else: what it is told to send it sends, right
// or wrong, and it may send much before it reads. No retries, no versions negotiated.
//
//   RawClient client(env, {"broker", 9092});
//   CO_TRY(co_await client.connect());
//   CO_TRY_ASSIGN(auto answer, co_await client.call<wire::MetadataResponse>(request, 12));
//   answer->brokers...
//
// Lives on one shard. Messages are encoded when they are added; answers own what they point at.

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "base/task.h"
#include "rpc/answer.h"
#include "wire/api_key.h"
#include "wire/codec/codec.h"

namespace weir::sim {

using rpc::Answer;

class RawClient {
 public:
  RawClient(env::Env& env, env::Address broker) : env_(env), broker_(std::move(broker)) {}

  Task<Result<>> connect();  // again after a close, too
  bool is_connected() const { return connection_ != nullptr; }
  void close() { connection_.reset(); }

  // --- one at a time ---
  template <class Response, class Request>
  Task<Result<Answer<Response>>> call(const Request& request, std::int16_t version) {
    CO_TRY(add(request, version));
    auto sending = flush();
    CO_TRY(co_await std::move(sending));
    auto receiving = next<Response>(version);
    co_return co_await std::move(receiving);
  }

  // --- pipelined: add as many as wanted, flush, then next() for each ---
  template <class Request>
  Result<> add(const Request& request, std::int16_t version) {
    const std::size_t start = begin_frame(Request::api_key, version);
    TRY(wire::encode(request, version, output_));
    end_frame(start);
    return {};
  }
  // A header of this API and version before any body.
  void add_body(std::int16_t api_key, std::int16_t version, Bytes body);
  // What was added last is never answered (Produce with acks=0).
  void expect_no_answer() { unanswered_.pop_back(); }
  // Bytes as they are.
  void add_bytes(Bytes bytes) { output_.append(bytes); }
  Task<Result<>> flush();

  // The answer to the oldest request that has none yet. Error: corrupt, if it is of another.
  template <class Response>
  Task<Result<Answer<Response>>> next(std::int16_t version) {
    auto receiving = next_frame();
    CO_TRY_ASSIGN(auto frame, co_await std::move(receiving));
    CO_TRY_ASSIGN(const std::size_t body, read_header(frame, Response::api_key, version));
    co_return Answer<Response>::decode(std::move(frame), body, version);
  }
  // The next frame without its size. Errors: closed, when the broker closes the connection.
  Task<Result<std::vector<std::byte>>> next_frame();

 private:
  std::size_t begin_frame(std::int16_t api_key, std::int16_t version);
  void end_frame(std::size_t start);
  Result<std::size_t> read_header(Bytes frame, std::int16_t api_key, std::int16_t version);
  Task<Result<>> fill(std::size_t size);

  env::Env& env_;
  env::Address broker_;
  std::unique_ptr<env::Connection> connection_;
  wire::Output output_;
  std::vector<std::byte> input_;  // received and not handed out
  std::int32_t last_correlation_id_ = 0;
  std::deque<std::int32_t> unanswered_;
};

}  // namespace weir::sim
