// What a disk did to batches that were durable, and what readers are given then.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "log/log_test_support.h"

namespace weir::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Not under the checksum, and harmless: leaders are asked for epochs, not batches.
constexpr std::size_t leader_epoch_at = 12;
constexpr auto is_refused = wire::ErrorCode::kafka_storage_error;

// Six batches of a record each, and where each begins in the file.
class DamagedLog : public testing::Test {
 protected:
  explicit DamagedLog(LogConfig config = {}) : fixture(config) {
    for (int i = 0; i < 6; ++i) {
      places.push_back(content().size());
      fixture.append(
          {.timestamp = 1000 + i, .value = std::string(100, static_cast<char>('a' + i))});
    }
    places.push_back(content().size());
    fixture.close();
    before = content();
  }

  std::string& content() { return fixture.disk.content(fixture.path("00000000000000000000.log")); }

  // With the checks that it needs.
  std::expected<ReadPlan, wire::ErrorCode> plan_of(Offset from, Offset bound) {
    for (;;) {
      auto plan = fixture.log().read({.from = from, .bound = bound, .bytes_max = 1 << 20});
      if (!plan) return std::unexpected(plan.error());
      if (!plan->check) return *std::move(plan);
      EXPECT_TRUE(plan->check->carry_out());
      plan->check->conclude();
      ++checks;
    }
  }
  // The base offsets of what a reader from `from` is given.
  std::expected<std::vector<Offset>, wire::ErrorCode> read(Offset from, Offset bound = 6) {
    const auto plan = plan_of(from, bound);
    if (!plan) return std::unexpected(plan.error());
    return offsets_of(*plan);
  }
  // What was written since.
  bool serves(Offset offset) {
    const auto plan = plan_of(offset, offset + 1);
    return plan && plan->range.size > 0;
  }
  std::vector<Offset> offsets_of(const ReadPlan& plan) {
    if (plan.range.size == 0) return {};
    std::string bytes(plan.range.size, 0);
    EXPECT_EQ(
        plan.range.file->read_at(plan.range.position, std::as_writable_bytes(std::span(bytes))),
        plan.range.size);
    std::string wanted = before.substr(plan.range.position, plan.range.size);
    for (std::size_t at = 0; at < bytes.size(); at += places[1]) {  // all have one size
      wanted.replace(at + leader_epoch_at, 4, bytes, at + leader_epoch_at, 4);
    }
    EXPECT_EQ(bytes, wanted);
    std::vector<Offset> offsets;
    for (std::size_t i = 0; i < 6; ++i) {
      if (places[i] >= plan.range.position && places[i] < plan.range.position + plan.range.size) {
        offsets.push_back(static_cast<Offset>(i));
      }
    }
    return offsets;
  }

  LogFixture fixture;
  std::vector<std::size_t> places;
  std::string before;
  int checks = 0;
};

