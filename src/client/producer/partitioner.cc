#include "client/producer/partitioner.h"

#include "base/check.h"
#include "client/producer/key_hash.h"

namespace weir::client {
namespace {

constexpr std::uint32_t positive = 0x7fffffff;

std::optional<PartitionIndex> on(std::uint32_t hash, PartitionIndex count) {
  return static_cast<PartitionIndex>(hash % static_cast<std::uint32_t>(count));
}

}  // namespace

std::optional<PartitionBy> partition_by_name(std::string_view name) {
  constexpr std::pair<std::string_view, PartitionBy> names[] = {
      {"murmur2_random", PartitionBy::murmur2_random},
      {"murmur2", PartitionBy::murmur2},
      {"consistent_random", PartitionBy::consistent_random},
      {"consistent", PartitionBy::consistent},
      {"fnv1a_random", PartitionBy::fnv1a_random},
      {"fnv1a", PartitionBy::fnv1a},
      {"sticky", PartitionBy::sticky}};
  for (const auto& [known, rule] : names) {
    if (known == name) return rule;
  }
  return std::nullopt;
}

std::optional<PartitionIndex> partition_of_key(PartitionBy rule, const wire::Blob& key,
                                               PartitionIndex partition_count) {
  CHECK(partition_count > 0, "a topic has partitions");
  switch (rule) {
    case PartitionBy::murmur2_random:
      if (key.is_null()) return std::nullopt;
      [[fallthrough]];
    case PartitionBy::murmur2:
      return on(murmur2(key) & positive, partition_count);
    case PartitionBy::consistent_random:
      if (key.empty()) return std::nullopt;
      [[fallthrough]];
    case PartitionBy::consistent:
      return on(crc32(key), partition_count);
    case PartitionBy::fnv1a_random:
      if (key.is_null()) return std::nullopt;
      [[fallthrough]];
    case PartitionBy::fnv1a:
      return on(fnv1a(key), partition_count);
    case PartitionBy::sticky:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace weir::client
