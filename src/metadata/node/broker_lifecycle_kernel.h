#pragma once
// The states of a broker as it joins and leaves the cluster (BrokerLifecycleManager.java), without
// clock or port.
//
//   state                        becomes                        when
//   starting                     recovery                       the controller finds it caught up
//   recovery                     running                        it asked to be unfenced, and was
//   running                      pending_controlled_shutdown    want_shutdown()
//   pending_controlled_shutdown  shutting_down                  the controller lets it go
//   starting, recovery           shutting_down                  want_shutdown(): it leads nothing
//
// A stale epoch in any answer means that the registration is not in force any more: register again.

#include <cstdint>

#include "base/env/clock.h"
#include "metadata/node/broker_lifecycle.h"
#include "wire/error_code.h"

namespace weir::metadata {

class BrokerLifecycleKernel {
 public:
  explicit BrokerLifecycleKernel(env::Duration heartbeat_interval)
      : heartbeat_interval_(heartbeat_interval) {}

  BrokerState state() const { return state_; }
  BrokerEpoch epoch() const { return epoch_; }
  bool is_registered() const { return epoch_ >= 0; }

  enum class Registered : std::uint8_t { yes, retry, refused };
  Registered on_registration(wire::ErrorCode error, BrokerEpoch epoch);

  struct Wants {
    BrokerEpoch epoch = -1;
    bool fence = true;
    bool shut_down = false;
    bool says_cordoned_dirs = false;  // once it has caught up
  };
  Wants heartbeat() const;
  struct Answer {
    wire::ErrorCode error = wire::ErrorCode::none;
    bool is_caught_up = false;
    bool is_fenced = true;
    bool should_shut_down = false;
  };
  void on_heartbeat(const Answer& answer);
  // Until the next heartbeat or registration: short while something is waited for.
  env::Duration delay() const;

  void want_unfenced() { wants_unfenced_ = true; }
  void want_shutdown();
  void stop() { state_ = BrokerState::not_running; }

 private:
  env::Duration heartbeat_interval_;
  BrokerState state_ = BrokerState::starting;
  BrokerEpoch epoch_ = -1;
  bool wants_unfenced_ = false;
  bool caught_up_ = false;
};

}  // namespace weir::metadata
