// The calls of a group's member: what Membership wants done, one step after the other, and
// heartbeats beside them.

#include <fmt/format.h>

#include <algorithm>

#include "client/consumer/consumer_state.h"
#include "wire/message/find_coordinator_request.h"
#include "wire/message/find_coordinator_response.h"
#include "wire/message/heartbeat_request.h"
#include "wire/message/heartbeat_response.h"
#include "wire/message/join_group_request.h"
#include "wire/message/join_group_response.h"
#include "wire/message/leave_group_request.h"
#include "wire/message/leave_group_response.h"
#include "wire/message/sync_group_request.h"
#include "wire/message/sync_group_response.h"

namespace weir::client {

using Kind = MembershipStep::Kind;
using wire::ErrorCode;

namespace {

// What a JoinGroup may take longer than the group is given for it.
constexpr std::chrono::milliseconds join_grace{5'000};
// FindCoordinator of one key; later versions take many.
constexpr std::int16_t find_one_version = 3;

GroupTopics topics_of(const ClusterView& view, const std::set<std::string>& names) {
  GroupTopics out;
  for (const std::string& name : names) {
    const TopicInfo* topic = view.find_topic(name);
    if (!topic || topic->error != ErrorCode::none) continue;
    ReplicaRacks racks;
    for (const PartitionInfo& partition : topic->partitions) {
      auto& of_partition = racks.emplace_back();
      for (const BrokerId replica : partition.replicas) {
        const auto broker = view.brokers.find(replica);
        if (broker != view.brokers.end() && broker->second.rack) {
          of_partition.push_back(*broker->second.rack);
        }
      }
    }
    out.emplace(name, std::move(racks));
  }
  return out;
}

}  // namespace

Task<Outcome<Cluster::Connection>> ConsumerState::coordinator(env::Instant deadline) {
  if (membership.coordinator() == no_broker) {
    membership.use_coordinator();
    changed.notify();
    co_return fail(ErrorCode::coordinator_not_available, "group '" + options.group.group_id + "'");
  }
  auto connecting =
      patience.wait(cluster.connection(membership.coordinator(), deadline, Lane::group));
  co_return co_await std::move(connecting);
}

Task<> ConsumerState::run_group() {
  while (!is_closed) {
    if (is_waiting) membership.polled(now());
    membership.tick(now());
    MembershipStep step = membership.next(now());
    if (is_closing) step.kind = Kind::wait;  // close() does the rest
    switch (step.kind) {
      case Kind::find_coordinator: {
        auto finding = find_coordinator();
        co_await std::move(finding);
        break;
      }
      case Kind::join: {
        auto joining = join();
        co_await std::move(joining);
        break;
      }
      case Kind::sync: {
        auto syncing = sync();
        co_await std::move(syncing);
        break;
      }
      case Kind::leave: {
        auto leaving = leave();
        co_await std::move(leaving);
        break;
      }
      case Kind::wait:
      case Kind::give_up:
      case Kind::take:
      case Kind::failed: {
        // The application's poll takes part in these. It may also be away for too long.
        const env::Instant overdue = now() + options.group.poll_interval_max;
        co_await changed.wait_until(env.timers, std::min(step.at, overdue));
        continue;
      }
    }
    changed.notify();
  }
}

Task<> ConsumerState::find_coordinator() {
  membership.begun(Kind::find_coordinator, now());
  auto connecting = patience.wait(cluster.any_connection(call_deadline()));
  const auto connection = co_await std::move(connecting);
  if (!connection) {
    membership.call_failed(connection.error(), now());
    co_return;
  }
  wire::FindCoordinatorRequest request;
  request.key = options.group.group_id;
  auto calling = (*connection)
                     ->call<wire::FindCoordinatorResponse>(
                         request, {.timeout = {}, .version_max = find_one_version});
  auto waiting = patience.wait(std::move(calling));
  const auto answer = co_await std::move(waiting);
  if (!answer) {
    membership.call_failed(answer.error(), now());
    co_return;
  }
  const auto code = wire::error_info((*answer)->error_code).code;
  if (code != ErrorCode::none) {
    membership.call_failed(Failure(code, "coordinator of group '" + options.group.group_id + "'"),
                           now());
    co_return;
  }
  const BrokerId broker = (*answer)->node_id;
  if (!cluster.view()->brokers.contains(broker)) {
    auto refreshing = patience.wait(cluster.refresh(call_deadline()));
    (void)co_await std::move(refreshing);
  }
  membership.coordinator_found(broker, now());
}

Task<> ConsumerState::join() {
  membership.begun(Kind::join, now());
  auto connecting = coordinator(call_deadline());
  const auto connection = co_await std::move(connecting);
  if (!connection) {
    membership.call_failed(connection.error(), now());
    co_return;
  }
  wire::Arena arena;
  const auto request = membership.join_request(arena);
  joining_on = *connection;
  const auto timeout = std::max(cluster.options().connection.request_timeout,
                                options.group.poll_interval_max + join_grace);
  auto calling =
      patience.wait((*connection)->call<wire::JoinGroupResponse>(request, {.timeout = timeout}));
  const auto answer = co_await std::move(calling);
  joining_on.reset();
  if (answer) {
    membership.joined(**answer, now());
  } else {
    membership.call_failed(answer.error(), now());
  }
}

Task<> ConsumerState::sync() {
  membership.begun(Kind::sync, now());
  GroupTopics topics;
  if (membership.is_leader()) {
    const auto wanted = membership.group_topics();
    const std::vector<std::string> names(wanted.begin(), wanted.end());
    cluster.want(names);
    if (std::ranges::any_of(names, [&](const auto& name) { return lacks(name); })) {
      auto refreshing = patience.wait(cluster.refresh(call_deadline()));
      (void)co_await std::move(refreshing);
    }
    topics = topics_of(*cluster.view(), wanted);
    divided.clear();
    for (const std::string& name : names) {
      const auto found = topics.find(name);
      divided[name] = found == topics.end() ? 0 : found->second.size();
    }
  }
  auto connecting = coordinator(call_deadline());
  const auto connection = co_await std::move(connecting);
  if (!connection) {
    membership.call_failed(connection.error(), now());
    co_return;
  }
  wire::Arena arena;
  const auto request = membership.sync_request(topics, arena);
  joining_on = *connection;
  auto calling = patience.wait((*connection)->call<wire::SyncGroupResponse>(request));
  const auto answer = co_await std::move(calling);
  joining_on.reset();
  if (answer) {
    membership.synced(**answer, now());
    const MemberIdentity& self = membership.identity();
    if (self.generation == no_generation) co_return;
    env.log.write(env::Level::info, "client",
                  fmt::format("group '{}': generation {} as {}", options.group.group_id,
                              self.generation, self.member_id));
  } else {
    membership.call_failed(answer.error(), now());
  }
}

// One try: who is not heard leaves when its session ends.
Task<> ConsumerState::leave() {
  membership.begun(Kind::leave, now());
  auto leaving = send_leave();
  co_await std::move(leaving);
  membership.left();
}

// Neither behind a JoinGroup that may wait nor behind a Fetch, for fetch.max.wait.ms, if that can
// be.
Task<> ConsumerState::send_leave() {
  wire::Arena arena;
  const auto request = membership.leave_request(arena);
  const Lane lane = joining_on ? Lane::data : Lane::group;
  auto connecting =
      patience.wait(cluster.connection(membership.coordinator(), call_deadline(), lane));
  const auto connection = co_await std::move(connecting);
  if (!connection) co_return;
  auto calling = patience.wait((*connection)->call<wire::LeaveGroupResponse>(request));
  (void)co_await std::move(calling);
}

Task<> ConsumerState::run_heartbeats() {
  while (!is_closed) {
    const auto due = membership.heartbeat_at();
    if (!due || *due > now()) {
      const env::Instant at =
          due ? *due : now() + std::chrono::milliseconds(options.group.heartbeat_interval);
      co_await changed.wait_until(env.timers, at);
      continue;
    }
    membership.heartbeat_sent(now());
    auto connecting = coordinator(call_deadline());
    const auto connection = co_await std::move(connecting);
    if (!connection) {
      membership.heartbeat_failed(now());
      changed.notify();
      continue;
    }
    const MemberIdentity self = membership.identity();
    auto calling =
        patience.wait((*connection)->call<wire::HeartbeatResponse>(membership.heartbeat_request()));
    const auto answer = co_await std::move(calling);
    if (answer) {
      membership.heartbeat_answered(wire::error_info((*answer)->error_code).code, self);
    } else {
      membership.heartbeat_failed(now());
    }
    changed.notify();
  }
}

}  // namespace weir::client
