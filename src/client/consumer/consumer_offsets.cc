// Offsets that a group has committed, and offsets by time.

#include <fmt/format.h>

#include <algorithm>

#include "client/consumer/consumer_state.h"
#include "wire/message/list_offsets_request.h"
#include "wire/message/list_offsets_response.h"
#include "wire/message/offset_commit_request.h"
#include "wire/message/offset_commit_response.h"
#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"

namespace weir::client {

using wire::ErrorCode;

namespace {

constexpr std::int16_t commit_by_name_version = 9;  // of OffsetCommit; later ones take topic ids
constexpr std::int16_t fetch_one_version = 7;       // of OffsetFetch; later ones take many groups

template <class T>
std::map<std::string, std::vector<std::pair<PartitionIndex, T>>> by_topic(
    const std::map<TopicPartition, T>& from) {
  std::map<std::string, std::vector<std::pair<PartitionIndex, T>>> out;
  for (const auto& [partition, value] : from) {
    out[partition.topic].emplace_back(partition.partition, value);
  }
  return out;
}

wire::OffsetCommitRequest commit_request(const MemberIdentity& self, const std::string& group,
                                         const Offsets& offsets, wire::Arena& arena) {
  using Request = wire::OffsetCommitRequest;
  Request request;
  request.group_id = group;
  request.generation_id_or_member_epoch = self.generation;
  request.member_id = arena.copy(self.member_id);
  request.group_instance_id = self.instance_id ? arena.copy(*self.instance_id) : wire::Str::null();
  const auto topics = by_topic(offsets);
  request.topics = arena.array<Request::OffsetCommitRequestTopic>(topics.size());
  std::size_t t = 0;
  for (const auto& [topic, partitions] : topics) {
    auto& out = request.topics[t++];
    out.name = arena.copy(topic);
    out.partitions = arena.array<Request::OffsetCommitRequestPartition>(partitions.size());
    for (std::size_t p = 0; p < partitions.size(); ++p) {
      out.partitions[p].partition_index = partitions[p].first;
      out.partitions[p].committed_offset = partitions[p].second.offset;
      out.partitions[p].committed_leader_epoch = partitions[p].second.epoch;
    }
  }
  return request;
}

}  // namespace

// False: the deadline would pass first.
Task<bool> ConsumerState::wait_for_retry(std::uint32_t failures, env::Instant deadline) {
  const env::Instant again = now() + cluster.options().retry().after(failures, env.random);
  if (again >= deadline || patience.is_ended()) co_return false;
  auto pausing = patience.pause(again);
  co_await std::move(pausing);
  co_return !patience.is_ended();
}

Task<Outcome<>> ConsumerState::commit(Offsets offsets, env::Instant deadline) {
  for (std::uint32_t failures = 1; !offsets.empty(); ++failures) {
    auto committing = commit_once(offsets, deadline);
    Outcome<> outcome = co_await std::move(committing);
    if (outcome || !outcome.error().is_retriable()) co_return outcome;
    auto waiting = wait_for_retry(failures, deadline);
    if (!co_await std::move(waiting)) co_return outcome;
  }
  co_return Outcome<>{};
}

Task<Outcome<>> ConsumerState::commit_once(const Offsets& offsets, env::Instant deadline) {
  auto connecting = coordinator(std::min(deadline, call_deadline()));
  const auto connection = co_await std::move(connecting);
  if (!connection) co_return std::unexpected(connection.error());
  const MemberIdentity self = membership.identity();
  wire::Arena arena;
  const auto request = commit_request(self, options.group.group_id, offsets, arena);
  auto calling = (*connection)
                     ->call<wire::OffsetCommitResponse>(
                         request, {.timeout = {}, .version_max = commit_by_name_version});
  auto waiting = patience.wait(std::move(calling), deadline);
  const auto answer = co_await std::move(waiting);
  if (!answer) {
    if (!(*connection)->is_open()) membership.coordinator_lost();
    changed.notify();
    co_return std::unexpected(Failure(answer.error()));
  }
  Outcome<> outcome;
  for (const auto& topic : (*answer)->topics) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition which{topic.name.str(), partition.partition_index};
      const auto code = wire::error_info(partition.error_code).code;
      const auto sent = offsets.find(which);
      if (code == ErrorCode::none && sent != offsets.end()) {
        positions.commit_answered(which, sent->second);
      } else if (code != ErrorCode::none) {
        membership.note_error(code, self);
        outcome = fail(code, "commit of group '" + options.group.group_id + "'");
      }
    }
  }
  changed.notify();
  co_return outcome;
}

