#include "client/producer/partitioner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "client/producer/key_hash.h"

namespace weir::client {
namespace {

using wire::Blob;

// The keys of test/partitions/README.md.
class KeySource {
 public:
  explicit KeySource(std::uint64_t index) : state_(index) {}
  std::string key() {
    std::string key(next() % 41, '\0');
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < key.size(); ++i) {
      if (i % 8 == 0) word = next();
      key[i] = static_cast<char>(word >> (8 * (i % 8)));
    }
    return key;
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

void expect_golden(const std::string& file, PartitionBy rule) {
  std::ifstream in(WEIR_SOURCE_DIR "/test/partitions/" + file, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  ASSERT_EQ(golden.size(), 20'000u) << file;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::string key = KeySource(i).key();
    const auto* at = reinterpret_cast<const std::byte*>(golden.data()) + 2 * i;
    const auto count = static_cast<PartitionIndex>(1 + i % 1000);
    ASSERT_EQ(partition_of_key(rule, Blob(as_bytes(key)), count), load_be<std::uint16_t>(at))
        << file << " key " << i;
  }
}

TEST(Partitioner, chooses_as_the_java_client_for_ten_thousand_keys) {
  expect_golden("murmur2.golden", PartitionBy::murmur2);
  expect_golden("murmur2.golden", PartitionBy::murmur2_random);
}

TEST(Partitioner, chooses_as_librdkafka_for_ten_thousand_keys) {
  expect_golden("crc32.golden", PartitionBy::consistent);
  expect_golden("fnv1a.golden", PartitionBy::fnv1a);
  expect_golden("fnv1a.golden", PartitionBy::fnv1a_random);
}

TEST(Partitioner, what_has_no_key_goes_to_the_sticky_partition_or_is_hashed_as_empty) {
  struct Row {
    PartitionBy rule;
    bool null_is_sticky;
    bool empty_is_sticky;
  };
  const Row rows[] = {{PartitionBy::murmur2_random, true, false},
                      {PartitionBy::murmur2, false, false},
                      {PartitionBy::consistent_random, true, true},
                      {PartitionBy::consistent, false, false},
                      {PartitionBy::fnv1a_random, true, false},
                      {PartitionBy::fnv1a, false, false},
                      {PartitionBy::sticky, true, true}};
  for (const Row& row : rows) {
    const auto null = partition_of_key(row.rule, Blob::null(), 100);
    const auto empty = partition_of_key(row.rule, Blob(), 100);
    EXPECT_EQ(!null.has_value(), row.null_is_sticky);
    EXPECT_EQ(!empty.has_value(), row.empty_is_sticky);
    if (null) EXPECT_EQ(null, empty);
  }
  EXPECT_EQ(partition_of_key(PartitionBy::consistent, Blob(), 100), 0);
  EXPECT_EQ(partition_of_key(PartitionBy::sticky, Blob(as_bytes("k")), 100), std::nullopt);
}

TEST(Partitioner, is_known_by_name) {
  EXPECT_EQ(partition_by_name("murmur2_random"), PartitionBy::murmur2_random);
  EXPECT_EQ(partition_by_name("consistent"), PartitionBy::consistent);
  EXPECT_EQ(partition_by_name("sticky"), PartitionBy::sticky);
  EXPECT_EQ(partition_by_name("random"), std::nullopt);
}

}  // namespace
}  // namespace weir::client
