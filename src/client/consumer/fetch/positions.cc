#include "client/consumer/fetch/positions.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace weir::client {

using wire::ErrorCode;

namespace {

std::string name_of(const TopicPartition& partition) {
  return fmt::format("partition {} of topic '{}'", partition.partition, partition.topic);
}

}  // namespace

const PartitionState* Positions::find(const TopicPartition& partition) const {
  const auto found = all_.find(partition);
  return found == all_.end() ? nullptr : &found->second;
}
PartitionState* Positions::find(const TopicPartition& partition) {
  const auto found = all_.find(partition);
  return found == all_.end() ? nullptr : &found->second;
}
PartitionState* Positions::find(const TopicPartition& partition, std::uint64_t version) {
  PartitionState* state = find(partition);
  return state && state->version == version ? state : nullptr;
}

void Positions::set(PartitionState& state, Stage stage) {
  state.stage = stage;
  state.version = ++last_version_;
  state.is_asked = false;
  state.retry_at = env::Instant::min();
  state.trouble.reset();
  state.failures = 0;
  // What was prefetched is of the version before.
  state.fetch = state.position;
  state.prefetched_bytes = 0;
}

void Positions::stand_at(PartitionState& state, Position at) {
  state.done = state.position = at;
  state.last_record.reset();
  set(state, at.epoch == no_epoch ? Stage::ready : Stage::validating);
}

bool Positions::reset(PartitionState& state, TimestampMs wall_ms) {
  switch (policy_.to) {
    case OffsetReset::none:
      return false;
    case OffsetReset::latest:
      state.reset_time = time_of_latest;
      break;
    case OffsetReset::earliest:
      state.reset_time = time_of_earliest;
      break;
    case OffsetReset::by_duration:
      state.reset_time = std::max<TimestampMs>(0, wall_ms - policy_.back.count());
      break;
  }
  set(state, Stage::resetting);
  return true;
}

void Positions::add(const TopicPartition& partition, bool has_group, TimestampMs wall_ms) {
  const auto [at, is_new] = all_.try_emplace(partition);
  if (!is_new) return;
  set(at->second, Stage::unset);
  if (!has_group) committed(partition, at->second.version, {}, wall_ms);
}

void Positions::remove(const TopicPartition& partition) { all_.erase(partition); }

bool Positions::seek(const TopicPartition& partition, Position to) {
  PartitionState* state = find(partition);
  if (!state) return false;
  forget_failures(partition);
  stand_at(*state, to);
  return true;
}

bool Positions::seek_to_time(const TopicPartition& partition, std::int64_t time) {
  PartitionState* state = find(partition);
  if (!state) return false;
  forget_failures(partition);
  state->reset_time = time;
  set(*state, Stage::resetting);
  return true;
}

bool Positions::pause(const TopicPartition& partition, bool paused) {
  PartitionState* state = find(partition);
  if (state) state->is_paused = paused;
  return state != nullptr;
}

void Positions::committed(const TopicPartition& partition, std::uint64_t version, Position offset,
                          TimestampMs wall_ms) {
  PartitionState* state = find(partition, version);
  if (!state) return;
  if (offset.offset >= 0) {
    state->committed = offset;
    return stand_at(*state, offset);
  }
  if (reset(*state, wall_ms)) return;
  fail(partition, version,
       Error{Errc::not_found, "no offset is committed for " + name_of(partition) +
                                  ", and auto.offset.reset is none"});
}

void Positions::reset_found(const TopicPartition& partition, std::uint64_t version,
                            Position found) {
  PartitionState* state = find(partition, version);
  if (!state) return;
  if (found.offset < 0) {
    state->reset_time = time_of_latest;
    return set(*state, Stage::resetting);
  }
  state->done = state->position = found;
  state->last_record.reset();
  set(*state, Stage::ready);  // the leader itself has just said so
}

void Positions::validated(const TopicPartition& partition, std::uint64_t version, Position end,
                          TimestampMs wall_ms) {
  PartitionState* state = find(partition, version);
  if (!state) return;
  const bool is_known = end.offset >= 0 && end.epoch >= 0;
  if (is_known && end.offset >= state->position.offset) {
    return set(*state, Stage::ready);
  }
  // KIP-320: the log was truncated below the position (unclean election).
  if (policy_.to == OffsetReset::none) {
    return fail(partition, version,
                Error{Errc::out_of_range,
                      fmt::format("{} was truncated to offset {} below the position {}",
                                  name_of(partition), end.offset, state->position.offset)});
  }
  if (!is_known) {
    reset(*state, wall_ms);
    return;
  }
  state->done = state->position = end;
  set(*state, Stage::ready);
}

void Positions::retry(const TopicPartition& partition, std::uint64_t version, env::Instant at,
                      Failure why) {
  if (PartitionState* state = find(partition, version)) {
    state->is_asked = false;
    state->retry_at = at;
    state->trouble = std::move(why);
    ++state->failures;
  }
}

void Positions::out_of_range(const TopicPartition& partition, std::uint64_t version,
                             TimestampMs wall_ms) {
  PartitionState* state = find(partition, version);
  if (!state || reset(*state, wall_ms)) return;
  fail(partition, version,
       Failure(ErrorCode::offset_out_of_range,
               fmt::format("offset {} of {}", state->fetch.offset, name_of(partition))));
}

void Positions::fail(const TopicPartition& partition, std::uint64_t version, Failure failure) {
  PartitionState* state = find(partition, version);
  if (!state) return;
  set(*state, Stage::failed);
  failures_.emplace_back(partition, std::move(failure));
}

std::optional<Failure> Positions::take_failure() {
  if (failures_.empty()) return std::nullopt;
  Failure first = std::move(failures_.front().second);
  failures_.erase(failures_.begin());
  return first;
}

void Positions::forget_failures(const TopicPartition& of) {
  std::erase_if(failures_, [&](const auto& failure) { return failure.first == of; });
}

void Positions::leaders(const ClusterView& view) {
  for (auto& [partition, state] : all_) {
    const PartitionInfo* info = view.find(partition);
    if (!info) continue;
    const bool is_newer = info->leader_epoch > state.leader_epoch;
    if (is_newer && state.leader_epoch != no_epoch && state.stage == Stage::ready &&
        state.position.epoch != no_epoch) {
      set(state, Stage::validating);
    }
    state.leader = info->leader;
    state.leader_epoch = info->leader_epoch;
  }
}

void Positions::fetched(const TopicPartition& partition, std::uint64_t version, Position next) {
  if (PartitionState* state = find(partition, version)) state->fetch = next;
}

void Positions::handed_out(const TopicPartition& partition, Position next) {
  if (PartitionState* state = find(partition)) state->position = next;
}

void Positions::finished_all() {
  for (auto& [partition, state] : all_) state.done = state.position;
}

bool Positions::finished(const TopicPartition& partition, Offset next) {
  PartitionState* state = find(partition);
  if (!state || next > state->position.offset) return false;
  if (next == state->position.offset) {
    state->done = state->position;
  } else {
    state->done = {next, no_epoch};
  }
  return true;
}

std::map<TopicPartition, Position> Positions::to_commit() const {
  std::map<TopicPartition, Position> out;
  for (const auto& [partition, state] : all_) {
    const bool stands = state.stage == Stage::ready || state.stage == Stage::validating;
    if (stands && state.done.offset >= 0 && state.done.offset != state.committed.offset) {
      out.emplace(partition, state.done);
    }
  }
  return out;
}

void Positions::commit_answered(const TopicPartition& partition, Position committed) {
  if (PartitionState* state = find(partition)) state->committed = committed;
}

}  // namespace weir::client
