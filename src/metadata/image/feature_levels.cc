#include "metadata/image/feature_levels.h"

#include <array>

namespace weir::metadata {
namespace {

constexpr std::array<FeatureSupport, 7> supported{{
    {"eligible.leader.replicas.version", {0, 1}, 1},
    {"group.version", {0, 1}, 1},
    {"kraft.version", {0, 1}, 1},
    {"metadata.version", {metadata_version_min, metadata_version_max}, metadata_version_max},
    {"share.version", {0, 2}, 2},
    {"streams.version", {0, 1}, 1},
    {"transaction.version", {0, 2}, 2},
}};

struct Level {
  std::string_view text;
  bool metadata_changed;  // against the level before
};
// From level 7 on.
constexpr std::array<Level, metadata_version_max - metadata_version_min + 1> levels{{
    {"3.3-IV3", true},  {"3.4-IV0", true},  {"3.5-IV0", false}, {"3.5-IV1", false},
    {"3.5-IV2", true},  {"3.6-IV0", false}, {"3.6-IV1", true},  {"3.6-IV2", true},
    {"3.7-IV0", true},  {"3.7-IV1", false}, {"3.7-IV2", true},  {"3.7-IV3", false},
    {"3.7-IV4", false}, {"3.8-IV0", false}, {"3.9-IV0", false}, {"4.0-IV0", false},
    {"4.0-IV1", true},  {"4.0-IV2", false}, {"4.0-IV3", false}, {"4.1-IV0", false},
    {"4.1-IV1", false}, {"4.2-IV0", false}, {"4.2-IV1", false}, {"4.3-IV0", true},
    {"4.4-IV0", false}, {"4.4-IV1", true},  {"4.4-IV2", true},
}};

const Level& level_at(std::int16_t level) {
  return levels[static_cast<std::size_t>(level - metadata_version_min)];
}

}  // namespace

std::span<const FeatureSupport> supported_features() { return supported; }

VersionRange supported_range(std::string_view feature) {
  for (const auto& support : supported) {
    if (support.name == feature) return support.range;
  }
  return {0, 0};
}

std::string MetadataVersion::text() const {
  if (level < metadata_version_min || level > metadata_version_max) return std::to_string(level);
  return std::string(level_at(level).text);
}

bool MetadataVersion::metadata_changed_between(std::int16_t high, std::int16_t low) {
  for (std::int16_t level = high; level > low; --level) {
    if (level_at(level).metadata_changed) return true;
  }
  return false;
}

}  // namespace weir::metadata
