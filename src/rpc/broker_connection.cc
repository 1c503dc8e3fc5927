#include "rpc/broker_connection.h"

#include <utility>

#include "base/one_shot.h"
#include "rpc/pipe.h"
#include "wire/error_code.h"
#include "wire/message/api_versions_request.h"
#include "wire/message/api_versions_response.h"

namespace weir::rpc {
namespace {

using Dialled = OneShot<Result<std::unique_ptr<env::Connection>>>;

Task<> dial(env::Env& env, env::Address address, std::shared_ptr<Dialled> dialled,
            Cancellation stop) {
  auto connecting = env.network.connect(std::move(address), std::move(stop));
  auto connected = co_await std::move(connecting);
  if (!dialled->is_set()) dialled->set(std::move(connected));
}

// A connection that comes too late is closed by whoever dialled. Nobody is left dialling for long.
Task<Result<std::unique_ptr<env::Connection>>> dial_within(env::Env& env, TaskScope& tasks,
                                                           env::Address address,
                                                           std::chrono::milliseconds limit,
                                                           Cancellation stop) {
  const auto dialled = std::make_shared<Dialled>(env.executor);
  Cancellation end;
  tasks.spawn(dial(env, std::move(address), dialled, end));
  const auto timer = env.timers.start(env.clock.now() + limit, [dialled] {
    if (!dialled->is_set()) dialled->set(fail(Errc::timed_out, "no connection in time"));
  });
  const auto give_up = [dialled] {
    if (!dialled->is_set()) dialled->set(fail(Errc::closed, "the connection was given up"));
  };
  const OnCancel on_stop(stop, give_up);
  auto connected = co_await *dialled;
  env.timers.cancel(timer);
  end.request();
  co_return connected;
}

using Replied = OneShot<Result<Reply>>;
Task<Result<Reply>> await_reply(std::shared_ptr<Replied> replied) { co_return co_await *replied; }

using Told = OneShot<Result<>>;
Task<Result<>> await_told(std::shared_ptr<Told> told) { co_return co_await *told; }

// A broker that does not know our version answers in version 0, with the versions that it serves.
Result<VersionTable> read_versions(Reply reply) {
  const Bytes body = Bytes(reply.frame).subspan(reply.body);
  if (body.size() < 2) return fail(Errc::corrupt, "an answer to ApiVersions that is cut off");
  const auto error = load_be<std::int16_t>(body.data());
  const bool is_refusal = error == wire::code_of(wire::ErrorCode::unsupported_version);
  const std::int16_t version = is_refusal ? std::int16_t{0} : reply.version;
  TRY_ASSIGN(const auto answer, Answer<wire::ApiVersionsResponse>::decode(std::move(reply.frame),
                                                                          reply.body, version));
  if (error != 0 && !is_refusal) {
    return fail(Errc::unsupported, std::string(wire::error_info(error).name));
  }
  return VersionTable(*answer);
}

}  // namespace

Task<Result<std::unique_ptr<BrokerConnection>>> BrokerConnection::open(env::Env& env,
                                                                       TaskScope& tasks,
                                                                       env::Address address,
                                                                       ConnectionOptions options,
                                                                       Cancellation stop) {
  auto dialling = dial_within(env, tasks, std::move(address), options.setup_timeout, stop);
  CO_TRY_ASSIGN(auto socket, co_await std::move(dialling));
  wire::ApiVersionsRequest request;
  const std::string version = options.software_version;
  request.client_software_name = "weir";
  request.client_software_version = wire::Str(version);
  auto pipe = std::make_shared<Pipe>(env, tasks, std::move(options), std::move(socket));
  std::unique_ptr<BrokerConnection> opened(new BrokerConnection(pipe));
  pipe->start();
  const auto close = [pipe] { pipe->end({Errc::closed, "the connection was given up"}); };
  const OnCancel on_stop(stop, close);
  constexpr auto key = wire::ApiVersionsRequest::api_key;
  auto asking = opened->submit(key, &request, wire::ApiVersionsRequest::descriptor, {});
  CO_TRY_ASSIGN(auto reply, co_await std::move(asking));
  const bool was_refused = reply.frame.size() >= reply.body + 2 &&
                           load_be<std::int16_t>(reply.frame.data() + reply.body) ==
                               wire::code_of(wire::ErrorCode::unsupported_version);
  CO_TRY_ASSIGN(pipe->versions, read_versions(std::move(reply)));
  if (!was_refused) co_return opened;
  // Brokers before 2.4 name no version of ApiVersions above their own; 0 is served by all.
  CallOptions again;
  if (!pipe->versions.serves(key)) again.version_max = 0;
  auto asking_again = opened->submit(key, &request, wire::ApiVersionsRequest::descriptor, again);
  CO_TRY_ASSIGN(auto second, co_await std::move(asking_again));
  CO_TRY_ASSIGN(pipe->versions, read_versions(std::move(second)));
  co_return opened;
}

BrokerConnection::BrokerConnection(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}

BrokerConnection::~BrokerConnection() { close(); }

Task<Result<Reply>> BrokerConnection::submit(std::int16_t api_key, const void* request,
                                             const wire::MessageDescriptor& descriptor,
                                             CallOptions options) {
  auto replied = std::make_shared<Replied>(pipe_->env.executor);
  pipe_->submit(api_key, request, descriptor, options,
                [replied](Result<Reply> reply) { replied->set(std::move(reply)); });
  return await_reply(std::move(replied));
}

Task<Result<>> BrokerConnection::submit_unanswered(std::int16_t api_key, const void* request,
                                                   const wire::MessageDescriptor& descriptor,
                                                   CallOptions options) {
  auto told = std::make_shared<Told>(pipe_->env.executor);
  pipe_->submit_unanswered(api_key, request, descriptor, options,
                           [told](Result<> result) { told->set(std::move(result)); });
  return await_told(std::move(told));
}

bool BrokerConnection::is_open() const { return !pipe_->is_ended(); }
const VersionTable& BrokerConnection::versions() const { return pipe_->versions; }
std::size_t BrokerConnection::in_flight() const { return pipe_->in_flight.size(); }
env::Instant BrokerConnection::last_used() const { return pipe_->last_used; }
void BrokerConnection::close() { pipe_->end({Errc::closed, "the connection was closed"}); }

}  // namespace weir::rpc
