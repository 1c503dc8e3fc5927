#include <algorithm>

#include "base/canary.h"
#include "base/check.h"
#include "log/format/checkpoint_file.h"
#include "log/partition_log_state.h"
#include "log/recovery/distrust.h"

namespace weir::log {

Result<> FlushPlan::carry_out(env::Disk& disk) const {
  for (const auto& file : files) {
    if (auto synced = file->sync(); !synced) {
      distrust(disk, directory);
      return synced;
    }
  }
  if (sync_directory && !sings(Canary::segment_name_not_synced)) {
    TRY(disk.sync_directory(directory));
  }
  if (leader_epoch_checkpoint) {
    const auto written = env::write_file_atomically(
        disk, directory + "/" + std::string(leader_epoch_checkpoint_name),
        *leader_epoch_checkpoint);
    leader_epochs_put_off = !written && written.error().code == Errc::no_space;
    if (!leader_epochs_put_off) return written;
  }
  return {};
}

std::optional<FlushPlan> PartitionLog::plan_flush() {
  State& s = *state_;
  if (s.offline || s.epochs_in_flight) return std::nullopt;
  const bool epochs_dirty = s.epochs.changes() != s.epochs_written &&
                            !(sings(Canary::old_leader_epochs) && s.epochs.entries().size() > 1);
  if (s.durable_end == s.log_end && (!epochs_dirty || s.epochs_put_off)) return std::nullopt;
  FlushPlan plan{.end_offset = s.log_end,
                 .directory = s.home.directory,
                 .sync_directory = s.directory_changes != s.directory_synced,
                 .truncations = s.truncations,
                 .directory_changes = s.directory_changes,
                 .epoch_changes = s.epochs.changes(),
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
  if (epochs_dirty) {
    plan.leader_epoch_checkpoint = format_epoch_checkpoint(s.epochs.entries());
    s.epochs_in_flight = true;
  }
  return plan;
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
