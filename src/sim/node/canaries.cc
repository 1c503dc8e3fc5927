#include "sim/node/canaries.h"

#include <array>
#include <utility>

#include "sim/node/swarm.h"

namespace weir::sim {
namespace {

constexpr auto named_canaries = [] {
  using enum Canary;
  return std::to_array<std::pair<Canary, std::string_view>>({
      {acknowledged_before_flush, "acknowledged_before_flush"},
      {sealed_segment_not_synced, "sealed_segment_not_synced"},
      {segment_name_not_synced, "segment_name_not_synced"},
      {recovery_point_ahead, "recovery_point_ahead"},
      {cut_below_durable, "cut_below_durable"},
      {high_watermark_too_high, "high_watermark_too_high"},
      {sync_failure_forgotten, "sync_failure_forgotten"},
      {clean_stop_forever, "clean_stop_forever"},
      {old_leader_epochs, "old_leader_epochs"},
      {index_believed, "index_believed"},
      {producers_not_replayed, "producers_not_replayed"},
      {duplicates_forgotten, "duplicates_forgotten"},
      {duplicate_answered_early, "duplicate_answered_early"},
      {refused_batch_remembered, "refused_batch_remembered"},
      {batch_overtakes, "batch_overtakes"},
      {commit_answered_early, "commit_answered_early"},
      {offsets_reset_at_reload, "offsets_reset_at_reload"},
      {compaction_loses_key, "compaction_loses_key"},
      {retention_follows_clock, "retention_follows_clock"},
      {topic_answered_early, "topic_answered_early"},
      {checked_past_damage, "checked_past_damage"},
      {compacted_copy_not_synced, "compacted_copy_not_synced"},
      {reads_past_bound, "reads_past_bound"},
      {retention_one_too_many, "retention_one_too_many"},
      {refused_commit_erases, "refused_commit_erases"},
      {producer_ids_given_again, "producer_ids_given_again"},
      {session_forgets_topic, "session_forgets_topic"},
      {old_generation_commits, "old_generation_commits"},
      {deleted_records_return, "deleted_records_return"},
      {tombstones_gone_at_once, "tombstones_gone_at_once"},
      {configs_outlive_topic, "configs_outlive_topic"},
      {checkpoints_outlive_topic, "checkpoints_outlive_topic"},
      {folder_let_go_early, "folder_let_go_early"},
      {compaction_mends_checksum, "compaction_mends_checksum"},
      {snapshot_outlives_cut, "snapshot_outlives_cut"},
  });
}();

constexpr auto canary_list = [] {
  std::array<Canary, std::size(named_canaries)> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = named_canaries[i].first;
  return list;
}();

static_assert(std::size(named_canaries) == static_cast<std::size_t>(Canary::snapshot_outlives_cut),
              "each is hunted");

}  // namespace

std::span<const Canary> all_canaries() { return canary_list; }

std::string_view name_of(Canary canary) {
  for (const auto& [known, name] : named_canaries) {
    if (known == canary) return name;
  }
  return "none";
}

std::optional<Canary> canary_of(std::string_view name) {
  for (const auto& [known, its_name] : named_canaries) {
    if (its_name == name) return known;
  }
  return std::nullopt;
}

#ifdef WEIR_CANARIES
bool has_canaries() { return true; }
void put_back(Canary canary) { let_sing(canary); }

Find hunt(Canary canary, std::uint64_t first, std::uint64_t seeds_max) {
  put_back(canary);
  Find find;
  for (std::uint64_t i = 0; i < seeds_max && find.seeds == 0; ++i) {
    const WorkloadReport report = run_workload(swarm_settings(first + i));
    if (report.violations.empty()) continue;
    find = {.seeds = i + 1, .seed = first + i, .what = report.violations.front()};
  }
  put_back(Canary::none);
  return find;
}
#else
bool has_canaries() { return false; }
void put_back(Canary) {}
Find hunt(Canary, std::uint64_t, std::uint64_t) { return {}; }
#endif

}  // namespace weir::sim
