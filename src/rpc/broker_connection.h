#pragma once
// BrokerConnection: one connection to one broker, a pipeline in order. Calls may overlap; requests
// leave in the order of the calls, those of one turn in one gathered write, and answers come in
// that order. Versions are negotiated once, when it opens (ApiVersions, KIP-35 and KIP-511).
//
//   auto opening = BrokerConnection::open(env, tasks, address, options);
//   CO_TRY_ASSIGN(auto connection, co_await std::move(opening));
//   auto calling = connection->call<wire::MetadataResponse>(request);
//   CO_TRY_ASSIGN(auto answer, co_await std::move(calling));
//
// A call's errors: unsupported (no version both sides know, or none that can carry the message),
// timed_out (the connection is then closed: whatever came later would be out of order), closed
// (lost before the answer), corrupt (what came is not Kafka; says what it looks like, a web server
// or TLS), too_large. After timed_out, closed and corrupt the request may have been carried out.
//
// Lives on one shard. Destroying it closes it; calls that wait end with `closed` from the loop.
// What reads and writes are tasks of `tasks`, which end soon after and may outlive it.

#include <cstdint>
#include <memory>
#include <optional>

#include "base/env/env.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_scope.h"
#include "rpc/answer.h"
#include "rpc/connection_options.h"
#include "rpc/in_flight.h"
#include "rpc/version_table.h"
#include "wire/codec/codec.h"

namespace weir::rpc {

struct CallOptions {
  std::optional<std::chrono::milliseconds> timeout;  // request.timeout.ms when absent
  std::int16_t version_max = INT16_MAX;              // where a caller cannot use a later one
};

class BrokerConnection {
 public:
  // Errors: io and timed_out (nobody there), closed, corrupt, unsupported. `stop` ends an attempt
  // at once: closed.
  static Task<Result<std::unique_ptr<BrokerConnection>>> open(env::Env& env, TaskScope& tasks,
                                                              env::Address address,
                                                              ConnectionOptions options,
                                                              Cancellation stop = {});
  ~BrokerConnection();
  BrokerConnection(const BrokerConnection&) = delete;
  BrokerConnection& operator=(const BrokerConnection&) = delete;

  // `request` is encoded before this returns, the call is on its way whether the task is awaited or
  // not, and dropping the task only drops the answer.
  template <class Response, class Request>
  Task<Result<Answer<Response>>> call(const Request& request, CallOptions options = {}) {
    return answer_of<Response>(submit(Request::api_key, &request, Request::descriptor, options));
  }
  // A request that has no answer: Produce with acks=0. Done when it is handed to the system.
  template <class Request>
  Task<Result<>> tell(const Request& request, CallOptions options = {}) {
    return submit_unanswered(Request::api_key, &request, Request::descriptor, options);
  }

  bool is_open() const;
  const VersionTable& versions() const;  // what the broker serves and what we can say
  std::size_t in_flight() const;         // calls without an answer yet
  env::Instant last_used() const;
  void close();

 private:
  class Pipe;
  explicit BrokerConnection(std::shared_ptr<Pipe> pipe);
  Task<Result<Reply>> submit(std::int16_t api_key, const void* request,
                             const wire::MessageDescriptor& descriptor, CallOptions options);
  Task<Result<>> submit_unanswered(std::int16_t api_key, const void* request,
                                   const wire::MessageDescriptor& descriptor, CallOptions options);
  template <class Response>
  static Task<Result<Answer<Response>>> answer_of(Task<Result<Reply>> replying) {
    CO_TRY_ASSIGN(auto reply, co_await std::move(replying));
    co_return Answer<Response>::decode(std::move(reply.frame), reply.body, reply.version);
  }

  std::shared_ptr<Pipe> pipe_;
};

}  // namespace weir::rpc
