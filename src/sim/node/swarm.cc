#include "sim/node/swarm.h"

#include <fmt/format.h>

#include "base/random.h"

namespace weir::sim {
namespace {

constexpr std::uint64_t salt = 0x5741524D;  // the world's own chance comes from the bare seed
constexpr int strikes_max = 8;

constexpr Strike all_strikes[] = {
    Crash::process,
    Crash::power_keep_none,
    Crash::power_keep_some,
    Crash::power_keep_mixed,
    Trouble::reads_fail,
    Trouble::writes_fail,
    Trouble::syncs_fail,
    Trouble::disk_full,
    Trouble::connections_reset,
    Trouble::network_parted,
    Trouble::clock_jumps,
    Trouble::clean_restart,
    Trouble::clock_skews,
    Trouble::disk_slow,
    Trouble::connections_half_open,
    Trouble::crashes_while_starting,
    Trouble::checkpoints_damaged,
};

// One run in twenty has no strike: what is found there is a mistake of the checks.
std::vector<Strike> strikes_of(SeededRandom& chance) {
  std::vector<Strike> kinds;
  for (const Strike& kind : all_strikes) {
    if (chance.one_in(2)) kinds.push_back(kind);
  }
  std::vector<Strike> strikes;
  if (kinds.empty() || chance.one_in(20)) return strikes;
  const std::uint64_t count = 1 + chance.below(strikes_max);
  for (std::uint64_t i = 0; i < count; ++i) strikes.push_back(kinds[chance.below(kinds.size())]);
  return strikes;
}

std::string power_of_two(SeededRandom& chance, std::uint64_t least, std::uint64_t most) {
  return std::to_string(least << chance.below(most + 1));
}

void turn_features(SeededRandom& chance, WorkloadSettings& settings) {
  if (chance.one_in(2)) {
    settings.keyed.updates = static_cast<int>(20 + chance.below(150));
    settings.keyed.segment_bytes = std::uint64_t{1'024} << chance.below(4);
    // No run lasts for an hour: then no tombstone may go.
    if (chance.one_in(2)) settings.keyed.tombstones_ms = 3'600'000;
  }
  if (chance.one_in(2)) {
    settings.churn_steps = static_cast<int>(5 + chance.below(30));
    if (chance.one_in(2)) {
      settings.churned_config = {{"preallocate", "true"},
                                 {"internal.segment.bytes", power_of_two(chance, 4'096, 4)}};
    }
  }
  // No run lasts for an hour, so nothing may be deleted.
  if (chance.one_in(2)) settings.topic_config["retention.ms"] = "3600000";
}

// Half of the time by size, half by time.
void let_fade(SeededRandom& chance, FadingSettings& fading) {
  if (!chance.one_in(4)) return;
  fading.records = static_cast<int>(20 + chance.below(100));
  fading.segment_bytes = std::int64_t{512} << chance.below(3);
  if (chance.one_in(2)) {
    fading.bytes = std::int64_t{512} << chance.below(5);
  } else {
    fading.ms = std::int64_t{50} << chance.below(6);
  }
  if (chance.one_in(2)) fading.trims = 2 << chance.below(4);
}

// What a node does now and then it does often.
void turn_knobs(SeededRandom& chance, WorkloadSettings& settings) {
  if (chance.one_in(4)) return;
  settings.config["log.initial.task.delay.ms"] = power_of_two(chance, 1, 8);
  for (const char* const period :
       {"log.flush.offset.checkpoint.interval.ms", "log.flush.start.offset.checkpoint.interval.ms",
        "replica.high.watermark.checkpoint.interval.ms", "log.retention.check.interval.ms",
        "log.cleaner.backoff.ms"}) {
    if (!chance.one_in(4)) settings.config[period] = power_of_two(chance, 10, 7);
  }
  if (chance.one_in(2)) settings.config["log.cleaner.min.cleanable.ratio"] = "0.01";
  if (chance.one_in(2)) {
    settings.config["metadata.log.max.record.bytes.between.snapshots"] =
        power_of_two(chance, 64, 8);
  }
}

// What clients do that have little patience, or do not live long.
void turn_clients(SeededRandom& chance, WorkloadSettings& settings) {
  settings.batches_in_flight = static_cast<int>(1 + chance.below(5));
  if (chance.one_in(2)) settings.cuts = 2 << chance.below(4);
  if (chance.one_in(2)) settings.new_ids = 2 << chance.below(4);
  if (chance.one_in(4)) settings.short_waits = 2 << chance.below(4);
  if (chance.one_in(4)) settings.readers = 1;
}

// Not synced at once: only what was not flushed may be lost.
void flush_later(SeededRandom& chance, WorkloadSettings& settings) {
  if (!chance.one_in(8)) return;
  settings.acknowledges_what_is_durable = false;
  settings.topic_config["flush.messages"] = power_of_two(chance, 2, 12);
  if (chance.one_in(2)) settings.topic_config["flush.ms"] = power_of_two(chance, 10, 7);
}

// A disk with a queue, a machine with too few processors.
void stall_helpers(SeededRandom& chance, WorkloadSettings& settings) {
  if (!chance.one_in(4)) return;
  settings.stalls_one_in = std::uint64_t{2} << chance.below(5);
  settings.longest_stall = std::chrono::milliseconds(1 << chance.below(8));
}

// Small batches in segments that hold a few of them: then most writes begin a new one.
void write_little(SeededRandom& chance, WorkloadSettings& settings) {
  if (!chance.one_in(4)) return;
  settings.value_bytes_max = 16;
  settings.topic_config["internal.segment.bytes"] = power_of_two(chance, 512, 2);
}

std::string describe_clients(const WorkloadSettings& settings) {
  std::string text = fmt::format(", {} in flight of {} bytes", settings.batches_in_flight,
                                 settings.value_bytes_max);
  if (settings.cuts > 0) text += fmt::format(", cut 1 in {}", settings.cuts);
  if (settings.new_ids > 0) text += fmt::format(", new id 1 in {}", settings.new_ids);
  if (settings.short_waits > 0) text += fmt::format(", short wait 1 in {}", settings.short_waits);
  if (settings.readers > 0) text += fmt::format(", {} readers", settings.readers);
  for (const auto& [name, value] : settings.churned_config) {
    text += fmt::format(", passing {}={}", name, value);
  }
  return text;
}

}  // namespace

WorkloadSettings swarm_settings(std::uint64_t seed) {
  SeededRandom chance(seed ^ salt);
  WorkloadSettings settings;
  settings.seed = seed;
  settings.shards = static_cast<env::ShardId>(1 + chance.below(3));
  settings.idempotent_producers = static_cast<int>(chance.below(4));
  settings.plain_producers = static_cast<int>(chance.below(3));
  if (settings.idempotent_producers + settings.plain_producers == 0) settings.plain_producers = 1;
  settings.members = static_cast<int>(1 + chance.below(4));
  settings.rounds = static_cast<int>(5 + chance.below(30));
  settings.partitions = static_cast<std::int32_t>(1 + chance.below(8));
  settings.strikes = strikes_of(chance);
  if (chance.one_in(2)) {
    settings.topic_config["internal.segment.bytes"] = power_of_two(chance, 4'096, 4);
    if (chance.one_in(2)) settings.topic_config["preallocate"] = "true";
  }
  if (chance.one_in(2)) {
    settings.topic_config["index.interval.bytes"] = power_of_two(chance, 16, 8);
  }
  // A node whose clock went back would rightly refuse what its clients call now.
  settings.topic_config["message.timestamp.after.max.ms"] = "9223372036854775807";
  if (chance.one_in(4)) settings.topic_config["segment.index.bytes"] = "128";
  if (chance.one_in(4)) settings.topic_config["segment.ms"] = power_of_two(chance, 16, 6);
  turn_features(chance, settings);
  let_fade(chance, settings.fading);
  turn_knobs(chance, settings);
  turn_clients(chance, settings);
  flush_later(chance, settings);
  settings.is_damaged = chance.one_in(2);
  stall_helpers(chance, settings);
  write_little(chance, settings);
  return settings;
}

std::string describe(const WorkloadSettings& settings) {
  std::string text =
      fmt::format("{} shards, {}+{} producers, {} members, {} rounds, {} partitions",
                  settings.shards, settings.idempotent_producers, settings.plain_producers,
                  settings.members, settings.rounds, settings.partitions);
  for (const auto& [name, value] : settings.topic_config)
    text += fmt::format(", {}={}", name, value);
  if (settings.keyed.updates > 0) {
    text += fmt::format(", {} states in {} bytes, tombstones for {} ms", settings.keyed.updates,
                        settings.keyed.segment_bytes, settings.keyed.tombstones_ms);
  }
  if (settings.fading.records > 0) {
    text += fmt::format(", {} fading in {} bytes, {} bytes or {} ms kept", settings.fading.records,
                        settings.fading.segment_bytes, settings.fading.bytes, settings.fading.ms);
    if (settings.fading.trims > 0) text += fmt::format(", trimmed 1 in {}", settings.fading.trims);
  }
  if (settings.churn_steps > 0) text += fmt::format(", {} topics' steps", settings.churn_steps);
  if (settings.stalls_one_in > 0) {
    text += fmt::format(", 1 in {} stalls for {} ms", settings.stalls_one_in,
                        settings.longest_stall.count());
  }
  if (settings.is_damaged) text += ", damaged at rest";
  text += describe_clients(settings);
  for (const auto& [name, value] : settings.config) text += fmt::format(", {}={}", name, value);
  text += ";";
  for (std::size_t i = 0; i < settings.strikes.size(); ++i) {
    if (settings.strikes_with(i)) text += fmt::format(" {} {},", i, name_of(settings.strikes[i]));
  }
  text.back() = text.back() == ',' ? '.' : ';';
  return text;
}

}  // namespace weir::sim
