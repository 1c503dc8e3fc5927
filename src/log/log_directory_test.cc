#include "log/log_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/memory_disk_test_support.h"

namespace weir::log {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct DirectoryFixture {
  MemoryDisk disk;
  std::unique_ptr<LogDirectory> directory;
  DirectoryFixture() { directory = *LogDirectory::open(disk, "/data"); }
};

TEST(LogDirectory, one_process_at_a_time_holds_it) {
  DirectoryFixture fixture;
  const auto second = LogDirectory::open(fixture.disk, "/data");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::busy);
  fixture.directory.reset();
  EXPECT_TRUE(LogDirectory::open(fixture.disk, "/data"));
}

// Whether it is enough is seen by whole nodes on the simulated disk, which loses directories too.
TEST(LogDirectory, is_not_opened_when_a_name_on_the_way_to_it_cannot_be_made_durable) {
  for (std::uint64_t k = 0; k < 4; ++k) {  // making it; syncing /var/lib, /var and /
    MemoryDisk disk;
    disk.fail_operation(k, Errc::io, false);
    const auto opened = LogDirectory::open(disk, "/var/lib/weir");
    EXPECT_FALSE(opened.has_value()) << k;
    EXPECT_TRUE(disk.has_failed()) << k;
  }
}

TEST(LogDirectory, names_that_were_there_before_are_synced_where_that_is_possible) {
  MemoryDisk disk;
  ASSERT_TRUE(disk.create_directories("/var/lib/weir"));
  const std::uint64_t before = disk.operations();
  ASSERT_TRUE(LogDirectory::open(disk, "/var/lib/weir"));
  EXPECT_GE(disk.operations(), before + 3);
  disk.fail_operation(0, Errc::io, false);
  EXPECT_TRUE(LogDirectory::open(disk, "/var/lib/weir")) << "this process may not open all of them";
  EXPECT_TRUE(disk.has_failed());
}

TEST(LogDirectory, names_that_a_killed_process_has_given_are_synced_at_the_start) {
  DirectoryFixture fixture;
  fixture.disk.fail_operation(0, Errc::io, false);
  EXPECT_FALSE(fixture.directory->take_clean_shutdown_marker());
  EXPECT_TRUE(fixture.disk.has_failed());
}

TEST(LogDirectory, reads_the_meta_properties_that_kafka_writes) {
  DirectoryFixture fixture;
  EXPECT_EQ(*fixture.directory->read_meta_properties(), std::nullopt);
  fixture.disk.content("/data/meta.properties") =
      "#\n#Fri Nov 20 23:22:33 UTC 2026\ncluster.id=4L6g3nShT-eMCtK--X86sw\n"
      "directory.id=AAAAAAAAAAAAAAAAAAAAAQ\nnode.id=3\nversion=1\n";
  const MetaProperties expected{"4L6g3nShT-eMCtK--X86sw", 3, metadata_topic_id};
  EXPECT_EQ(**fixture.directory->read_meta_properties(), expected);
}

TEST(LogDirectory, meta_properties_come_back_as_written) {
  DirectoryFixture fixture;
  const MetaProperties properties{"my cluster: \\one=two", 12, Uuid{5, 6}};
  ASSERT_TRUE(fixture.directory->write_meta_properties(properties));
  EXPECT_EQ(**fixture.directory->read_meta_properties(), properties);
}

TEST(LogDirectory, refuses_meta_properties_it_does_not_understand) {
  const std::pair<const char*, Errc> cases[] = {
      {"version=2\ncluster.id=x\nnode.id=1\n", Errc::unsupported},
      {"version=0\nbroker.id=1\n", Errc::unsupported},
      {"version=1\nnode.id=1\n", Errc::corrupt},
      {"version=1\ncluster.id=x\nnode.id=-1\n", Errc::corrupt},
      {"version=1\ncluster.id=x\nnode.id=1x\n", Errc::corrupt},
      {"version=1\ncluster.id=x\nnode.id=1\ndirectory.id=short\n", Errc::corrupt},
      {"", Errc::unsupported}};
  for (const auto& [text, code] : cases) {
    DirectoryFixture fixture;
    fixture.disk.content("/data/meta.properties") = text;
    const auto read = fixture.directory->read_meta_properties();
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, code) << text;
  }
}

TEST(LogDirectory, what_is_somebody_elses_is_not_formatted) {
  DirectoryFixture fixture;
  EXPECT_TRUE(fixture.directory->check_unformatted());
  // What a cut-off format leaves, a mount point, and hidden files.
  for (const char* harmless : {"__cluster_metadata-0", "lost+found"}) {
    ASSERT_TRUE(fixture.disk.create_directories(std::string("/data/") + harmless));
  }
  for (const char* harmless : {"meta.properties.tmp", ".keep"}) {
    ASSERT_TRUE(env::write_file_atomically(fixture.disk, std::string("/data/") + harmless, ""));
  }
  EXPECT_TRUE(fixture.directory->check_unformatted());
  for (const char* foreign : {"orders-0", "photos"}) {
    const std::string path = std::string("/data/") + foreign;
    ASSERT_TRUE(fixture.disk.create_directories(path));
    const auto refused = fixture.directory->check_unformatted();
    ASSERT_FALSE(refused) << foreign;
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(refused.error().what, testing::HasSubstr(foreign));
    ASSERT_TRUE(fixture.disk.remove_tree(path));
  }
}

