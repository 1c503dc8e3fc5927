#include "rpc/pipe.h"

#include <fmt/format.h>

#include <utility>

#include "wire/api_key.h"
#include "wire/message/request_header.h"

namespace weir::rpc {

namespace {

constexpr std::size_t frame_size_bytes = 4;
constexpr std::size_t output_kept_max = 4 << 20;

std::string_view name_of_api(std::int16_t api_key) { return wire::find_api(api_key)->name; }

}  // namespace

BrokerConnection::Pipe::Pipe(env::Env& env_in, TaskScope& tasks, ConnectionOptions options,
                             std::unique_ptr<env::Connection> connection)
    : env(env_in),
      last_used(env_in.clock.now()),
      tasks_(tasks),
      options_(std::move(options)),
      connection_(std::move(connection)),
      reader_(options_.response_bytes_max) {}

void BrokerConnection::Pipe::start() {
  tasks_.spawn(read(shared_from_this()));
  watch_time();
}

// The frame joins output_, or nothing does.
Result<BrokerConnection::Pipe::Written> BrokerConnection::Pipe::encode(
    std::int16_t api_key, const void* request, const wire::MessageDescriptor& descriptor,
    std::int16_t version_max) {
  if (is_ended_) return fail(Errc::closed, "the connection is closed");
  TRY_ASSIGN(const std::int16_t version, versions.pick(api_key, version_max));
  const wire::ApiInfo& api = *wire::find_api(api_key);
  wire::RequestHeader header;
  header.request_api_key = api_key;
  header.request_api_version = version;
  header.correlation_id = in_flight.next_correlation_id();
  header.client_id = wire::Str(options_.client_id);
  const std::int16_t header_version = wire::request_header_version(api, version);
  TRY_ASSIGN(const auto header_size, wire::encoded_size(header, header_version));
  TRY_ASSIGN(const auto body_size, wire::codec_detail::encoded_size(request, descriptor, version));
  if (header_size + body_size > INT32_MAX) return fail(Errc::too_large, "a request beyond 2 GiB");
  store_be(output_.grow(frame_size_bytes), static_cast<std::int32_t>(header_size + body_size));
  CHECK(wire::encode(header, header_version, output_));
  CHECK(wire::codec_detail::encode(request, descriptor, version, output_));
  CHECK(output_.gaps().empty(), "a client's records are in memory");
  last_used = env.clock.now();
  schedule_sending();
  return Written{version, header.correlation_id};
}

void BrokerConnection::Pipe::submit(std::int16_t api_key, const void* request,
                                    const wire::MessageDescriptor& descriptor,
                                    const CallOptions& call, InFlight::Done done) {
  const auto written = encode(api_key, request, descriptor, call.version_max);
  if (!written) return done(std::unexpected(written.error()));
  const env::Instant deadline = env.clock.now() + call.timeout.value_or(options_.request_timeout);
  in_flight.add({written->correlation_id, api_key, written->version, deadline, std::move(done)});
  watch_time();
}

void BrokerConnection::Pipe::submit_unanswered(std::int16_t api_key, const void* request,
                                               const wire::MessageDescriptor& descriptor,
                                               const CallOptions& call, Sent sent) {
  const auto written = encode(api_key, request, descriptor, call.version_max);
  if (!written) return sent(std::unexpected(written.error()));
  sent_.push_back(std::move(sent));
}

// What is submitted in one turn leaves in one write.
void BrokerConnection::Pipe::schedule_sending() {
  if (std::exchange(sending_, true)) return;
  env.executor.at_end_of_turn([self = shared_from_this()] { self->tasks_.spawn(send(self)); });
}

Task<> BrokerConnection::Pipe::send(std::shared_ptr<Pipe> self) {
  while (!self->is_ended_ && !self->output_.bytes().empty()) {
    std::swap(self->output_, self->leaving_);
    std::vector<Sent> sent = std::exchange(self->sent_, {});
    const env::Piece piece{self->leaving_.bytes()};
    auto writing = self->connection_->write({&piece, 1});
    const Result<> written = co_await std::move(writing);
    if (self->leaving_.bytes_reserved() > output_kept_max) self->leaving_ = {};
    self->leaving_.clear();
    for (Sent& one : sent) one(written);
    if (!written) self->end(written.error());
  }
  self->sending_ = false;
}

Task<> BrokerConnection::Pipe::read(std::shared_ptr<Pipe> self) {
  while (!self->is_ended_) {
    auto waiting = self->connection_->readable();
    Result<> received = co_await std::move(waiting);
    if (received && !self->is_ended_) received = self->receive();
    if (!received) self->end(received.error());
  }
}

Result<> BrokerConnection::Pipe::receive() {
  const MutableBytes room = reader_.room();
  TRY_ASSIGN(const auto got, connection_->read_now(room));
  reader_.received(got.bytes);
  while (!is_ended_) {
    TRY_ASSIGN(auto answer, reader_.next());
    if (!answer) break;
    last_used = env.clock.now();
    is_known_ = true;
    TRY(in_flight.answered(std::move(*answer)));
  }
  if (got.end && is_known_) return fail(Errc::closed, "the broker closed the connection");
  if (got.end) {
    return fail(Errc::closed,
                "the connection was closed before any answer: a listener that speaks TLS, or no "
                "Kafka broker, may do so");
  }
  return {};
}

// One timer, for the next request that is overdue or for the end of an idle connection.
void BrokerConnection::Pipe::watch_time() {
  if (is_ended_) return;
  env::Instant next = last_used + options_.idle_time_max;
  if (const auto deadline = in_flight.next_deadline()) next = *deadline;
  if (timer_ && timer_at_ <= next) return;
  if (timer_) env.timers.cancel(*timer_);
  timer_at_ = next;
  timer_ = env.timers.start(next, [self = weak_from_this()] {
    if (const auto pipe = self.lock()) pipe->time_passed();
  });
}

void BrokerConnection::Pipe::time_passed() {
  timer_.reset();
  const env::Instant now = env.clock.now();
  if (const InFlight::Waiting* late = in_flight.overdue(now)) {
    end({Errc::timed_out, fmt::format("no answer to {} in time", name_of_api(late->api_key))});
  } else if (in_flight.size() == 0 && last_used + options_.idle_time_max <= now) {
    end({Errc::closed, "the connection was idle for connections.max.idle.ms"});
  }
  watch_time();
}

void BrokerConnection::Pipe::end(const Error& error) {
  if (std::exchange(is_ended_, true)) return;
  if (timer_) env.timers.cancel(*timer_);
  connection_->close();
  in_flight.fail_all(error);
  for (Sent& one : std::exchange(sent_, {})) one(std::unexpected(error));
}

}  // namespace weir::rpc