TEST_F(DamagedLog, what_was_there_is_looked_at_once) {
  fixture.open(true, 0);
  EXPECT_THAT(*read(0), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(checks, 1);
  EXPECT_THAT(*read(0), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(*read(3), ElementsAre(3, 4, 5));
  EXPECT_EQ(checks, 1);
}

TEST_F(DamagedLog, what_this_process_wrote_needs_no_look) {
  fixture.open(true, 0);
  fixture.append({});
  const auto plan = fixture.log().read({.from = 6, .bound = 7, .bytes_max = 1 << 20});
  ASSERT_TRUE(plan.has_value());
  EXPECT_GT(plan->range.size, 0u);
  EXPECT_FALSE(plan->check.has_value());
}

TEST_F(DamagedLog, only_the_damaged_batch_is_refused) {
  content()[places[3] - 5] ^= 1;  // in the value of batch 2
  fixture.open(true, 0);
  EXPECT_THAT(*read(0), ElementsAre(0, 1));
  EXPECT_THAT(*read(1), ElementsAre(1));
  EXPECT_EQ(read(2).error(), is_refused);
  EXPECT_EQ(read(2).error(), is_refused);
  EXPECT_THAT(*read(3), ElementsAre(3, 4, 5));
  EXPECT_EQ(fixture.append({}).base_offset, 6);
  ASSERT_EQ(fixture.sink.lines.size(), 1u) << fixture.sink.lines.back();
  EXPECT_THAT(fixture.sink.lines[0], HasSubstr("00000000000000000000.log"));
  EXPECT_THAT(fixture.sink.lines[0], HasSubstr(std::to_string(places[2])));
  EXPECT_THAT(fixture.sink.lines[0], HasSubstr("offset 2"));
  EXPECT_THAT(fixture.sink.lines[0], HasSubstr("its checksum is wrong"));
}

TEST_F(DamagedLog, a_check_of_a_file_that_was_cut_says_nothing) {
  fixture.open(true, 0);
  auto plan = fixture.log().read({.from = 0, .bound = 6, .bytes_max = 1 << 20});
  ASSERT_TRUE(plan && plan->check);
  ASSERT_TRUE(plan->check->carry_out());
  ASSERT_TRUE(fixture.log().truncate_to(4));
  plan->check->conclude();
  EXPECT_THAT(*read(0), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(checks, 1);
}

class IndexedDamagedLog : public DamagedLog {
 protected:
  IndexedDamagedLog() : DamagedLog({.index_interval_bytes = 1}), index_before(index()) {}
  std::string& index() { return fixture.disk.content(fixture.path("00000000000000000000.index")); }
  std::string index_before;
};

TEST_F(IndexedDamagedLog, bytes_of_another_place_are_none) {
  content().replace(places[4], places[1], before.substr(places[1], places[1]));
  fixture.open(true, 0);
  EXPECT_THAT(*read(3), ElementsAre(3));
  EXPECT_EQ(read(4).error(), is_refused);
  EXPECT_THAT(*read(5), ElementsAre(5));
}

// Whatever bit it is, nobody is given other bytes than those that were written, and all batches of
// places that an index entry leads to are served, but the damaged one.
TEST_F(IndexedDamagedLog, any_damaged_bit_costs_its_batch_alone) {
  for (std::size_t bit = 8 * places[2]; bit < 8 * places[3]; ++bit) {
    SCOPED_TRACE(bit - 8 * places[2]);
    content() = before;
    index() = index_before;
    content()[bit / 8] = static_cast<char>(content()[bit / 8] ^ (1 << bit % 8));
    const auto opened = fixture.try_open(true, 0);
    ASSERT_TRUE(opened) << opened.error().message();
    std::vector<Offset> refused, served;
    for (Offset from = 0; from < 6; ++from) {
      const auto got = read(from);
      if (!got) {
        EXPECT_EQ(got.error(), is_refused);
        refused.push_back(from);
        continue;
      }
      ASSERT_THAT(*got, testing::Not(IsEmpty()));
      served.push_back(from);
    }
    EXPECT_THAT(served, testing::IsSupersetOf({0, 1, 3, 4, 5}));
    EXPECT_EQ(index(), index_before);
    fixture.close();
  }
}

// A start walks through the headers behind the last index entry: all of them here. So does who
// reads when a batch is damaged while the log is open.
class DamagedHeader : public DamagedLog, public testing::WithParamInterface<std::string_view> {
 protected:
  void damage_and_open(std::size_t bit) {
    content() = before;
    const bool is_open = GetParam() == "while it is open";
    if (is_open) fixture.open(true, 0);
    content()[places[2] + bit / 8] ^= static_cast<char>(0x80 >> bit % 8);
    if (is_open) return;
    const auto opened = fixture.try_open(GetParam() == "after a clean stop", 6);
    ASSERT_TRUE(opened) << opened.error().message();
  }
};

TEST_P(DamagedHeader, costs_its_batch_alone_whatever_bit_it_is) {
  for (std::size_t bit = 0; bit < 8 * wire::batch_header_size; ++bit) {
    if (bit / 8 >= leader_epoch_at && bit / 8 < leader_epoch_at + 4) continue;
    SCOPED_TRACE(bit);
    damage_and_open(bit);
    EXPECT_EQ(content().size(), before.size());
    EXPECT_THAT(*read(0), ElementsAre(0, 1));
    EXPECT_THAT(*read(1), ElementsAre(1));
    const auto lost = read(2);
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error(), is_refused);
    for (const Offset from : {3, 4, 5, 3}) {
      const auto got = read(from);
      ASSERT_TRUE(got.has_value()) << from;
      EXPECT_EQ(got->front(), from);
      EXPECT_EQ(got->back(), 5);
    }
    EXPECT_EQ(fixture.append({}).base_offset, 6);
    ASSERT_GE(fixture.sink.lines.size(), 1u);
    EXPECT_THAT(fixture.sink.lines[0], HasSubstr("00000000000000000000.log"));
    EXPECT_THAT(fixture.sink.lines[0], HasSubstr(std::to_string(places[2])));
    fixture.sink.lines.clear();
    fixture.close();
  }
}

INSTANTIATE_TEST_SUITE_P(Each, DamagedHeader,
                         testing::Values("after a clean stop", "after a kill", "while it is open"),
                         [](const auto& suite) {
                           std::string name(suite.param);
                           std::ranges::replace(name, ' ', '_');
                           return name;
                         });

// Nobody is given what is behind it without a word, who asks for what it held.
TEST_F(DamagedLog, a_batch_that_says_that_it_is_shorter_is_refused_whole) {
  fixture.open(true, 6);
  fixture.append({.records = 3});
  fixture.append({});
  fixture.close();
  content()[before.size() + 26] = 0;  // its last offset is its first
  fixture.open(true, 10);
  for (const Offset offset : {7, 8, 6, 7}) {
    const auto got = plan_of(offset, 10);
    ASSERT_FALSE(got.has_value()) << offset;
    EXPECT_EQ(got.error(), is_refused);
  }
  EXPECT_TRUE(serves(9));
}

// What is written down of the log's end says how far it went.
TEST_F(DamagedLog, the_last_header_costs_its_batch_alone_while_it_says_how_long_it_is) {
  for (std::size_t bit = 0; bit < 8 * wire::batch_header_size; ++bit) {
    if (bit / 8 >= 8 && bit / 8 < leader_epoch_at + 4) continue;  // its length, and its epoch
    SCOPED_TRACE(bit);
    content() = before;
    content()[places[5] + bit / 8] ^= static_cast<char>(0x80 >> bit % 8);
    for (int starts = 0; starts < 2; ++starts) {
      const auto opened = fixture.try_open(true, 6);
      ASSERT_TRUE(opened) << opened.error().message();
      EXPECT_EQ(fixture.log().log_end_offset(), 6);
      EXPECT_EQ(content().size(), before.size());
      ASSERT_TRUE(read(4).has_value());
      EXPECT_THAT(*read(4), ElementsAre(4));
      const auto lost = read(5);
      ASSERT_FALSE(lost.has_value());
      EXPECT_EQ(lost.error(), is_refused);
      fixture.close();
    }
    fixture.open(true, 6);
    EXPECT_EQ(fixture.append({}).base_offset, 6);
    EXPECT_TRUE(serves(6));
    ASSERT_TRUE(fixture.flush());
    fixture.close();
    fixture.open(true, 7);
    EXPECT_FALSE(read(5).has_value());
    EXPECT_TRUE(serves(6));
    fixture.close();
  }
}

// A file that somebody has put there is believed, whatever was written down of the one before.
TEST_F(DamagedLog, a_known_end_says_nothing_of_whole_batches) {
  for (const Offset known_end : {3, 5, 7, 100}) {
    SCOPED_TRACE(known_end);
    content() = before;
    fixture.open(true, known_end);
    EXPECT_EQ(fixture.log().log_end_offset(), 6);
    EXPECT_THAT(*read(0), ElementsAre(0, 1, 2, 3, 4, 5));
    fixture.close();
  }
}

// A batch below the mark that says that it reaches the mark does not take the one behind it along.
TEST_F(DamagedLog, a_whole_batch_is_not_cut_because_a_damaged_one_reaches_into_it) {
  content()[places[4] + 26] ^= 1;  // of its last offset's delta: it says that it ends at 5
  fixture.open(false, 5);
  EXPECT_EQ(fixture.log().log_end_offset(), 6);
  EXPECT_EQ(content().size(), before.size());
  EXPECT_FALSE(read(4).has_value());
  EXPECT_THAT(*read(5), ElementsAre(5));
}

// Nothing says how far the log went.
TEST_F(DamagedLog, a_start_does_not_guess_an_end_behind_a_damaged_header) {
  content()[places[5] + 8] ^= 0x40;  // its length
  for (const bool after_clean_stop : {true, false}) {
    const auto opened = fixture.try_open(after_clean_stop, 6);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::corrupt);
    EXPECT_THAT(opened.error().what, HasSubstr("00000000000000000000.log"));
    EXPECT_EQ(content().size(), before.size());
  }
}

// The entry of the index that leads to it is of no use then, and does no harm.
TEST_F(IndexedDamagedLog, a_header_to_which_the_last_entry_leads_costs_its_batch_alone) {
  fixture.disk.content(fixture.path("00000000000000000000.index")).resize(2 * 8);
  content()[places[2] + 16] ^= 1;
  fixture.open(true, 0);
  EXPECT_FALSE(read(2).has_value());
  EXPECT_THAT(*read(3), ElementsAre(3, 4, 5));
  EXPECT_THAT(*read(5), ElementsAre(5));
}

// Above the mark a tail is cut as ever, in front of which something was left out.
TEST_F(DamagedLog, a_tail_is_cut_behind_a_damaged_header) {
  content()[places[2] + 16] ^= 1;
  content()[places[5] + 80] ^= 1;
  fixture.open(false, 4);
  EXPECT_EQ(fixture.log().log_end_offset(), 5);
  EXPECT_EQ(content().size(), places[5]);
  EXPECT_FALSE(read(2).has_value());
  EXPECT_THAT(*read(3), ElementsAre(3, 4));
  EXPECT_EQ(fixture.append({}).base_offset, 5);
}

TEST_F(DamagedLog, what_is_good_between_two_damaged_batches_is_served) {
  content()[places[1] + 80] ^= 1;  // its value: its header says where the next one is
  fixture.open(true, 0);
  content()[places[4] + 16] ^= 1;
  for (const Offset refused : {1, 4, 1}) EXPECT_FALSE(read(refused).has_value()) << refused;
  EXPECT_THAT(*read(2), ElementsAre(2, 3));
  EXPECT_THAT(*read(3), ElementsAre(3));
  EXPECT_THAT(*read(5), ElementsAre(5));
}

TEST_F(DamagedLog, two_damaged_batches_in_a_row_are_passed_one_after_the_other) {
  content()[places[1] + 80] ^= 1;
  fixture.open(true, 0);
  EXPECT_THAT(*read(0), ElementsAre(0));
  EXPECT_FALSE(read(1).has_value());
  content()[places[2] + 16] ^= 1;
  EXPECT_FALSE(read(2).has_value());
  ASSERT_TRUE(read(3).has_value());
  EXPECT_THAT(*read(3), ElementsAre(3, 4, 5));
  EXPECT_THAT(*read(5), ElementsAre(5));
}

TEST_F(DamagedLog, the_one_behind_an_offset_that_is_too_high_is_not_blamed) {
  fixture.open(true, 0);
  content()[places[2] + 7] = 3;
  EXPECT_THAT(*read(0, 5), ElementsAre(0, 1));
  EXPECT_THAT(*read(3), ElementsAre(3, 4, 5));
  EXPECT_FALSE(read(2).has_value());
}

// It cannot be told from a batch of the log, so nothing is.
TEST(DamagedValue, a_batch_in_the_value_of_a_damaged_one_is_none) {
  LogFixture fixture;
  fixture.append({.value = "a"});
  const auto content = [&]() -> std::string& {
    return fixture.disk.content(fixture.path("00000000000000000000.log"));
  };
  const std::size_t damaged_at = content().size();
  std::string inner = content();
  inner[7] = 2;  // the offset of the batch behind
  fixture.append({.value = inner});
  fixture.append({.value = "c"});
  fixture.close();
  content()[damaged_at + 16] ^= 1;  // its magic
  const std::string damaged = content();
  for (const bool after_clean_stop : {true, false}) {
    const auto opened = fixture.try_open(after_clean_stop, 3);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::corrupt);
    EXPECT_EQ(content(), damaged);
  }
}

