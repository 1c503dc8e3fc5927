#pragma once
// The features this program understands, with the levels of Apache Kafka 4.4.0 (Feature.java,
// MetadataVersion.java), and what a level of metadata.version means for records.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "metadata/image/image.h"

namespace weir::metadata {

inline constexpr std::string_view metadata_version_feature = "metadata.version";
inline constexpr std::string_view kraft_version_feature = "kraft.version";
inline constexpr std::string_view elr_feature = "eligible.leader.replicas.version";

inline constexpr std::int16_t metadata_version_min = 7;   // 3.3-IV3
inline constexpr std::int16_t metadata_version_max = 33;  // 4.4-IV2

struct FeatureSupport {
  std::string_view name;
  VersionRange range;
  std::int16_t fresh_level;  // what `format` of 4.4.0 finalizes
};

// Sorted by name.
std::span<const FeatureSupport> supported_features();
// [0, 0] for a name that is not known.
VersionRange supported_range(std::string_view feature);

// What a level of metadata.version brings. Names follow MetadataVersion.java.
struct MetadataVersion {
  std::int16_t level = 0;

  bool is_migration_supported() const { return level >= 8; }
  bool is_scram_supported() const { return level >= 11; }
  bool is_leader_epoch_bump_required_on_isr_shrink() const { return level < 12; }
  bool is_metadata_transaction_supported() const { return level >= 13; }
  bool is_delegation_token_supported() const { return level >= 14; }
  bool is_controller_registration_supported() const { return level >= 15; }
  bool is_directory_assignment_supported() const { return level >= 17; }
  bool is_elr_supported() const { return level >= 23; }
  bool is_cordoned_log_dirs_supported() const { return level >= 30; }
  bool is_controller_unregistration_supported() const { return level >= 33; }

  std::int16_t register_broker_record_version() const {
    if (is_cordoned_log_dirs_supported()) return 4;
    if (is_directory_assignment_supported()) return 3;
    return is_migration_supported() ? 2 : 1;
  }
  std::int16_t partition_record_version() const {
    if (is_elr_supported()) return 2;
    return is_directory_assignment_supported() ? 1 : 0;
  }
  std::string text() const;  // "4.4-IV2"
  // Whether the records of the two levels differ, so that one cannot go back from the higher to the
  // lower.
  static bool metadata_changed_between(std::int16_t high, std::int16_t low);
};

inline MetadataVersion metadata_version_of(const Image& image) {
  return MetadataVersion{image.features.metadata_version};
}

}  // namespace weir::metadata
