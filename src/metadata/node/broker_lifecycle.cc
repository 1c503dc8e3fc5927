#include "metadata/node/broker_lifecycle.h"

#include <fmt/format.h>

#include "base/signal.h"
#include "base/task_scope.h"
#include "metadata/image/feature_levels.h"
#include "metadata/node/broker_lifecycle_kernel.h"
#include "wire/message/broker_heartbeat_request.h"
#include "wire/message/broker_heartbeat_response.h"
#include "wire/message/broker_registration_request.h"
#include "wire/message/broker_registration_response.h"

namespace weir::metadata {
namespace {

constexpr std::int16_t registration_version = 4;
constexpr std::int16_t heartbeat_version = 2;

}  // namespace

class BrokerLifecycle::Impl {
 public:
  Impl(env::Env& env, ControllerPort& port, BrokerLifecycleSettings settings,
       std::function<Offset()> applied_offset)
      : env_(env),
        port_(port),
        settings_(std::move(settings)),
        applied_offset_(std::move(applied_offset)),
        incarnation_id_(Uuid::random(env.random)),
        kernel_(std::chrono::milliseconds(settings_.broker_heartbeat_interval_ms)),
        changed_(env.executor),
        wake_(env.executor),
        tasks_(env.executor) {}

  Task<Result<>> start();
  Task<Result<>> become_ready();
  Task<Result<>> controlled_shutdown(env::Duration wait_max);
  Task<> stop();
  const BrokerLifecycleKernel& kernel() const { return kernel_; }

 private:
  Task<> run();
  Task<Result<>> register_once();
  Task<> beat_once();
  // Resumes when the state is reached, or left for good.
  Task<Result<>> until(BrokerState state, std::optional<env::Instant> deadline);
  Task<> pause(env::Duration duration);
  void poke();
  void fail_with(Error error);

