#include "app/cli/log_files/verify.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "app/cli/log_files/log_files_test_support.h"
#include "base/sanitizer.h"
#include "wire/record/batch.h"

namespace weir::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view txn_log = "txn-0/00000000000000000000.log";

TEST(LogVerify, what_kafka_wrote_is_good) {
  LogFilesFixture fixture;
  add_internal_topics(fixture);
  EXPECT_THAT(fixture.verify(""), IsEmpty());
  for (const std::string& name : fixture.files()) {
    if (identify(fixture.path(name))) EXPECT_THAT(fixture.verify(name), IsEmpty()) << name;
  }
}

TEST(LogVerify, nothing_is_written) {
  LogFilesFixture fixture;
  namespace fs = std::filesystem;
  const auto before = fixture.files();
  const auto time = fs::last_write_time(fixture.path("txn-0"));
  fixture.verify("");
  EXPECT_EQ(fixture.files(), before);
  EXPECT_EQ(fs::last_write_time(fixture.path("txn-0")), time);
  EXPECT_FALSE(fs::exists(fixture.path(".lock")));
}

struct Damage {
  std::string_view file;
  std::size_t position;
  std::string bytes;  // instead of those that stand there; empty: the file is cut
  std::vector<std::string> problems;
};

std::string zeroes(std::size_t count) { return std::string(count, '\0'); }

using namespace std::string_literals;

const Damage damages[] = {
    {txn_log,
     78 + 70,
     "x",
     {"txn-0/00000000000000000000.log: at 78, offset 1: the batch's checksum says 2410161164, "
      "its bytes 4052166844"}},
    {txn_log,
     78 + 7,
     "\0"s,  // a checksum does not cover the base offset
     {"txn-0/00000000000000000000.log: at 78, offset 0: offset 1 was to follow"}},
    {txn_log,
     156 + 8,
     zeroes(4),
     {"txn-0/00000000000000000000.log: at 156, offset 2: a batch length that cannot be"}},
    {txn_log,
     156 + 16,
     "\1"s,
     {"txn-0/00000000000000000000.log: at 156, offset 2: a batch of another magic than 2"}},
    {txn_log,
     1482 - 7,
     "",
     {"txn-0/00000000000000000000.log: at 1404, offset 18: the file ends within a batch"}},
    {txn_log,
     15,
     "\7"s,
     {"txn-0/00000000000000000000.log: at 0, offset 0: leader epoch 7, 0 by the "
      "leader-epoch-checkpoint"}},
    {"txn-0/00000000000000000000.txnindex",
     1,
     "\1"s,
     {"txn-0/00000000000000000000.txnindex: at 0, offset 7: version 1 is not known"}},
    {"txn-0/00000000000000000000.txnindex",
     9,
     "\6"s,
     {"txn-0/00000000000000000000.txnindex: at 0, offset 7: no marker of producer 6 is there"}},
    {"txn-0/00000000000000000000.txnindex",
     17,
     "\x9"s,
     {"txn-0/00000000000000000000.txnindex: at 0, offset 7: a transaction from offset 9 to 7"}},
    {"txn-0/00000000000000000000.txnindex",
     30,
     "",
     {"txn-0/00000000000000000000.txnindex: offset 7: the transaction of producer 7 that was "
      "aborted there is missing",
      "txn-0/00000000000000000000.txnindex: at 0: 30 bytes at the end are no entry"}},
    {"plain-0/00000000000000000019.index",
     3,
     "\1"s,
     {"plain-0/00000000000000000019.index: at 0, offset 20: the batch there ends at offset 21"}},
    {"plain-0/00000000000000000019.index",
     7,
     "\1"s,
     {"plain-0/00000000000000000019.index: at 0, offset 21: no batch begins at position 1"}},
    {"plain-0/00000000000000000019.timeindex",
     11,
     "\x8"s,
     {"plain-0/00000000000000000019.timeindex: at 0, offset 27: timestamp 1700000009000: the "
      "largest up to there is 1700000011000",
      "plain-0/00000000000000000019.timeindex: at 12, offset 23: timestamp 1700000011000 does "
      "not ascend from timestamp 1700000009000 at offset 27"}},
    {"txn-0/00000000000000000019.snapshot",
     2,
     "x",
     {"txn-0/00000000000000000019.snapshot: a producer snapshot with a bad checksum"}},
    {"txn-0/leader-epoch-checkpoint",
     2,
     "2",
     {"txn-0/leader-epoch-checkpoint: a checkpoint file that was cut short"}},
    {"txn-0/partition.metadata",
     9,
     "7",
     {"txn-0/partition.metadata: a partition.metadata file that makes no sense"}},
    {"cleaner-offset-checkpoint",
     0,
     "9",
     {"cleaner-offset-checkpoint: a checkpoint file of a version that is not known"}},
    {".kafka_cleanshutdown", 0, "x", {".kafka_cleanshutdown: it is no JSON"}},
};