TEST_F(DamagedLog, a_mark_beyond_the_end_is_not_ignored_when_a_batch_is_left_out) {
  content()[places[2] + 16] ^= 1;
  const std::string damaged = content();
  const auto opened = fixture.try_open(false, 9);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_EQ(content(), damaged);
}

// The state of producers is read from the same batches.
class DamagedProducers : public testing::TestWithParam<std::tuple<std::int32_t, std::size_t>> {};

TEST_P(DamagedProducers, those_of_whole_batches_go_on) {
  const auto [interval, damaged] = GetParam();
  LogFixture fixture({.index_interval_bytes = interval});
  std::vector<std::size_t> places;
  auto content = [&]() -> std::string& {
    return fixture.disk.content(fixture.path("00000000000000000000.log"));
  };
  for (int i = 0; i < 6; ++i) {
    places.push_back(content().size());
    fixture.append({.timestamp = 1000 + i,
                    .producer_id = 7 + i % 2,
                    .producer_epoch = 0,
                    .base_sequence = i / 2});
  }
  ASSERT_TRUE(fixture.flush());
  fixture.close();
  fixture.disk.content(fixture.path("00000000000000000006.snapshot")).clear();
  content()[places[damaged] + 16] ^= 1;
  const auto opened = fixture.try_open(false, 6);
  ASSERT_TRUE(opened) << opened.error().message();
  const auto again = fixture.stage({.producer_id = 8, .producer_epoch = 0, .base_sequence = 2}, 0);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->base_offset, 5) << "a repeat";
  EXPECT_EQ(fixture.append({.producer_id = 7, .producer_epoch = 0, .base_sequence = 3}).base_offset,
            6);
}