  env::Env& env_;
  ControllerPort& port_;
  BrokerLifecycleSettings settings_;
  std::function<Offset()> applied_offset_;
  Uuid incarnation_id_;
  BrokerLifecycleKernel kernel_;
  Signal changed_;  // of the state
  Signal wake_;     // there is something to send at once
  TaskScope tasks_;
  bool poked_ = false;
  bool stopping_ = false;
  std::optional<Error> failed_;
};

Task<Result<>> BrokerLifecycle::Impl::start() {
  tasks_.spawn(run());
  const env::Instant deadline =
      env_.clock.now() +
      std::chrono::milliseconds(settings_.initial_broker_registration_timeout_ms);
  co_return co_await until(BrokerState::recovery, deadline);
}

Task<Result<>> BrokerLifecycle::Impl::become_ready() {
  kernel_.want_unfenced();
  poke();
  co_return co_await until(BrokerState::running, std::nullopt);
}

Task<Result<>> BrokerLifecycle::Impl::controlled_shutdown(env::Duration wait_max) {
  kernel_.want_shutdown();
  poke();
  co_return co_await until(BrokerState::shutting_down, env_.clock.now() + wait_max);
}

Task<> BrokerLifecycle::Impl::stop() {
  stopping_ = true;
  poke();
  changed_.notify();
  co_await tasks_.finished();
  kernel_.stop();
}

// Registration and heartbeats take turns on one task: never two requests under way at once.
Task<> BrokerLifecycle::Impl::run() {
  while (!stopping_ && !failed_) {
    if (!kernel_.is_registered()) {
      auto registering = register_once();
      const auto registered = co_await std::move(registering);
      if (!registered) {
        fail_with(registered.error());
        co_return;
      }
    }
    if (stopping_) co_return;
    if (kernel_.is_registered()) {
      auto beating = beat_once();
      co_await std::move(beating);
    }
    changed_.notify();
    if (kernel_.state() == BrokerState::shutting_down) co_return;
    auto pausing = pause(kernel_.delay());
    co_await std::move(pausing);
  }
}

Task<Result<>> BrokerLifecycle::Impl::register_once() {
  using Request = wire::BrokerRegistrationRequest;
  std::vector<Request::Listener> listeners;
  for (const auto& endpoint : settings_.listeners) {
    listeners.push_back({.name = endpoint.name,
                         .host = endpoint.host,
                         .port = endpoint.port,
                         .security_protocol = endpoint.security_protocol});
  }
  std::vector<Request::Feature> features;
  for (const auto& feature : supported_features()) {
    features.push_back({.name = feature.name,
                        .min_supported_version = feature.range.min,
                        .max_supported_version = feature.range.max});
  }
  Request request;
  request.broker_id = settings_.broker_id;
  request.cluster_id = settings_.cluster_id;
  request.incarnation_id = incarnation_id_;
  request.listeners = listeners;
  request.features = features;
  request.rack = settings_.rack ? wire::Str(*settings_.rack) : wire::Str::null();
  request.log_dirs = settings_.log_dirs;
  request.previous_broker_epoch = settings_.previous_broker_epoch;
  const RequestContext context;
  auto calling = call_controller<wire::BrokerRegistrationResponse>(
      port_, wire::ApiKey::broker_registration, registration_version, request, context);
  auto answer = co_await std::move(calling);
  if (!answer) {
    if (answer.error().code == Errc::busy) co_return Result<>();
    co_return std::unexpected(std::move(answer).error());
  }
  const auto& response = (*answer)->response;
  const auto error = static_cast<wire::ErrorCode>(response.error_code);
  if (kernel_.on_registration(error, response.broker_epoch) !=
      BrokerLifecycleKernel::Registered::refused) {
    co_return Result<>();
  }
  co_return fail(Errc::invalid, fmt::format("the controller refuses broker {}: {}",
                                            settings_.broker_id, wire::error_info(error).name));
}

Task<> BrokerLifecycle::Impl::beat_once() {
  const auto wants = kernel_.heartbeat();
  wire::BrokerHeartbeatRequest request;
  request.broker_id = settings_.broker_id;
  request.broker_epoch = wants.epoch;
  request.current_metadata_offset = applied_offset_();
  request.want_fence = wants.fence;
  request.want_shut_down = wants.shut_down;
  if (wants.says_cordoned_dirs) request.cordoned_log_dirs = wire::Array<Uuid>();
  const RequestContext context;
  auto calling = call_controller<wire::BrokerHeartbeatResponse>(
      port_, wire::ApiKey::broker_heartbeat, heartbeat_version, request, context);
  const auto answer = co_await std::move(calling);
  if (!answer) {
    if (answer.error().code != Errc::busy) fail_with(answer.error());
    co_return;
  }
  const auto& response = (*answer)->response;
  kernel_.on_heartbeat({static_cast<wire::ErrorCode>(response.error_code), response.is_caught_up,
                        response.is_fenced, response.should_shut_down});
}

Task<Result<>> BrokerLifecycle::Impl::until(BrokerState state,
                                            std::optional<env::Instant> deadline) {
  env::TimerId timer = 0;
  if (deadline) timer = env_.timers.start(*deadline, [this] { changed_.notify(); });
  Result<> result;
  while (kernel_.state() < state) {
    if (failed_) {
      result = std::unexpected(*failed_);
      break;
    }
    if (stopping_) {
      result = fail(Errc::closed, "the broker stops");
      break;
    }
    if (deadline && env_.clock.now() >= *deadline) {
      result = fail(Errc::timed_out, "the controller has not answered in time");
      break;
    }
    co_await changed_.wait();
  }
  if (deadline) env_.timers.cancel(timer);
  co_return result;
}

Task<> BrokerLifecycle::Impl::pause(env::Duration duration) {
  if (std::exchange(poked_, false) || stopping_) co_return;
  const env::TimerId timer =
      env_.timers.start(env_.clock.now() + duration, [this] { wake_.notify(); });
  co_await wake_.wait();
  env_.timers.cancel(timer);
  poked_ = false;
}

void BrokerLifecycle::Impl::poke() {
  poked_ = true;
  wake_.notify();
}

void BrokerLifecycle::Impl::fail_with(Error error) {
  failed_ = std::move(error);
  changed_.notify();
}

BrokerLifecycle::BrokerLifecycle(env::Env& env, ControllerPort& port,
                                 BrokerLifecycleSettings settings,
                                 std::function<Offset()> applied_offset)
    : impl_(std::make_unique<Impl>(env, port, std::move(settings), std::move(applied_offset))) {}
BrokerLifecycle::~BrokerLifecycle() = default;
Task<Result<>> BrokerLifecycle::start() { return impl_->start(); }
Task<Result<>> BrokerLifecycle::become_ready() { return impl_->become_ready(); }
Task<Result<>> BrokerLifecycle::controlled_shutdown(env::Duration wait_max) {
  return impl_->controlled_shutdown(wait_max);
}
Task<> BrokerLifecycle::stop() { return impl_->stop(); }
BrokerState BrokerLifecycle::state() const { return impl_->kernel().state(); }
BrokerEpoch BrokerLifecycle::broker_epoch() const { return impl_->kernel().epoch(); }

}  // namespace weir::metadata
