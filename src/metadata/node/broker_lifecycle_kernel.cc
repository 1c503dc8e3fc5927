#include "metadata/node/broker_lifecycle_kernel.h"

#include "base/check.h"

namespace weir::metadata {
namespace {

constexpr env::Duration waiting_delay = std::chrono::milliseconds(10);
constexpr env::Duration registration_delay = std::chrono::milliseconds(100);

}  // namespace

BrokerLifecycleKernel::Registered BrokerLifecycleKernel::on_registration(wire::ErrorCode error,
                                                                         BrokerEpoch epoch) {
  using wire::ErrorCode;
  if (error == ErrorCode::none) {
    epoch_ = epoch;
    caught_up_ = false;
    return Registered::yes;
  }
  // The old session ends by itself; a controller is found by and by. The rest does not heal.
  const bool heals = error == ErrorCode::duplicate_broker_registration ||
                     error == ErrorCode::not_controller || error == ErrorCode::request_timed_out;
  return heals ? Registered::retry : Registered::refused;
}

BrokerLifecycleKernel::Wants BrokerLifecycleKernel::heartbeat() const {
  CHECK(is_registered(), "only a registered broker beats");
  Wants wants;
  wants.epoch = epoch_;
  wants.shut_down = state_ == BrokerState::pending_controlled_shutdown;
  wants.fence = !wants_unfenced_ && !wants.shut_down;
  wants.says_cordoned_dirs = caught_up_;
  return wants;
}

void BrokerLifecycleKernel::on_heartbeat(const Answer& answer) {
  if (answer.error == wire::ErrorCode::stale_broker_epoch) {
    epoch_ = -1;
    return;
  }
  if (answer.error != wire::ErrorCode::none) return;
  caught_up_ = caught_up_ || answer.is_caught_up;
  switch (state_) {
    case BrokerState::starting:
      if (answer.is_caught_up) state_ = BrokerState::recovery;
      break;
    case BrokerState::recovery:
      if (wants_unfenced_ && !answer.is_fenced) state_ = BrokerState::running;
      break;
    case BrokerState::pending_controlled_shutdown:
      if (answer.should_shut_down) state_ = BrokerState::shutting_down;
      break;
    case BrokerState::running:
    case BrokerState::shutting_down:
    case BrokerState::not_running:
      break;
  }
}

env::Duration BrokerLifecycleKernel::delay() const {
  if (!is_registered()) return registration_delay;
  const bool waits = state_ == BrokerState::starting ||
                     state_ == BrokerState::pending_controlled_shutdown ||
                     (state_ == BrokerState::recovery && wants_unfenced_);
  return waits ? waiting_delay : heartbeat_interval_;
}

void BrokerLifecycleKernel::want_shutdown() {
  if (state_ == BrokerState::running) {
    state_ = BrokerState::pending_controlled_shutdown;
  } else if (state_ == BrokerState::starting || state_ == BrokerState::recovery) {
    state_ = BrokerState::shutting_down;
  }
}

}  // namespace weir::metadata