// Index entries lead beyond a damaged batch, so that nothing has looked at it when producers are
// read anew.
class DamagedReplay : public testing::Test {
 protected:
  DamagedReplay() : fixture({.index_interval_bytes = 1}) {
    for (int i = 0; i < 4; ++i) {
      places.push_back(content().size());
      fixture.append(
          {.timestamp = 1000 + i, .producer_id = 7 + i, .producer_epoch = 0, .base_sequence = 0});
    }
    EXPECT_TRUE(fixture.flush());
    fixture.close();
    fixture.disk.content(fixture.path("00000000000000000004.snapshot")).clear();
  }
  std::string& content() { return fixture.disk.content(fixture.path("00000000000000000000.log")); }
  // The producers of these batches are known.
  void expect_known(std::initializer_list<Offset> batches) {
    const auto opened = fixture.try_open(false, 4);
    ASSERT_TRUE(opened) << opened.error().message();
    for (const Offset batch : batches) {
      const auto again =
          fixture.stage({.producer_id = 7 + batch, .producer_epoch = 0, .base_sequence = 0});
      ASSERT_TRUE(again.has_value());
      EXPECT_EQ(again->base_offset, batch) << "a repeat";
    }
  }

  LogFixture fixture;
  std::vector<std::size_t> places;
};

