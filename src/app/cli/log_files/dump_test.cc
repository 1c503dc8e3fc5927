#include "app/cli/log_files/dump.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "app/cli/log_files/batch_text.h"
#include "app/cli/log_files/dump_line.h"
#include "app/cli/log_files/log_files_test_support.h"
#include "wire/record/batch_builder.h"

namespace weir::app {
namespace {

using testing::HasSubstr;

TEST(LogDump, files_are_known_by_their_names) {
  struct Case {
    std::string path;
    std::optional<FileKind> kind;
    Offset base_offset;
    RecordKind records;
    bool is_leftover;
  };
  const Case cases[] = {
      {"/d/orders-0/00000000000000000042.log", FileKind::segment, 42, RecordKind::plain, false},
      {"__consumer_offsets-3/00000000000000000000.log", FileKind::segment, 0,
       RecordKind::consumer_offsets, false},
      {"__transaction_state-3/00000000000000000007.index", FileKind::offset_index, 7,
       RecordKind::transactions, false},
      {"__share_group_state-0/00000000000000000007.txnindex.swap", FileKind::transaction_index, 7,
       RecordKind::share_state, false},
      {"a-0/00000000000000000007.snapshot.deleted", FileKind::producer_snapshot, 7,
       RecordKind::plain, true},
      {"x/00000000000000000012-0000000003.checkpoint", FileKind::metadata_snapshot, 12,
       RecordKind::cluster_metadata, false},
      {"bootstrap.checkpoint", FileKind::metadata_snapshot, -1, RecordKind::cluster_metadata,
       false},
      {"a/leader-epoch-checkpoint", FileKind::epoch_checkpoint, -1, RecordKind::plain, false},
      {"a/meta.properties", FileKind::meta_properties, -1, RecordKind::plain, false},
      {"a/notes.txt", std::nullopt, -1, RecordKind::plain, false},
      {"a/42.log", std::nullopt, -1, RecordKind::plain, false},
  };
  for (const Case& expected : cases) {
    const auto file = identify(expected.path);
    ASSERT_EQ(file.has_value(), expected.kind.has_value()) << expected.path;
    if (!file) continue;
    EXPECT_EQ(file->kind, *expected.kind) << expected.path;
    EXPECT_EQ(file->base_offset, expected.base_offset) << expected.path;
    EXPECT_EQ(file->records, expected.records) << expected.path;
    EXPECT_EQ(file->is_leftover, expected.is_leftover) << expected.path;
  }
}

TEST(LogDump, batches_and_records_are_shown_with_all_they_have) {
  LogFilesFixture fixture;
  const std::string text = fixture.dump("txn-0/00000000000000000000.log");
  EXPECT_THAT(text, HasSubstr("00000000000000000000.log (segment)\n"
                              "batch base_offset=0 last_offset=0 count=1 position=0 size=78 "
                              "leader_epoch=0 magic=2 codec=none timestamp_type=CreateTime "
                              "base_timestamp=2026-11-20T23:55:14.749Z "
                              "max_timestamp=2026-11-20T23:55:14.749Z producer_id=6 "
                              "producer_epoch=0 base_sequence=0 last_sequence=0 transactional=true "
                              "control=false delete_horizon=false crc=1984722846 crc_good=true\n"
                              "record offset=0 timestamp=2026-11-20T23:55:14.749Z sequence=0 "
                              "key=k0 value=round0-0\n"));
  EXPECT_THAT(text, HasSubstr("control_type=ABORT coordinator_epoch=0\n"));
  const std::string headers = fixture.dump("txn-0/00000000000000000000.log", false, false);
  EXPECT_THAT(headers, testing::Not(HasSubstr("record ")));
}

TEST(LogDump, every_line_of_json_is_an_object_that_names_its_file) {
  LogFilesFixture fixture;
  add_internal_topics(fixture);
  for (const std::string& name : fixture.files()) {
    const std::string text = fixture.dump(name, true);
    if (text == "unknown\n") continue;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const auto json = nlohmann::json::parse(line, nullptr, false);
      ASSERT_FALSE(json.is_discarded()) << name << ": " << line;
      EXPECT_EQ(json["file"], fixture.path(name));
      EXPECT_TRUE(json["type"].is_string());
      EXPECT_FALSE(json.contains("error")) << line;
    }
  }
}

TEST(LogDump, records_of_internal_topics_are_read) {
  LogFilesFixture fixture;
  add_internal_topics(fixture);
  const std::string offsets = fixture.dump("__consumer_offsets-0/00000000000000000000.log");
  EXPECT_THAT(offsets, HasSubstr(R"(key={"type":"1","data":{"group":"g1","topic":"t1",)"
                                 R"("partition":0}} value={"version":"4","data":{"offset":3,)"));
  // A subscription is a message of its own.
  EXPECT_THAT(offsets, HasSubstr(R"("subscription":{"topics":["t1"])"));
  const std::string metadata = fixture.dump("__cluster_metadata-0/00000000000000000000.log");
  EXPECT_THAT(metadata, HasSubstr("control_type=LEADER_CHANGE data={\"version\":0"));
  EXPECT_THAT(metadata, HasSubstr(R"(value={"type":"REGISTER_BROKER_RECORD","version":)"));
  const std::string snapshot =
      fixture.dump("__cluster_metadata-0/00000000000000000000-0000000000.checkpoint");
  EXPECT_THAT(snapshot, HasSubstr("control_type=KRAFT_VOTERS data={"));
  EXPECT_THAT(snapshot, HasSubstr(R"({"type":"FEATURE_LEVEL_RECORD","version":0,"data":{"name":)"));
}

TEST(LogDump, small_files_and_indexes_are_shown) {
  LogFilesFixture fixture;
  add_internal_topics(fixture);
  for (const auto& [name, line] : std::vector<std::pair<std::string, std::string>>{
           {"cleaner-offset-checkpoint", "offset topic=compacted partition=0 offset=163\n"},
           {"meta.properties", "directory cluster_id=4L6g3nShT-eMCtK--X86sw node_id=1 "},
           {"txn-0/leader-epoch-checkpoint", "epoch leader_epoch=0 start_offset=0\n"},
           {"txn-0/partition.metadata", "partition topic_id="},
           {"txn-0/00000000000000000000.txnindex",
            "entry version=0 producer_id=7 first_offset=4 last_offset=7 last_stable_offset=8\n"},
           {"txn-0/00000000000000000019.snapshot",
            "producer producer_id=6 producer_epoch=4 coordinator_epoch=0 transaction_start=16 "},
           {"plain-0/00000000000000000019.index", "entry offset=21 position="},
           {"plain-0/00000000000000000019.timeindex", "entry timestamp=2023-11-14T22:13:29.000Z "},
           {"__cluster_metadata-0/quorum-state", "quorum_state data={\"leaderId\":1,"},
           {".kafka_cleanshutdown", "clean_shutdown data={\"version\":0"}}) {
    EXPECT_THAT(fixture.dump(name), HasSubstr(line)) << name;
  }
}

TEST(LogDump, what_is_damaged_ends_with_its_position) {
  LogFilesFixture fixture;
  fixture.change("txn-0/00000000000000000000.log", 78 + 8, std::string(4, '\0'));
  EXPECT_THAT(fixture.dump("txn-0/00000000000000000000.log"),
              testing::EndsWith("error at 78: a batch length that cannot be\n"));
  fixture.write("txn-0/00000000000000000019.index", "123456789");
  EXPECT_THAT(fixture.dump("txn-0/00000000000000000019.index"),
              testing::EndsWith("error at 8: 1 bytes at the end are no entry\n"));
  fixture.change("txn-0/00000000000000000019.snapshot", 12, "x");
  EXPECT_THAT(fixture.dump("txn-0/00000000000000000019.snapshot"),
              HasSubstr("error at 0: a producer snapshot with a bad checksum\n"));
  fixture.write("meta.properties", "nothing");
  EXPECT_THAT(fixture.dump("meta.properties"), HasSubstr("error at "));
}

TEST(LogDump, preallocated_zeroes_are_no_damage) {
  LogFilesFixture fixture;
  const std::string log = fixture.read("txn-0/00000000000000000019.log");
  fixture.write("txn-0/00000000000000000019.log", log + std::string(100'000, '\0'));
  EXPECT_THAT(fixture.dump("txn-0/00000000000000000019.log"),
              testing::EndsWith(fmt::format("preallocated position={} size=100000\n", log.size())));
  fixture.write("txn-0/00000000000000000019.timeindex", std::string(24, '\0'));
  EXPECT_THAT(fixture.dump("txn-0/00000000000000000019.timeindex"),
              testing::EndsWith(")\npreallocated position=0 size=24\n"));
}

TEST(LogDump, bytes_that_are_no_text_survive_in_both_forms) {
  EXPECT_EQ(DumpLine(false, "f", "record").bytes("key", as_bytes("\xff\n \"")).take(),
            "record key=\"\\xff\\n \\\"\"\n");
  EXPECT_EQ(DumpLine(true, "f", "record").bytes("key", as_bytes("\xff")).take(),
            "{\"file\":\"f\",\"type\":\"record\",\"key_base64\":\"/w==\"}\n");
  EXPECT_EQ(DumpLine(false, "f", "record").bytes("key", std::nullopt).text("value", "").take(),
            "record key=null value=\"\"\n");
  EXPECT_EQ(header_json("h", as_bytes("\xff")), R"({"key":"h","value_base64":"/w=="})");
  EXPECT_EQ(header_json("h", std::nullopt), R"({"key":"h","value":null})");
}

// Whatever bytes a file holds: an error or not, and never a crash.
TEST(LogDump, mutated_files_are_dumped_and_verified_without_a_crash) {
  LogFilesFixture fixture;
  add_internal_topics(fixture);
  std::minstd_rand random(20261121);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  const std::vector<std::string> names = fixture.files();
  std::size_t damaged = 0;
  for (int round = 0; round < 12; ++round) {
    for (const std::string& name : names) {
      const std::string good = fixture.read(name);
      if (good.empty()) continue;
      std::string bad = good;
      if (below(3) == 0) bad.resize(below(bad.size()));
      for (std::size_t i = below(4); i > 0 && !bad.empty(); --i) {
        bad[below(bad.size())] = static_cast<char>(below(256));
      }
      fixture.write(name, bad);
      fixture.dump(name, round % 2 == 0);
      if (identify(fixture.path(name)) && !fixture.verify(name).empty()) ++damaged;
      fixture.write(name, good);
    }
  }
  EXPECT_GT(damaged, 300u);
  EXPECT_THAT(fixture.verify(""), testing::IsEmpty());
}

}  // namespace
}  // namespace weir::app
