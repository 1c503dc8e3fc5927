#pragma once
// Pipe: the inside of a BrokerConnection. Its reading and writing tasks hold it, so that it may
// outlive the connection by a turn of the loop.

#include <memory>
#include <optional>
#include <vector>

#include "rpc/answer_reader.h"
#include "rpc/broker_connection.h"

namespace weir::rpc {

class BrokerConnection::Pipe : public std::enable_shared_from_this<Pipe> {
 public:
  Pipe(env::Env& env_in, TaskScope& tasks, ConnectionOptions options,
       std::unique_ptr<env::Connection> connection);
  ~Pipe() { CHECK(is_ended_, "a pipe is ended before it goes"); }

  void start();  // reading
  // Encodes at once; `done` is called from the loop or within this call.
  void submit(std::int16_t api_key, const void* request, const wire::MessageDescriptor& descriptor,
              const CallOptions& call, InFlight::Done done);
  using Sent = std::move_only_function<void(Result<>)>;
  void submit_unanswered(std::int16_t api_key, const void* request,
                         const wire::MessageDescriptor& descriptor, const CallOptions& call,
                         Sent sent);
  void end(const Error& error);

  env::Env& env;
  VersionTable versions;
  InFlight in_flight;
  env::Instant last_used{};
  bool is_ended() const { return is_ended_; }

 private:
  struct Written {
    std::int16_t version;
    std::int32_t correlation_id;
  };
  Result<Written> encode(std::int16_t api_key, const void* request,
                         const wire::MessageDescriptor& descriptor, std::int16_t version_max);
  void schedule_sending();
  static Task<> send(std::shared_ptr<Pipe> self);
  static Task<> read(std::shared_ptr<Pipe> self);
  Result<> receive();
  void watch_time();
  void time_passed();

  TaskScope& tasks_;
  ConnectionOptions options_;
  std::unique_ptr<env::Connection> connection_;
  AnswerReader reader_;
  wire::Output output_;     // encoded and not yet handed to the system
  wire::Output leaving_;    // handed to it, until it has taken everything
  std::vector<Sent> sent_;  // who waits for output_ to be
  bool sending_ = false;    // or scheduled
  bool is_ended_ = false;
  bool is_known_ = false;  // it has answered
  std::optional<env::TimerId> timer_;
  env::Instant timer_at_{};
};

}  // namespace weir::rpc