TEST_F(DamagedReplay, passes_a_batch_that_says_that_it_is_a_marker) {
  content()[places[1] + 22] = 0x21;  // and compressed
  expect_known({0, 2, 3});
}

TEST_F(DamagedReplay, goes_back_to_what_a_batch_that_says_that_it_is_longer_has_passed) {
  const std::string before = content();
  content()[places[1] + 11] += 20;
  expect_known({0, 2, 3});
  fixture.disk.content(fixture.path("00000000000000000004.snapshot")).clear();
  content() = before;
  content()[places[2] + 11] += 20;
  expect_known({0, 1, 3});
}

// The first start makes the entry behind them, the second has nothing else that leads there.
class DamagedTwice : public testing::TestWithParam<bool> {};

TEST_P(DamagedTwice, a_log_that_was_opened_once_is_opened_again) {
  LogFixture fixture({.index_interval_bytes = 64});
  const auto content = [&](const char* name) -> std::string& {
    return fixture.disk.content(fixture.path(name));
  };
  std::vector<std::size_t> places;
  for (int i = 0; i < 6; ++i) {
    places.push_back(content("00000000000000000000.log").size());
    fixture.append(
        {.timestamp = 1000 + i, .producer_id = 7, .producer_epoch = 0, .base_sequence = i});
  }
  ASSERT_TRUE(fixture.flush());
  fixture.close();
  std::string& log = content("00000000000000000000.log");
  log.insert(places[3], 1, 'x');            // the one before does not lead to it
  log[places[3] + 1] = 7;                   // nor does its offset
  if (GetParam()) log[places[2] + 24] = 7;  // nor what it says of its last offset
  content("00000000000000000000.index").clear();
  for (int start = 0; start < 3; ++start) {
    content("00000000000000000006.snapshot").clear();
    const auto opened = fixture.try_open(false, 6);
    ASSERT_TRUE(opened) << start << ": " << opened.error().message();
    EXPECT_EQ(fixture.log().log_end_offset(), 6);
    EXPECT_THAT(fixture.offsets(4), ElementsAre(4, 5));
    fixture.close();
  }
}

