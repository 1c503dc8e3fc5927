// Batches whose header says other offsets than those that they were given. No checksum covers the
// base offset; one covers how many offsets follow it, but nobody looks at it who passes by.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "base/sanitizer.h"
#include "log/format/file_names.h"
#include "log/log_test_support.h"

namespace weir::log {
namespace {

using testing::ElementsAre;

constexpr std::size_t last_offset_delta_end = 27;
constexpr Offset is_refused_there = -1, is_passed_over = -2;

// Twelve batches of two records each, five of them in an older segment.
class MovedBatch : public testing::Test {
 protected:
  explicit MovedBatch(LogConfig config = {.segment_ms = 1000}) : fixture(config) {
    for (int i = 0; i < 12; ++i) {
      if (i == 5) active = fixture.log().log_end_offset();
      const Offset segment = i < 5 ? 0 : active;
      fixture.now += i == 5 ? 2000 : 1;
      const std::size_t position = i == 5 ? 0 : content(segment).size();
      fixture.append({.records = 2, .timestamp = fixture.now, .value = std::string(40, 'a')});
      places.push_back({segment, position});
    }
  }

  std::string& content(Offset segment) {
    return fixture.disk.content(fixture.path(segment_file_name(segment, log_suffix)));
  }
  char& byte_of(std::size_t batch, std::size_t at) {
    return content(places[batch].first)[places[batch].second + at];
  }
  // The base offset of the batch that a reader of `offset` is given.
  Offset given(Offset offset) {
    const Offset end = fixture.log().log_end_offset();
    auto plan = fixture.log().read({.from = offset, .bound = end, .bytes_max = 1 << 20});
    while (plan && plan->check) {
      EXPECT_TRUE(plan->check->carry_out());
      plan->check->conclude();
      plan = fixture.log().read({.from = offset, .bound = end, .bytes_max = 1 << 20});
    }
    if (!plan) return is_refused_there;
    if (plan->range.size == 0) return is_passed_over;
    std::array<std::byte, wire::batch_header_size> bytes;
    EXPECT_TRUE(plan->range.file->read_at(plan->range.position, MutableBytes(bytes)));
    const wire::BatchView header{Bytes(bytes)};
    const bool is_inside = header.base_offset() <= offset && offset <= header.last_offset();
    return is_inside ? header.base_offset() : is_passed_over;
  }
  // All that was written is served, but this batch, which is refused.
  void expect_refused_alone(std::size_t batch) {
    for (Offset offset = 0; offset < 24; ++offset) {
      const bool is_hit = offset / 2 == static_cast<Offset>(batch);
      EXPECT_EQ(given(offset), is_hit ? is_refused_there : offset / 2 * 2) << "of " << offset;
    }
  }