TEST(LogDirectory, the_clean_shutdown_marker_is_taken_once) {
  DirectoryFixture fixture;
  EXPECT_EQ(*fixture.directory->take_clean_shutdown_marker(), std::nullopt);
  ASSERT_TRUE(fixture.directory->write_clean_shutdown_marker(42));
  EXPECT_EQ(fixture.disk.content("/data/.kafka_cleanshutdown"),
            R"({"version":0,"brokerEpoch":42})");
  EXPECT_EQ(**fixture.directory->take_clean_shutdown_marker(), 42);
  fixture.disk.lose_power(nullptr);
  EXPECT_EQ(*fixture.directory->take_clean_shutdown_marker(), std::nullopt);
  fixture.disk.content("/data/.kafka_cleanshutdown") = "";
  EXPECT_EQ(**fixture.directory->take_clean_shutdown_marker(), -1);
}

TEST(LogDirectory, is_as_left_by_the_run_before_while_the_machine_goes_on) {
  DirectoryFixture fixture;
  LogDirectory& directory = *fixture.directory;
  EXPECT_FALSE(directory.is_as_left(1));
  directory.vouch_for(1);
  EXPECT_TRUE(directory.is_as_left(2));
  EXPECT_TRUE(directory.is_as_left(2)) << "asking changes nothing";
  EXPECT_FALSE(directory.is_as_left(3)) << "run 2 has not vouched for anything";
  fixture.disk.life = "second, and longer";
  EXPECT_FALSE(directory.is_as_left(2)) << "the machine started anew";
  directory.vouch_for(2);
  EXPECT_TRUE(directory.is_as_left(3));
  directory.vouch_for(12);
  fixture.disk.content("/data/.weir_lifetime").pop_back();
  EXPECT_FALSE(directory.is_as_left(13)) << "its writing was cut short";
  directory.vouch_for(13);
  ASSERT_TRUE(directory.write_clean_shutdown_marker(1));
  EXPECT_FALSE(directory.is_as_left(14));
  fixture.disk.life = "";
  directory.vouch_for(14);
  EXPECT_FALSE(directory.is_as_left(15)) << "nobody knows";
}

TEST(LogDirectory, checkpoints_have_kafkas_form_and_a_damaged_one_is_empty) {
  DirectoryFixture fixture;
  const OffsetCheckpoint points{{{"orders", 0}, 17}, {{"orders", 11}, 4}};
  ASSERT_TRUE(fixture.directory->write_recovery_points(points));
  EXPECT_EQ(fixture.disk.content("/data/recovery-point-offset-checkpoint"),
            "0\n2\norders 0 17\norders 11 4\n");
  EXPECT_EQ(fixture.directory->read_recovery_points(), points);
  for (const char* damaged : {"0\n3\norders 0 17\n", "1\n0\n", "0\nx\n", "0\n1\norders zero 17\n",
                              "0\n1\norders 0\n", "\x01\x02"}) {
    fixture.disk.content("/data/recovery-point-offset-checkpoint") = damaged;
    EXPECT_THAT(fixture.directory->read_recovery_points(), IsEmpty());
  }
  EXPECT_THAT(fixture.directory->read_high_watermarks(), IsEmpty());
}

TEST(LogDirectory, lists_partition_folders_and_nothing_else) {
  DirectoryFixture fixture;
  for (const char* name :
       {"orders-0", "a-b.c_d-17", "orders-1.0123-delete", "orders-1.0123-future",
        "orders-2.0123-stray", "__cluster_metadata-0", "lost+found", "orders-x", "-3"}) {
    ASSERT_TRUE(fixture.disk.create_directories(std::string("/data/") + name));
  }
  fixture.disk.content("/data/orders-0/partition.metadata") =
      "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ";
  const auto found = fixture.directory->partitions();
  ASSERT_THAT(*found, SizeIs(2));
  EXPECT_EQ((*found)[0].name, (PartitionName{"a-b.c_d", 17}));
  EXPECT_EQ(*fixture.directory->topic_id_of((*found)[0].directory), std::nullopt);
  EXPECT_EQ((*found)[1].directory, "/data/orders-0");
  EXPECT_EQ(*fixture.directory->topic_id_of((*found)[1].directory), metadata_topic_id);
}

TEST(LogDirectory, a_deleted_partition_never_comes_back) {
  DirectoryFixture fixture;
  const std::string folder = "/data/" + std::string(249, 't') + "-10000";
  ASSERT_TRUE(fixture.disk.create_directories(folder));
  fixture.disk.content(folder + "/00000000000000000000.log") = "x";
  const auto marked = fixture.directory->mark_deleted(folder, 77);
  ASSERT_TRUE(marked);
  EXPECT_LE(marked->size(), std::string("/data/").size() + 255);
  EXPECT_TRUE(fixture.disk.has(*marked + "/00000000000000000000.log"));
  fixture.disk.lose_power(nullptr);
  EXPECT_THAT(*fixture.directory->partitions(), IsEmpty());
  ASSERT_TRUE(fixture.directory->remove_marked());
  EXPECT_FALSE(fixture.disk.has(*marked));
}

}  // namespace
}  // namespace weir::log
