#include "runtime/sync_choice.h"

#include <gtest/gtest.h>

namespace weir::runtime {
namespace {

using namespace std::chrono_literals;

// A disk on which a sync of everything takes `all`, and one of a file `file`.
struct TimedDisk {
  env::Duration all, file;
  SyncChoice choice;

  bool sync(std::size_t files) {
    const bool together = choice.together(files);
    choice.took(together, files, together ? all : file * static_cast<int>(files));
    return together;
  }
  int together_of(int groups, std::size_t files) {
    int together = 0;
    for (int i = 0; i < groups; ++i) together += sync(files) ? 1 : 0;
    return together;
  }
};

TEST(SyncChoice, one_file_is_never_synced_with_all_others) {
  TimedDisk disk{.all = 1us, .file = 1ms, .choice = {}};
  EXPECT_EQ(disk.together_of(100, 1), 0);
}

TEST(SyncChoice, takes_the_cheaper_way_and_tries_the_other_now_and_then) {
  TimedDisk disk{.all = 230us, .file = 57us, .choice = {}};
  EXPECT_GT(disk.together_of(1'000, 12), 990);
  EXPECT_LT(disk.together_of(1'000, 12), 1'000);
  EXPECT_LT(disk.together_of(1'000, 3), 10);  // 171 us one by one
}

TEST(SyncChoice, changes_its_mind_when_a_neighbour_begins_to_write) {
  TimedDisk disk{.all = 230us, .file = 57us, .choice = {}};
  disk.together_of(100, 12);
  disk.all = 30ms;
  EXPECT_LT(disk.together_of(1'000, 12), 20);
  disk.all = 230us;
  EXPECT_GT(disk.together_of(4'000, 12), 1'000);
}

TEST(SyncChoice, one_slow_sync_does_not_decide) {
  TimedDisk disk{.all = 200us, .file = 80us, .choice = {}};
  disk.together_of(100, 12);
  disk.choice.took(true, 12, 1s);
  EXPECT_TRUE(disk.sync(12));
}

}  // namespace
}  // namespace weir::runtime