TEST(LogVerify, each_damage_is_told_with_its_file_and_position) {
  for (const Damage& damage : damages) {
    LogFilesFixture fixture;
    if (damage.bytes.empty()) {
      fixture.write(damage.file, fixture.read(damage.file).substr(0, damage.position));
    } else {
      fixture.change(damage.file, damage.position, damage.bytes);
    }
    EXPECT_EQ(fixture.verify(damage.file), damage.problems)
        << damage.file << " at " << damage.position;
  }
}

TEST(LogVerify, a_directory_shows_what_one_file_cannot) {
  LogFilesFixture fixture;
  fixture.write("recovery-point-offset-checkpoint", "0\n2\ngone 0 99\ntxn 0 30\n");
  std::filesystem::remove(fixture.path("plain-0/00000000000000000019.log"));
  std::filesystem::rename(fixture.path("txn-0/00000000000000000019.log"),
                          fixture.path("txn-0/00000000000000000018.log"));
  EXPECT_THAT(
      fixture.verify(""),
      ElementsAre("plain-0/00000000000000000019.index: there is no log of this name beside it",
                  "plain-0/00000000000000000019.timeindex: there is no log of this name beside it",
                  "plain-0/00000000000000000037.log: at 0, offset 37: the segment before ends at "
                  "offset 19: batches, or a segment, are missing in between",
                  "txn-0/00000000000000000000.log: at 1404, offset 18: the batch ends at offset "
                  "18, the next segment begins at 18",
                  "txn-0/00000000000000000019.index: there is no log of this name beside it",
                  "txn-0/00000000000000000019.timeindex: there is no log of this name beside it",
                  "txn-0/00000000000000000019.txnindex: there is no log of this name beside it"));
}

TEST(LogVerify, a_log_that_lost_its_end_is_told_by_the_checkpoints) {
  LogFilesFixture fixture;
  constexpr std::string_view newest = "txn-0/00000000000000000019.log";
  const std::string log = fixture.read(newest);
  fixture.write(newest, log.substr(0, log.size() - 78));  // a whole batch
  for (const std::string_view hint : {"19.timeindex", "29.snapshot"}) {
    std::filesystem::remove(fixture.path(fmt::format("txn-0/000000000000000000{}", hint)));
  }
  EXPECT_THAT(fixture.verify(""),
              ElementsAre("recovery-point-offset-checkpoint: txn-0: offset 29 is beyond the log's "
                          "end, 28: records are missing there, or this file is wrong",
                          "replication-offset-checkpoint: txn-0: offset 29 is beyond the log's "
                          "end, 28: records are missing there, or this file is wrong"));
}

TEST(LogVerify, zeroes_are_good_behind_the_newest_segment_only) {
  LogFilesFixture fixture;
  for (const std::string_view name :
       {"txn-0/00000000000000000000.log", "txn-0/00000000000000000019.log"}) {
    fixture.write(name, fixture.read(name) + zeroes(5000));
  }
  EXPECT_THAT(fixture.verify("txn-0"),
              ElementsAre("txn-0/00000000000000000000.log: at 1482, offset 19: a batch length "
                          "that cannot be"));
}

TEST(LogVerify, snapshots_of_the_metadata_log_are_checked_whole) {
  LogFilesFixture fixture;
  add_internal_topics(fixture);
  const std::string name = "__cluster_metadata-0/00000000000000000000-0000000000.checkpoint";
  const std::string good = fixture.read(name);
  fixture.write(name, good.substr(0, good.size() - 3));
  ASSERT_EQ(fixture.verify(name).size(), 1u);
  EXPECT_THAT(fixture.verify(name).front(), testing::HasSubstr("the file ends within a batch"));
  const std::string renamed = "__cluster_metadata-0/00000000000000000000-0000000004.checkpoint";
  fixture.write(renamed, good);
  EXPECT_THAT(fixture.verify(renamed).front(),
              testing::EndsWith("leader epoch 0, 4 by the file's name"));
  fixture.write("__cluster_metadata-0/quorum-state", "{}");
  EXPECT_EQ(fixture.verify("__cluster_metadata-0/quorum-state").size(), 1u);
}