Task<> ConsumerState::commit_in_background(Offsets offsets,
                                           std::function<void(const Outcome<>&)> done) {
  auto committing = commit_once(offsets, env::Instant::max());
  const Outcome<> outcome = co_await std::move(committing);
  if (done) done(outcome);
}

Task<> ConsumerState::commit_by_itself(Offsets offsets) {
  auto committing = commit_once(offsets, env::Instant::max());
  const Outcome<> outcome = co_await std::move(committing);
  if (outcome) {
    commits_failed = 0;
    co_return;
  }
  note_commit_failure(offsets, outcome.error());
  if (!outcome.error().is_retriable()) co_return;
  const auto pause = cluster.options().retry().after(++commits_failed, env.random);
  commit_at = std::min(commit_at, now() + pause);
  changed.notify();
}

void ConsumerState::note_commit_failure(const Offsets& offsets, const Failure& failure) {
  env.log.write(failure.is_retriable() ? env::Level::info : env::Level::warning, "client",
                fmt::format("offsets of {} partitions were not committed by themselves: {}",
                            offsets.size(), failure.message()));
  if (options.on_commit_failed) options.on_commit_failed(failure);
}

Task<Outcome<Offsets>> ConsumerState::committed(Partitions of, env::Instant deadline) {
  for (std::uint32_t failures = 1;; ++failures) {
    auto asking = committed_once(of, deadline);
    Outcome<Offsets> outcome = co_await std::move(asking);
    if (outcome || !outcome.error().is_retriable()) co_return outcome;
    auto waiting = wait_for_retry(failures, deadline);
    if (!co_await std::move(waiting)) co_return outcome;
  }
}

Task<Outcome<Offsets>> ConsumerState::committed_once(const Partitions& of, env::Instant deadline) {
  using Request = wire::OffsetFetchRequest;
  auto connecting = coordinator(std::min(deadline, call_deadline()));
  const auto connection = co_await std::move(connecting);
  if (!connection) co_return std::unexpected(connection.error());
  std::map<TopicPartition, bool> wanted;
  for (const TopicPartition& partition : of) wanted[partition] = true;
  wire::Arena arena;
  Request request;
  request.group_id = options.group.group_id;
  request.require_stable = options.reads_committed;
  const auto topics = by_topic(wanted);
  request.topics = arena.array<Request::OffsetFetchRequestTopic>(topics.size());
  std::size_t t = 0;
  for (const auto& [topic, partitions] : topics) {
    request.topics[t].name = topic;
    request.topics[t].partition_indexes = arena.array<std::int32_t>(partitions.size());
    for (std::size_t p = 0; p < partitions.size(); ++p) {
      request.topics[t].partition_indexes[p] = partitions[p].first;
    }
    ++t;
  }
  auto calling = (*connection)
                     ->call<wire::OffsetFetchResponse>(
                         request, {.timeout = {}, .version_max = fetch_one_version});
  auto waiting = patience.wait(std::move(calling), deadline);
  const auto answer = co_await std::move(waiting);
  if (!answer) {
    if (!(*connection)->is_open()) membership.coordinator_lost();
    changed.notify();
    co_return std::unexpected(Failure(answer.error()));
  }
  const std::string what = "offsets of group '" + options.group.group_id + "'";
  auto code = wire::error_info((*answer)->error_code).code;
  Offsets out;
  for (const auto& topic : (*answer)->topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != 0) code = wire::error_info(partition.error_code).code;
      if (partition.committed_offset < 0) continue;
      out[{topic.name.str(), partition.partition_index}] = {partition.committed_offset,
                                                            partition.committed_leader_epoch};
    }
  }
  if (code == ErrorCode::none) co_return out;
  membership.note_error(code, membership.identity());
  changed.notify();
  co_return fail(code, what);
}

