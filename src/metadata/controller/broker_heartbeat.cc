// BrokerHeartbeat: a broker says that it lives and what it wants; the controller fences, unfences
// and lets go (BrokerHeartbeatManager.calculateNextBrokerState).

#include "wire/message/broker_heartbeat_request.h"

#include <algorithm>

#include "metadata/controller/handlers.h"
#include "metadata/controller/leader_and_isr.h"
#include "wire/message/broker_heartbeat_response.h"
#include "wire/message/broker_registration_change_record.h"

namespace weir::metadata {
namespace {

enum class State : std::uint8_t { fenced, unfenced, controlled_shutdown, shutdown_now };

State current_state(const Broker& broker, const Sessions& sessions) {
  if (sessions.shutting_down(broker.id)) return State::controlled_shutdown;
  return broker.fenced ? State::fenced : State::unfenced;
}

State next_state(const wire::BrokerHeartbeatRequest& request, const Broker& broker,
                 const ControllerContext& context, State current) {
  const auto leads = [&] { return has_leaderships(context.image, broker.id); };
  switch (current) {
    case State::fenced:
      if (request.want_shut_down) return State::shutdown_now;
      // Unfenced only when it has seen its own registration, so that it knows what it leads.
      return !request.want_fence && request.current_metadata_offset >= broker.registration_offset
                 ? State::unfenced
                 : State::fenced;
    case State::unfenced:
      if (request.want_fence) return request.want_shut_down ? State::shutdown_now : State::fenced;
      if (request.want_shut_down) return leads() ? State::controlled_shutdown : State::shutdown_now;
      return State::unfenced;
    case State::controlled_shutdown:
      // The others must have applied that it no longer leads.
      return !leads() && context.sessions.controlled_shutdown_offset(broker.id) <=
                             context.sessions.lowest_active_offset(context.image)
                 ? State::shutdown_now
                 : State::controlled_shutdown;
    case State::shutdown_now:
      break;
  }
  return State::shutdown_now;
}

void change_state(ControllerContext& context, const Broker& broker, State next) {
  switch (next) {
    case State::fenced:
    case State::shutdown_now:
      broker_fenced(context, broker);
      break;
    case State::unfenced:
      broker_unfenced(context, broker);
      break;
    case State::controlled_shutdown:
      broker_in_controlled_shutdown(context, broker);
      break;
  }
}

void cordon_directories(ControllerContext& context, const Broker& broker,
                        const wire::Array<Uuid>& cordoned) {
  if (cordoned.is_null() || !context.version().is_cordoned_log_dirs_supported()) return;
  std::vector<Uuid> wanted(cordoned.begin(), cordoned.end());
  if (broker.cordoned_log_dirs) {
    std::vector<Uuid> present = *broker.cordoned_log_dirs;
    std::vector<Uuid> sorted = wanted;
    std::sort(present.begin(), present.end());
    std::sort(sorted.begin(), sorted.end());
    if (present == sorted) return;
  }
  wire::BrokerRegistrationChangeRecord record;
  record.broker_id = broker.id;
  record.broker_epoch = broker.epoch;
  record.cordoned_log_dirs = cordoned;
  context.records.add(record, 3);
}

}  // namespace

void handle(const wire::BrokerHeartbeatRequest& request, wire::BrokerHeartbeatResponse& response,
            ControllerContext& context) {
  const ApiError stale = check_broker_epoch(context.image, request.broker_id, request.broker_epoch);
  if (!stale.ok()) {
    response.error_code = code_of(stale.code);
    return;
  }
  Sessions& sessions = context.sessions;
  const Broker& broker = *context.image.broker(request.broker_id);
  sessions.heard_of(broker.id, broker.epoch, context.now);
  const State current = current_state(broker, sessions);
  const State next = next_state(request, broker, context, current);
  if (next != current) change_state(context, broker, next);

  const bool is_fenced = next == State::fenced || next == State::shutdown_now;
  sessions.set_metadata_offset(broker.id, request.current_metadata_offset);
  if (is_fenced) sessions.end_controlled_shutdown(broker.id);
  if (context.version().is_directory_assignment_supported()) {
    directories_offline(context, broker,
                        {request.offline_log_dirs.begin(), request.offline_log_dirs.end()});
  }
  cordon_directories(context, broker, request.cordoned_log_dirs);
  if (next == State::controlled_shutdown) {
    const auto added = static_cast<Offset>(context.records.size());
    sessions.begin_controlled_shutdown(broker.id, context.next_offset + added - 1);
  }
  context.is_atomic = false;
  response.is_caught_up = request.current_metadata_offset >= broker.registration_offset;
  response.is_fenced = is_fenced;
  response.should_shut_down = next == State::shutdown_now;
}

}  // namespace weir::metadata
