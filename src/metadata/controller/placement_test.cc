#include "metadata/controller/placement.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace weir::metadata {
namespace {

TEST(Placement, spreads_leaders_and_replicas_evenly_over_brokers_and_racks) {
  std::vector<UsableBroker> brokers;
  for (BrokerId id = 0; id < 6; ++id)
    brokers.push_back({id, "rack" + std::to_string(id % 3), false});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SeededRandom random(seed);
    const auto placed = place_replicas({600, 3}, brokers, random);
    ASSERT_TRUE(placed);
    std::map<BrokerId, int> leaders, replicas;
    for (const auto& partition : *placed) {
      ++leaders[partition[0]];
      std::set<BrokerId> racks;
      for (const BrokerId id : partition) {
        ++replicas[id];
        racks.insert(id % 3);
      }
      EXPECT_EQ(racks.size(), 3u);  // one replica a rack
    }
    for (BrokerId id = 0; id < 6; ++id) {
      EXPECT_NEAR(leaders[id], 100, 25);
      EXPECT_NEAR(replicas[id], 300, 25);
    }
  }
}

TEST(Placement, a_fenced_broker_follows_but_never_leads) {
  SeededRandom random(1);
  const auto placed =
      place_replicas({20, 3}, {{1, {}, false}, {2, {}, true}, {3, {}, false}}, random);
  ASSERT_TRUE(placed);
  for (const auto& replicas : *placed) {
    EXPECT_NE(replicas[0], 2);
    EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()), (std::set<BrokerId>{1, 2, 3}));
  }
}

TEST(Placement, says_in_kafkas_words_why_it_cannot) {
  SeededRandom random(1);
  EXPECT_EQ(place_replicas({1, 1}, {{1, {}, true}}, random).error(),
            "All brokers are currently fenced, or have all their log directories cordoned.");
  EXPECT_EQ(place_replicas({1, 1}, {}, random).error(),
            "All brokers are currently fenced, or have all their log directories cordoned.");
  EXPECT_EQ(place_replicas({1, 3}, {{1, {}, false}, {2, {}, false}}, random).error(),
            "The target replication factor of 3 cannot be reached because only 2 broker(s) are "
            "registered or some brokers have all their log directories cordoned.");
}

}  // namespace
}  // namespace weir::metadata