  LogFixture fixture;
  Offset active = 0;
  std::vector<std::pair<Offset, std::size_t>> places;  // segment, position
};

TEST_F(MovedBatch, nothing_is_wrong_at_first) {
  ASSERT_EQ(places[5].first, 10);
  for (Offset offset = 0; offset < 24; ++offset) EXPECT_EQ(given(offset), offset / 2 * 2);
}

enum class Start { after_clean_stop, after_power_loss, after_kill, while_open };

class AnyMovedBatch : public MovedBatch,
                      public testing::WithParamInterface<std::pair<Start, std::int32_t>> {
 protected:
  AnyMovedBatch() : MovedBatch({.segment_ms = 1000, .index_interval_bytes = GetParam().second}) {
    EXPECT_TRUE(fixture.flush());
    fixture.close();
  }
  void damage_and_open(std::size_t batch, std::size_t bit) {
    const auto how = GetParam().first;
    if (how == Start::while_open) fixture.open(true, 24);
    byte_of(batch, bit / 8) ^= static_cast<char>(0x80 >> bit % 8);
    if (how == Start::while_open) return;
    fixture.nothing_lost = how == Start::after_kill;
    const auto opened = fixture.try_open(how == Start::after_clean_stop, 24);
    ASSERT_TRUE(opened) << opened.error().message();
  }
};

TEST_P(AnyMovedBatch, is_refused_alone) {
  std::vector<std::string> before;
  for (const Offset segment : {Offset{0}, active}) before.push_back(content(segment));
  for (std::size_t batch = 0; batch < places.size(); ++batch) {
    for (std::size_t bit = test_stride - 1; bit < 64; bit += test_stride) {
      SCOPED_TRACE(testing::Message() << "bit " << bit << " of batch " << batch);
      damage_and_open(batch, bit);
      if (HasFatalFailure()) return;
      for (int times = 0; times < 2; ++times) expect_refused_alone(batch);
      EXPECT_EQ(fixture.log().log_end_offset(), 24);
      fixture.close();
      content(0) = before[0];
      content(active) = before[1];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Starts, AnyMovedBatch, testing::ValuesIn([] {
                           std::vector<std::pair<Start, std::int32_t>> all;
                           for (const auto how : {Start::after_clean_stop, Start::after_power_loss,
                                                  Start::after_kill, Start::while_open}) {
                             for (const std::int32_t interval : {1, 200, 400, 4096}) {
                               all.emplace_back(how, interval);
                             }
                           }
                           return all;
                         }()));

// What is appended behind one that was damaged meanwhile is there after a start.
TEST(MovedLastBatch, is_left_out_by_the_next_start_though_an_entry_says_the_same) {
  LogFixture fixture({.index_interval_bytes = 1});
  for (int i = 0; i < 3; ++i) fixture.append({.timestamp = 1000 + i});
  auto& content = fixture.disk.content(fixture.path("00000000000000000000.log"));
  const std::size_t last = content.size();
  fixture.append({.timestamp = 1003});
  ASSERT_TRUE(fixture.flush());
  fixture.close();
  fixture.open(true, 4);
  content[last + 6] ^= 4;  // 1,024 more
  EXPECT_FALSE(fixture.log().read({.from = 3, .bound = 4, .bytes_max = 1 << 20}));
  EXPECT_EQ(fixture.append({.timestamp = 1004}).base_offset, 4);
  ASSERT_TRUE(fixture.flush());
  fixture.close();
  const auto opened = fixture.try_open(true, 5);
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(fixture.log().log_end_offset(), 5);
  EXPECT_THAT(fixture.offsets(4), ElementsAre(4));
}

// Of two that contradict each other neither is given by a guess.
TEST(MovedInCompacted, is_refused_though_gaps_are_nothing_strange) {
  for (const bool while_open : {false, true}) {
    LogFixture fixture({.index_interval_bytes = 4096, .cleanup_compact = true});
    std::vector<std::size_t> batches;
    auto& content = fixture.disk.content(fixture.path("00000000000000000000.log"));
    for (int i = 0; i < 4; ++i) {
      batches.push_back(content.size());
      fixture.append({});
    }
    ASSERT_TRUE(fixture.flush());
    fixture.close();
    content[batches[3] + 7] = 20;  // what was between is compacted away
    if (while_open) fixture.open(true, 21);
    content[batches[1] + 7] ^= 4;
    if (!while_open) fixture.open(true, 21);
    EXPECT_EQ(fixture.log().log_end_offset(), 21);
    for (const Offset offset : {1, 5, 1}) {
      const auto plan = [&] {
        return fixture.log().read({.from = offset, .bound = 21, .bytes_max = 1 << 20});
      };
      auto found = plan();
      while (found && found->check) {
        EXPECT_TRUE(found->check->carry_out());
        found->check->conclude();
        found = plan();
      }
      EXPECT_TRUE(!found || (offset == 5 && found->start_offset == 20));
    }
  }
}

// Who looks for where an offset begins has nothing to do with what is damaged in front of it.
TEST_F(MovedBatch, a_truncation_to_a_segments_begin_is_not_kept_by_damage_in_front_of_it) {
  ASSERT_TRUE(fixture.flush());
  fixture.close();
  byte_of(4, 80) ^= 1;
  fixture.open(true, 24);
  EXPECT_TRUE(fixture.log().truncate_to(10));
  EXPECT_EQ(fixture.append({}).base_offset, 10);
}

// It says that it ends earlier than it does, and nothing stands behind it in its segment.
TEST_F(MovedBatch, the_last_of_a_segment_that_says_that_it_is_shorter_is_refused_whole) {
  ASSERT_TRUE(fixture.flush());
  fixture.close();
  byte_of(4, last_offset_delta_end - 1) = 0;
  fixture.open(true, 24);
  EXPECT_EQ(given(9), is_refused_there);
  EXPECT_EQ(given(8), is_refused_there);
  expect_refused_alone(4);
}

// Above the mark, where a loss of power may have garbled it.
TEST_F(MovedBatch, the_last_of_a_segment_that_was_not_synced_is_cut_off) {
  fixture.close();
  byte_of(4, 6) ^= 4;  // 1,024 more
  fixture.open(false, 0);
  EXPECT_EQ(fixture.log().log_end_offset(), 8);
  EXPECT_THAT(fixture.offsets(), ElementsAre(0, 2, 4, 6));
  EXPECT_EQ(fixture.append({}).base_offset, 8);
}

TEST_F(MovedBatch, one_of_a_segment_that_was_not_synced_is_cut_off_itself) {
  fixture.close();
  byte_of(2, 6) ^= 4;
  fixture.open(false, 0);
  EXPECT_EQ(fixture.log().log_end_offset(), 4);
  EXPECT_THAT(fixture.offsets(), ElementsAre(0, 2));
  EXPECT_EQ(fixture.append({}).base_offset, 4);
}

// Nothing shows it but what was durable.
TEST(MovedOnlyBatch, is_refused_after_a_kill) {
  LogFixture fixture;
  fixture.append({.records = 3});
  ASSERT_TRUE(fixture.flush());
  fixture.close();
  fixture.disk.content(fixture.path("00000000000000000000.log"))[7] ^= 4;
  fixture.nothing_lost = true;
  for (const Offset end : {3, 4}) {
    const auto opened = fixture.try_open(false, 3);
    ASSERT_TRUE(opened) << opened.error().message();
    EXPECT_EQ(fixture.log().log_end_offset(), end);
    for (const Offset offset : {0, 1, 2}) {
      EXPECT_FALSE(fixture.log().read({.from = offset, .bound = end, .bytes_max = 1 << 20}));
    }
    EXPECT_EQ(fixture.append({}).base_offset, end);
    ASSERT_TRUE(fixture.flush());
    fixture.close();
  }
}

}  // namespace
}  // namespace weir::log