// The second start begins at the entry in front of them, which says that that batch is right.
TEST(DamagedInARow, a_log_that_was_opened_once_is_opened_again) {
  LogFixture fixture({.index_interval_bytes = 64});
  const auto content = [&](const char* name) -> std::string& {
    return fixture.disk.content(fixture.path(name));
  };
  std::vector<std::size_t> places;
  for (int i = 0; i < 6; ++i) {
    places.push_back(content("00000000000000000000.log").size());
    fixture.append({.timestamp = 1000 + i});
  }
  ASSERT_TRUE(fixture.flush());
  fixture.close();
  content("00000000000000000000.log")[places[3] + 7] = 1;  // its offset
  content("00000000000000000000.log")[places[4] + 8] = 7;  // its length
  content("00000000000000000000.index").clear();
  for (int start = 0; start < 3; ++start) {
    const auto opened = fixture.try_open(false, 5);
    ASSERT_TRUE(opened) << start << ": " << opened.error().message();
    EXPECT_EQ(fixture.log().log_end_offset(), 6);
    EXPECT_THAT(fixture.offsets(5), ElementsAre(5));
    fixture.close();
  }
}

INSTANTIATE_TEST_SUITE_P(LastOffsets, DamagedTwice, testing::Bool());

// With one entry for all, with entries around the damaged batch; those before each one's last.
INSTANTIATE_TEST_SUITE_P(IndexIntervals, DamagedProducers,
                         testing::Combine(testing::Values(4096, 1), testing::Values(0, 1, 2, 3)));

}  // namespace
}  // namespace weir::log