TEST(LogVerify, a_producer_that_stands_in_a_snapshot_twice_or_ahead_of_it_is_told) {
  LogFilesFixture fixture;
  constexpr std::size_t head_size = 10, checked_from = 6;
  const std::string name = "txn-0/00000000000000000019.snapshot";
  std::string snapshot = fixture.read(name);
  snapshot += snapshot.substr(head_size, 46);
  snapshot[9] = static_cast<char>(snapshot[9] + 1);  // the count
  const auto crc = wire::crc32c(as_bytes(snapshot).subspan(checked_from));
  for (int i = 0; i < 4; ++i) snapshot[2 + i] = static_cast<char>(crc >> (24 - 8 * i));
  fixture.write(name, snapshot);
  EXPECT_THAT(fixture.verify(name),
              ElementsAre(name + ": at 102: producer 6: its batches do not ascend"));
  const std::string early = "txn-0/00000000000000000005.snapshot";
  fixture.write(early, fixture.read("txn-0/00000000000000000029.snapshot"));
  EXPECT_THAT(
      fixture.verify(early),
      ElementsAre(early + ": at 10: producer 5: its last offset 24 is not below 5",
                  early + ": at 10: producer 5: its transaction begins at offset 24, which is not "
                          "below 5",
                  early + ": at 148: producer 8: its last offset 28 is not below 5"));
}

TEST(LogVerify, an_aborted_transaction_that_no_index_has_is_told) {
  LogFilesFixture fixture;
  std::filesystem::remove(fixture.path("txn-0/00000000000000000000.txnindex"));
  const std::string told =
      "txn-0/00000000000000000000.txnindex: offset 7: the transaction of "
      "producer 7 that was aborted there is missing";
  EXPECT_THAT(fixture.verify("txn-0"), ElementsAre(told));
  fixture.write("txn-0/00000000000000000000.txnindex", "");
  EXPECT_THAT(fixture.verify("txn-0"), ElementsAre(told));
}

TEST(LogVerify, an_index_is_not_blamed_for_its_damaged_log) {
  LogFilesFixture fixture;
  const std::string log = "plain-0/00000000000000000019.log";
  fixture.change(log, 1, "\1");
  EXPECT_THAT(fixture.verify("plain-0"),
              ElementsAre(testing::StartsWith(log + ": at 0, offset 281474976710675: ")));
  EXPECT_THAT(fixture.verify("plain-0/00000000000000000019.timeindex"), IsEmpty());
}

TEST(LogVerify, of_a_file_that_is_something_else_not_every_entry_is_told) {
  LogFilesFixture fixture;
  const std::string name = "plain-0/00000000000000000019.index";
  fixture.write(name, std::string(8000, 'x'));
  const auto problems = fixture.verify(name);
  ASSERT_EQ(problems.size(), Findings::problems_max + 1);
  EXPECT_EQ(problems.front(), name + ": more than 100 problems");
}

// --- beside a node at work ---

TEST(LogVerify, what_a_node_was_in_the_middle_of_is_no_problem) {
  using Step = std::function<void(const LogFilesFixture&)>;
  struct Case {
    std::string_view what;
    Step begun;
    Step ended;
  };
  constexpr std::string_view newest = "txn-0/00000000000000000019.log";
  constexpr std::string_view index = "txn-0/00000000000000000019.index";
  const Case cases[] = {
      {"half a batch is written",
       [&](const auto& files) {
         files.write(newest, files.read(newest) + files.read(newest).substr(0, 30));
       },
       [&](const auto& files) {
         files.write(newest, files.read(newest).substr(0, files.read(newest).size() - 30));
       }},
      {"half an entry is written", [&](const auto& files) { files.write(index, "12345"); },
       [&](const auto& files) { files.write(index, ""); }},
      {"a segment is made, its index first",
       [](const auto& files) { files.write("txn-0/00000000000000000029.index", ""); },
       [](const auto& files) { files.write("txn-0/00000000000000000029.log", ""); }},
      {"a checkpoint is behind the log that was made anew",
       [](const auto& files) {
         files.write("recovery-point-offset-checkpoint", "0\n1\ntxn 0 30\n");
       },
       [](const auto& files) {
         files.write("recovery-point-offset-checkpoint", "0\n1\ntxn 0 3\n");
       }},
      {"a topic is deleted",
       [](const auto& files) { files.write("gone-0/00000000000000000000.log", "x"); },
       [](const auto& files) { std::filesystem::remove_all(files.path("gone-0")); }},
  };
  for (const Case& each : cases) {
    LogFilesFixture fixture;
    each.begun(fixture);
    EXPECT_THAT(fixture.verify(""), testing::Not(IsEmpty())) << each.what;
    int waits = 0;
    fixture.wait = [&] {
      if (waits++ == 0) each.ended(fixture);
    };
    EXPECT_THAT(fixture.verify(""), IsEmpty()) << each.what;
    EXPECT_EQ(waits, 1) << each.what;
  }
}

