#include <algorithm>

#include "base/canary.h"
#include "base/check.h"
#include "log/format/checkpoint_file.h"
#include "log/partition_log_state.h"
#include "log/recovery/distrust.h"

namespace weir::log {

Result<> FlushPlan::write_leader_epochs(env::Disk& disk) const {
  if (!leader_epoch_checkpoint) return {};
  const auto written = env::write_file_atomically(
      disk, directory + "/" + std::string(leader_epoch_checkpoint_name), *leader_epoch_checkpoint);
  leader_epochs_put_off = !written && written.error().code == Errc::no_space;
  return leader_epochs_put_off ? Result<>{} : written;
}

std::vector<Result<>> carry_out_together(std::span<const FlushPlan> plans, env::Disk& disk) {
  std::vector<std::shared_ptr<env::File>> files;
  std::vector<std::string> directories;
  for (const FlushPlan& plan : plans) {
    files.insert(files.end(), plan.files.begin(), plan.files.end());
    if (plan.sync_directory && !sings(Canary::segment_name_not_synced)) {
      directories.push_back(plan.directory);
    }
  }
  const auto synced = disk.sync_together(files, directories);
  std::vector<Result<>> results;
  for (const FlushPlan& plan : plans) {
    if (!synced) distrust(disk, plan.directory);
    results.push_back(synced ? plan.write_leader_epochs(disk) : synced);
  }
  return results;
}

Result<> FlushPlan::carry_out(env::Disk& disk) const {
  return carry_out_together(std::span(this, 1), disk).front();
}

bool PartitionLog::has_new_epochs() const {
  const State& s = *state_;
  if (sings(Canary::old_leader_epochs) && s.epochs.entries().size() > 1) return false;
  return s.epochs.changes() != s.epochs_written;
}

std::optional<FlushPlan> PartitionLog::plan_flush() {
  State& s = *state_;
  if (s.offline || s.epochs_in_flight) return std::nullopt;
  const bool epochs_dirty = has_new_epochs();
  if (s.durable_end == s.log_end && (!epochs_dirty || s.epochs_put_off)) return std::nullopt;
  FlushPlan plan{.end_offset = s.log_end,
                 .directory = s.home.directory,
                 .sync_directory = s.directory_changes != s.directory_synced,
                 .truncations = s.truncations,
                 .directory_changes = s.directory_changes,
                 .sealed_end = s.sealed_synced + s.sealed_files.size()};
  if (!sings(Canary::sealed_segment_not_synced)) plan.files = s.sealed_files;
  if (s.durable_end < s.log_end) {
    auto active = s.active().log_file();
    if (!active) {
      s.go_offline(active.error());
      return std::nullopt;
    }
    plan.files.push_back(*std::move(active));
    if (s.active().has_transaction_index()) {
      auto index = s.active().transaction_index();
      if (index) plan.files.push_back((*index)->file().file());
    }
  }
  if (epochs_dirty) s.write_epochs_with(plan);
  return plan;
}

std::optional<FlushPlan> PartitionLog::plan_epochs() {
  State& s = *state_;
  if (s.offline || s.epochs_in_flight || s.epochs_put_off || !has_new_epochs()) return std::nullopt;
  FlushPlan plan{.end_offset = s.durable_end,
                 .directory = s.home.directory,
                 .truncations = s.truncations,
                 .sealed_end = s.sealed_synced};
  s.write_epochs_with(plan);
  return plan;
}

void PartitionLog::State::write_epochs_with(FlushPlan& plan) {
  plan.leader_epoch_checkpoint = format_epoch_checkpoint(epochs.entries());
  plan.epoch_changes = epochs.changes();
  epochs_in_flight = true;
}

void PartitionLog::flush_done(const FlushPlan& plan) {
  State& s = *state_;
  if (plan.leader_epoch_checkpoint) {
    s.epochs_put_off = plan.leader_epochs_put_off;
    if (!s.epochs_put_off) s.epochs_written = plan.epoch_changes;
    s.epochs_in_flight = false;
  }
  if (plan.sync_directory) {
    s.directory_synced = std::max(s.directory_synced, plan.directory_changes);
  }
  // What was cut off meanwhile and written anew was not in this plan.
  if (plan.truncations != s.truncations) return;
  s.durable_end = std::max(s.durable_end, plan.end_offset);
  CHECK(s.durable_end <= s.log_end);
  if (!s.epochs_put_off) s.recovery_point = s.durable_end;
  if (plan.sealed_end > s.sealed_synced) {
    const auto synced = static_cast<std::ptrdiff_t>(plan.sealed_end - s.sealed_synced);
    s.sealed_files.erase(s.sealed_files.begin(), s.sealed_files.begin() + synced);
    s.sealed_synced = plan.sealed_end;
  }
}

void PartitionLog::flush_failed(const Error& error) { state_->go_offline(error); }

std::int64_t PartitionLog::unflushed_messages() const {
  return state_->log_end - state_->durable_end;
}

bool PartitionLog::has_unflushed_segments() const { return !state_->sealed_files.empty(); }

bool PartitionLog::offline() const { return state_->offline; }

}  // namespace weir::log
