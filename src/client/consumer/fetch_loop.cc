// What runs while partitions are assigned: finding out where to begin, and fetching ahead.

#include <algorithm>

#include "client/consumer/consumer_state.h"
#include "client/consumer/fetch/fetch_error.h"
#include "client/consumer/fetch/fetch_leaders.h"
#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"
#include "wire/message/offset_for_leader_epoch_request.h"
#include "wire/message/offset_for_leader_epoch_response.h"

namespace weir::client {

using Stage = PartitionState::Stage;
using wire::ErrorCode;

namespace {

constexpr std::int16_t fetch_by_name_version = 12;  // later ones name topics by id alone
constexpr std::chrono::minutes near_replica_age{5};

}  // namespace

Task<> ConsumerState::run_fetches() {
  while (!is_closed) {
    const auto view = cluster.view();
    positions.leaders(*view);
    if (!is_closing) {
      ask_for_positions();
      std::size_t bytes = 0;
      std::set<BrokerId> busy;
      for (const auto& [broker, most] : coming) {
        busy.insert(broker);
        bytes += most;
      }
      for (auto& [broker, plan] :
           plan_fetches(positions, *view, busy, bytes, options.limits, now())) {
        coming[broker] = static_cast<std::size_t>(plan.bytes_max);
        spawn(fetch(broker, std::move(plan)));
      }
    }
    env::Instant next = now() + cluster.options().metadata_age_max;
    for (const auto& [partition, state] : positions.all()) {
      if (state.retry_at > now()) next = std::min(next, state.retry_at);
      if (state.leader == no_broker) refresh_soon();
    }
    co_await changed.wait_until(env.timers, next);
  }
}

void ConsumerState::ask_for_positions() {
  std::map<TopicPartition, std::uint64_t> unset;
  std::map<BrokerId, std::map<TopicPartition, std::uint64_t>> resetting;
  std::map<BrokerId, std::map<TopicPartition, std::uint64_t>> validating;
  for (const auto& [partition, state] : positions.all()) {
    if (state.is_asked || now() < state.retry_at) continue;
    if (state.stage == Stage::unset) {
      if (membership.coordinator() != no_broker) unset[partition] = state.version;
    } else if (state.leader != no_broker) {
      if (state.stage == Stage::resetting) resetting[state.leader][partition] = state.version;
      if (state.stage == Stage::validating) validating[state.leader][partition] = state.version;
    }
  }
  const auto mark = [&](const auto& partitions) {
    for (const auto& [partition, version] : partitions) positions.find(partition)->is_asked = true;
  };
  mark(unset);
  for (const auto& [leader, of] : resetting) mark(of);
  for (const auto& [leader, of] : validating) mark(of);
  if (!unset.empty()) spawn(ask_committed(std::move(unset)));
  for (auto& [leader, of] : resetting) spawn(ask_reset(leader, std::move(of)));
  for (auto& [leader, of] : validating) spawn(ask_validation(leader, std::move(of)));
}

Task<> ConsumerState::ask_committed(std::map<TopicPartition, std::uint64_t> of) {
  Partitions partitions;
  for (const auto& [partition, version] : of) partitions.push_back(partition);
  auto asking = committed_once(partitions, env::Instant::max());
  const auto offsets = co_await std::move(asking);
  for (const auto& [partition, version] : of) {
    if (!offsets) {
      heal(partition, version, offsets.error());
      continue;
    }
    const auto found = offsets->find(partition);
    positions.committed(partition, version, found == offsets->end() ? Position{} : found->second,
                        wall_ms());
  }
  changed.notify();
}

Task<> ConsumerState::ask_reset(BrokerId leader, std::map<TopicPartition, std::uint64_t> of) {
  std::map<TopicPartition, std::int64_t> times;
  for (const auto& [partition, version] : of) {
    times[partition] = positions.find(partition)->reset_time;
  }
  auto asking = list_offsets(leader, std::move(times), env::Instant::max());
  const auto answers = co_await std::move(asking);
  for (const auto& [partition, answer] : answers) {
    const auto version = of.find(partition);
    if (version == of.end()) continue;
    if (answer) {
      positions.reset_found(partition, version->second, *answer);
    } else {
      heal(partition, version->second, answer.error());
    }
  }
  changed.notify();
}

Task<> ConsumerState::ask_validation(BrokerId leader, std::map<TopicPartition, std::uint64_t> of) {
  using Request = wire::OffsetForLeaderEpochRequest;
  Request request;
  request.replica_id = -1;
  wire::Arena arena;
  request.topics = arena.array<Request::OffsetForLeaderTopic>(of.size());
  std::size_t t = 0;
  for (const auto& [partition, version] : of) {
    const PartitionState& state = *positions.find(partition);
    auto& topic = request.topics[t++];
    topic.topic = partition.topic;
    topic.partitions = arena.array<Request::OffsetForLeaderPartition>(1);
    topic.partitions[0].partition = partition.partition;
    topic.partitions[0].current_leader_epoch = state.leader_epoch;
    topic.partitions[0].leader_epoch = state.position.epoch;
  }
  auto connecting = patience.wait(cluster.connection(leader, call_deadline()));
  const auto connection = co_await std::move(connecting);
  Failure failure = Error{Errc::closed, "no answer to OffsetForLeaderEpoch"};
  if (connection) {
    auto calling = patience.wait((*connection)->call<wire::OffsetForLeaderEpochResponse>(request));
    const auto answer = co_await std::move(calling);
    if (!answer) failure = answer.error();
    if (answer) {
      for (const auto& topic : (*answer)->topics) {
        for (const auto& p : topic.partitions) {
          const auto found = of.find({topic.topic.str(), p.partition});
          if (found == of.end()) continue;
          const auto code = wire::error_info(p.error_code).code;
          if (code == ErrorCode::none) {
            positions.validated(found->first, found->second, {p.end_offset, p.leader_epoch},
                                wall_ms());
          } else {
            heal(found->first, found->second,
                 Failure(code, "epoch of '" + topic.topic.str() + "'"));
          }
          of.erase(found);
        }
      }
    }
  } else {
    failure = connection.error();
  }
  for (const auto& [partition, version] : of) heal(partition, version, failure);
  changed.notify();
}

// What follows from an error: of a question, or of a partition in a Fetch.
void ConsumerState::heal(const TopicPartition& partition, std::uint64_t version,
                         const Failure& failure) {
  const FetchRemedy remedy = failure.is_answer()                     ? remedy_of(failure.answer)
                             : failure.is_retriable()                ? FetchRemedy::refresh
                             : failure.cause.code == Errc::not_found ? FetchRemedy::refresh
                                                                     : FetchRemedy::fail;
  switch (remedy) {
    case FetchRemedy::reset:
      return positions.out_of_range(partition, version, wall_ms());
    case FetchRemedy::fail:
      return positions.fail(partition, version, failure);
    case FetchRemedy::refresh:
      refresh_soon();
      [[fallthrough]];
    case FetchRemedy::retry:
    case FetchRemedy::none:
      break;
  }
  if (const PartitionState* state = positions.find(partition, version)) {
    const auto pause = cluster.options().retry().after(state->failures + 1, env.random);
    positions.retry(partition, version, now() + pause, failure);
  }
}

void ConsumerState::refresh_soon() {
  if (is_refreshing || is_closed) return;
  is_refreshing = true;
  spawn(refresh());
}

Task<> ConsumerState::refresh() {
  auto refreshing = patience.wait(cluster.refresh(call_deadline()));
  (void)co_await std::move(refreshing);
  // Not again at once when the answer was the same.
  auto pausing = patience.pause(now() + cluster.options().retry_backoff);
  co_await std::move(pausing);
  is_refreshing = false;
  changed.notify();
}

Task<> ConsumerState::fetch(BrokerId broker, FetchPlan plan) {
  auto connecting = patience.wait(cluster.connection(broker, call_deadline()));
  const auto connection = co_await std::move(connecting);
  Failure failure = Error{Errc::closed, "no answer to Fetch"};
  bool is_answered = false;
  if (connection) {
    wire::Arena arena;
    wire::FetchRequest request;
    request.max_wait_ms = static_cast<std::int32_t>(options.fetch_wait_max.count());
    request.min_bytes = options.fetch_bytes_min;
    request.max_bytes = plan.bytes_max;
    request.isolation_level = options.reads_committed ? 1 : 0;
    request.rack_id = cluster.options().rack;
    const bool has_ids = std::ranges::none_of(
        plan.targets, [](const auto& target) { return target.second.topic_id.is_zero(); });
    FetchSession& session = sessions[broker];
    session.fill(request, plan.targets, arena);
    auto calling =
        (*connection)
            ->call<wire::FetchResponse>(request, {.timeout = {},
                                                  .version_max = has_ids ? std::int16_t{INT16_MAX}
                                                                         : fetch_by_name_version});
    auto waiting = patience.wait(std::move(calling));
    auto answer = co_await std::move(waiting);
    if (answer) {
      const auto code = wire::error_info((*answer)->error_code).code;
      is_answered = sessions[broker].answered(code, (*answer)->session_id);
      failure = Failure(code, "Fetch");
      if (is_answered) {
        note_answer(broker, plan,
                    std::make_shared<const rpc::Answer<wire::FetchResponse>>(*std::move(answer)));
      }
    } else {
      failure = answer.error();
      sessions.erase(broker);  // it lived with its connection
    }
  } else {
    failure = connection.error();
  }
  coming.erase(broker);
  if (!is_answered) {
    for (const auto& [partition, version] : plan.versions) heal(partition, version, failure);
  }
  changed.notify();
}

void ConsumerState::note_answer(BrokerId broker, const FetchPlan& plan,
                                std::shared_ptr<const rpc::Answer<wire::FetchResponse>> answer) {
  std::map<Uuid, std::string> names;
  for (const auto& [partition, target] : plan.targets) names[target.topic_id] = partition.topic;
  const bool knows_leaders = cluster.learn(leader_hints(**answer, names));
  for (const auto& topic : (*answer)->responses) {
    const std::string name = topic.topic.empty() ? names[topic.topic_id] : topic.topic.str();
    for (const auto& p : topic.partitions) {
      const TopicPartition partition{name, p.partition_index};
      const auto version = plan.versions.find(partition);
      PartitionState* state =
          version == plan.versions.end() ? nullptr : positions.find(partition, version->second);
      if (!state) continue;
      const auto code = wire::error_info(p.error_code).code;
      if (code == ErrorCode::offset_out_of_range && state->near_replica == broker) {
        state->near_replica = no_broker;  // KIP-392: it lags behind; the leader knows
        continue;
      }
      if (code != ErrorCode::none) {
        const PartitionInfo* info = cluster.view()->find(partition);
        if (knows_leaders && info && info->leader_epoch > state->leader_epoch) continue;
        heal(partition, state->version, Failure(code, "topic '" + name + "'"));
        continue;
      }
      if (p.diverging_epoch.end_offset >= 0) {
        positions.validated(partition, state->version,
                            {p.diverging_epoch.end_offset, p.diverging_epoch.epoch}, wall_ms());
        continue;
      }
      state->trouble.reset();
      state->failures = 0;
      state->high_watermark = p.high_watermark;
      state->last_stable = p.last_stable_offset;
      state->log_start = p.log_start_offset;
      if (p.preferred_read_replica >= 0) {
        state->near_replica = p.preferred_read_replica;
        state->near_until = now() + near_replica_age;
      }
      if (p.records.empty()) continue;
      FetchedData data{
          .frame = answer, .bytes = p.records.view(), .checks_crc = options.checks_crc};
      if (options.reads_committed) {
        for (const auto& aborted : p.aborted_transactions) {
          data.aborted.push_back({aborted.producer_id, aborted.first_offset});
        }
      }
      FetchedRecords records(std::move(data), state->fetch);
      state->prefetched_bytes += records.bytes_left();
      state->fetch = records.end();
      prefetched.push_back({partition, state->version, std::move(records)});
    }
  }
}

}  // namespace weir::client