Task<std::map<TopicPartition, Outcome<Position>>> ConsumerState::list_offsets(
    BrokerId leader, std::map<TopicPartition, std::int64_t> times, env::Instant deadline) {
  using Request = wire::ListOffsetsRequest;
  std::map<TopicPartition, Outcome<Position>> out;
  auto connecting = patience.wait(cluster.connection(leader, std::min(deadline, call_deadline())));
  const auto connection = co_await std::move(connecting);
  wire::Arena arena;
  Request request;
  request.replica_id = -1;
  request.isolation_level = options.reads_committed ? 1 : 0;
  const auto topics = by_topic(times);
  request.topics = arena.array<Request::ListOffsetsTopic>(topics.size());
  const auto view = cluster.view();
  std::size_t t = 0;
  for (const auto& [topic, partitions] : topics) {
    auto& to = request.topics[t++];
    to.name = topic;
    to.partitions = arena.array<Request::ListOffsetsPartition>(partitions.size());
    for (std::size_t p = 0; p < partitions.size(); ++p) {
      const PartitionInfo* info = view->find({topic, partitions[p].first});
      to.partitions[p].partition_index = partitions[p].first;
      to.partitions[p].timestamp = partitions[p].second;
      to.partitions[p].current_leader_epoch = info ? info->leader_epoch : no_epoch;
    }
  }
  Failure failure = Error{Errc::closed, "no answer to ListOffsets"};
  if (connection) {
    auto calling = patience.wait((*connection)->call<wire::ListOffsetsResponse>(request), deadline);
    const auto answer = co_await std::move(calling);
    if (!answer) failure = answer.error();
    if (answer) {
      for (const auto& topic : (*answer)->topics) {
        for (const auto& p : topic.partitions) {
          const auto code = wire::error_info(p.error_code).code;
          const TopicPartition which{topic.name.str(), p.partition_index};
          if (code == ErrorCode::none) {
            out[which] = Position{p.offset, p.leader_epoch};
          } else {
            out[which] = fail(code, "offsets of topic '" + which.topic + "'");
          }
        }
      }
    }
  } else {
    failure = connection.error();
  }
  for (const auto& [partition, time] : times) {
    out.try_emplace(partition, std::unexpected(failure));
  }
  co_return out;
}

Task<Outcome<Offsets>> ConsumerState::offsets_at(std::map<TopicPartition, std::int64_t> times,
                                                 env::Instant deadline) {
  Offsets found;
  for (std::uint32_t failures = 1;; ++failures) {
    std::map<BrokerId, std::map<TopicPartition, std::int64_t>> by_leader;
    for (const auto& [partition, time] : times) {
      auto knowing = cluster.topic(partition.topic, deadline, partition.partition);
      const auto topic = co_await std::move(knowing);
      if (!topic) co_return std::unexpected(topic.error());
      const PartitionInfo* info = cluster.view()->find(partition);
      if (!info) {
        co_return fail(ErrorCode::unknown_topic_or_partition, "topic '" + partition.topic + "'");
      }
      by_leader[info->leader][partition] = time;
    }
    std::optional<Failure> failure;
    for (auto& [leader, part] : by_leader) {
      auto asking = list_offsets(leader, part, deadline);
      const auto answers = co_await std::move(asking);
      for (const auto& [partition, answer] : answers) {
        if (!answer) {
          failure = answer.error();
          if (!failure->is_retriable()) co_return std::unexpected(*failure);
          continue;
        }
        times.erase(partition);
        if (answer->offset >= 0) found[partition] = *answer;
      }
    }
    if (times.empty()) co_return found;
    cluster.ask_again();
    auto waiting = wait_for_retry(failures, deadline);
    if (!co_await std::move(waiting)) co_return std::unexpected(*failure);
  }
}

}  // namespace weir::client
