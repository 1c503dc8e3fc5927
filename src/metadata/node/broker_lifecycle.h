#pragma once
// BrokerLifecycle: a broker's registration with the controller and its heartbeats (KIP-631),
// through the port. Lives on shard 0. Order for a broker: start() -> (recover logs, apply images)
// -> become_ready() -> serve; at a stop controlled_shutdown(), then stop().
//
// A STALE_BROKER_EPOCH answer re-registers. With no answer for the session's length the controller
// fences the broker; is_fenced() in the image says so, and heartbeats go on.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/task.h"
#include "metadata/controller/controller_port.h"
#include "metadata/image/image.h"

namespace weir::metadata {

struct BrokerLifecycleSettings {
  BrokerId broker_id = no_broker;
  std::string cluster_id;
  std::vector<Endpoint> listeners;  // advertised; the controller's listener is not among them
  std::optional<std::string> rack;
  std::vector<Uuid> log_dirs;
  BrokerEpoch previous_broker_epoch = -1;  // from the clean-shutdown marker
  std::int64_t broker_heartbeat_interval_ms = 2000;
  std::int64_t initial_broker_registration_timeout_ms = 60000;
};

enum class BrokerState : std::uint8_t {
  not_running,
  starting,  // registering, catching up
  recovery,  // caught up, fenced
  running,
  pending_controlled_shutdown,
  shutting_down,
};

class BrokerLifecycle {
 public:
  // `applied_offset` gives the offset of the last image that the broker has applied.
  BrokerLifecycle(env::Env& env, ControllerPort& port, BrokerLifecycleSettings settings,
                  std::function<Offset()> applied_offset);
  ~BrokerLifecycle();

  // Registers and returns when the controller finds the broker caught up. Errors: timed_out, and
  // the controller's refusals by name (invalid).
  Task<Result<>> start();
  // Asks to be unfenced; returns when the controller has done it.
  Task<Result<>> become_ready();
  // Asks the controller to move leaders away; returns when it may stop, or timed_out.
  Task<Result<>> controlled_shutdown(env::Duration wait_max);
  Task<> stop();

  BrokerState state() const;
  BrokerEpoch broker_epoch() const;  // -1 before start()

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::metadata