TEST(LogVerify, damage_is_told_also_while_a_node_writes) {
  LogFilesFixture fixture;
  constexpr std::string_view newest = "txn-0/00000000000000000019.log";
  const std::string log = fixture.read(newest);
  fixture.change(txn_log, 78 + 70, "x");
  std::size_t torn = 1;
  const auto write_on = [&] { fixture.write(newest, log + log.substr(0, torn++)); };
  write_on();
  fixture.wait = write_on;
  EXPECT_THAT(
      fixture.verify("txn-0"),
      ElementsAre(testing::StartsWith("txn-0/00000000000000000000.log: at 78, offset 1: ")));
  EXPECT_EQ(torn, 1u + static_cast<std::size_t>(fixture.looks));
}

// --- every byte ---

// The positions that "4-12 20" names.
std::set<std::size_t> positions_of(std::string_view ranges) {
  std::set<std::size_t> positions;
  std::istringstream in{std::string(ranges)};
  for (std::size_t first = 0; in >> first;) {
    std::size_t last = first;
    if (in.peek() == '-') in.ignore() >> last;
    for (; first <= last; ++first) positions.insert(first);
  }
  return positions;
}

// What nothing else confirms: names, numbers and ids in text files; in logs a base offset that may
// be behind a gap; of transactions that began before the segment, when they did.
const std::map<std::string_view, std::string_view> unseen{
    {"cleaner-offset-checkpoint", "4-12"},
    {"recovery-point-offset-checkpoint", "4-12 20-38 45-49 56-58"},
    {"replication-offset-checkpoint", "4-22 29-37 45-49 56-58"},
    {"meta.properties", "0-30 42-55 57-58 61-62 64 67 70 72-75 99-121"},
    {"compacted-0/partition.metadata", "25 27-30 32-33 35-36 38-41"},
    {"plain-0/partition.metadata", "21 25 27 29-35 37-40"},
    {"txn-0/partition.metadata", "21 25-30 32 34-35 39-41"},
    {"compacted-0/00000000000000000163.log", "754-757"},
    {"plain-0/00000000000000000056.log", "309-311"},
    {"txn-0/00000000000000000019.log", "716-718"},
    {"txn-0/00000000000000000019.txnindex", "17 33"},
};

TEST(LogVerify, a_change_of_any_byte_is_told_with_its_file) {
  LogFilesFixture fixture;
  fixture.looks = 1;
  for (const std::string& name : fixture.files()) {
    const auto file = identify(fixture.path(name));
    if (!file || file->is_leftover) continue;
    const std::string good = fixture.read(name);
    const std::string folder = name.substr(0, std::min(name.find('/'), name.size()));
    std::set<std::size_t> seen_by_nobody;
    for (std::size_t position = 0; position < good.size(); position += test_stride) {
      fixture.change(name, position, std::string(1, static_cast<char>(good[position] ^ 0x15)));
      const auto problems = fixture.verify(folder == name ? "" : folder);
      if (problems.empty()) seen_by_nobody.insert(position);
      for (const auto& problem : problems) {
        EXPECT_THAT(problem, testing::StartsWith(name.substr(0, name.find('.', 1)))) << position;
      }
      fixture.change(name, position, good.substr(position, 1));
    }
    const auto known = unseen.find(name);
    auto expected = positions_of(known == unseen.end() ? "" : known->second);
    std::erase_if(expected, [](std::size_t position) { return position % test_stride != 0; });
    EXPECT_EQ(seen_by_nobody, expected) << name;
  }
}

}  // namespace
}  // namespace weir::app
