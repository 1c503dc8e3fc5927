#include "sim/disk.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "sim/world.h"

namespace weir::sim {
namespace {

class DiskTest : public testing::Test {
 protected:
  void power_loss() { disk.crash(Crash::power_keep_none); }
  std::string content(const std::string& path) {
    return env::read_file(disk, path, 1 << 20).value_or("none");
  }
  std::shared_ptr<env::File> file(const std::string& path) {
    return disk.open(path, env::OpenMode::create).value();
  }
  void put(const std::string& path, std::string_view text) {
    EXPECT_TRUE(file(path)->write_at(0, as_bytes(text)));
  }

  World world{{.seed = 11}};
  Disk disk{world, 1};
};

TEST_F(DiskTest, a_killed_process_loses_nothing_that_was_written) {
  put("/file", "text");
  disk.crash(Crash::process);
  EXPECT_EQ(content("/file"), "text");
}

TEST_F(DiskTest, bytes_need_a_sync_of_the_file_and_the_name_one_of_the_directory) {
  put("/neither", "x");
  put("/only-bytes", "x");
  put("/only-name", "x");
  EXPECT_TRUE(disk.sync_directory("/"));
  put("/both", "x");
  EXPECT_TRUE(disk.sync_directory("/"));
  EXPECT_TRUE(file("/both")->sync());
  EXPECT_EQ(disk.durable_content("/both"), "x");
  EXPECT_EQ(disk.durable_content("/only-name"), "");
  put("/late", "x");
  EXPECT_TRUE(file("/late")->sync());
  EXPECT_FALSE(disk.durable_content("/late"));
  power_loss();
  EXPECT_EQ(content("/neither"), "") << "its name was synced with the others";
  EXPECT_EQ(content("/both"), "x");
  EXPECT_EQ(content("/late"), "none");
}

TEST_F(DiskTest, writes_and_truncations_since_the_sync_are_taken_back) {
  put("/file", "0123456789");
  EXPECT_TRUE(file("/file")->sync());
  EXPECT_TRUE(disk.sync_directory("/"));
  EXPECT_TRUE(file("/file")->truncate(4));
  EXPECT_TRUE(file("/file")->write_at(2, as_bytes("XYZ")));
  EXPECT_EQ(content("/file"), "01XYZ");
  power_loss();
  EXPECT_EQ(content("/file"), "0123456789");
}

TEST_F(DiskTest, a_rename_and_a_removal_are_taken_back_until_the_directory_is_synced) {
  put("/a", "a");
  put("/b", "b");
  EXPECT_TRUE(file("/a")->sync());
  EXPECT_TRUE(file("/b")->sync());
  EXPECT_TRUE(disk.sync_directory("/"));
  EXPECT_TRUE(disk.rename("/a", "/b"));
  EXPECT_EQ(content("/b"), "a");
  power_loss();
  EXPECT_EQ(content("/a"), "a");
  EXPECT_EQ(content("/b"), "b");
  EXPECT_TRUE(disk.remove("/a"));
  EXPECT_TRUE(disk.sync_directory("/"));
  power_loss();
  EXPECT_EQ(content("/a"), "none");
}

TEST_F(DiskTest, a_tree_is_lost_with_the_unsynced_name_of_its_top) {
  EXPECT_TRUE(disk.create_directories("/x/y"));
  put("/x/y/file", "text");
  EXPECT_TRUE(file("/x/y/file")->sync());
  EXPECT_TRUE(disk.sync_directory("/x/y"));
  EXPECT_TRUE(disk.sync_directory("/x"));
  power_loss();
  EXPECT_FALSE(*disk.exists("/x"));
}

TEST_F(DiskTest, a_crash_frees_the_lock_and_the_old_lock_does_not_free_the_new_one) {
  auto old = disk.lock("/").value();
  disk.crash(Crash::process);
  auto fresh = disk.lock("/");
  EXPECT_TRUE(fresh);
  old.reset();
  EXPECT_FALSE(disk.lock("/"));
}

// Whatever prefix of the changes survives, the file is one of the versions, whole, and at least the
// last one that was returned from.
TEST_F(DiskTest, an_atomically_written_file_is_whole_after_any_loss) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    World other({.seed = seed});
    Disk fresh(other, 1);
    ASSERT_TRUE(env::write_file_atomically(fresh, "/mark", "version 1"));
    const auto next = fresh.open("/mark.tmp", env::OpenMode::create).value();
    EXPECT_TRUE(next->truncate(0));
    EXPECT_TRUE(next->write_at(0, as_bytes("version 2")));
    if (seed % 2 == 0) {
      EXPECT_TRUE(next->sync());
      EXPECT_TRUE(fresh.rename("/mark.tmp", "/mark"));
    }
    fresh.crash(seed % 3 == 0 ? Crash::power_keep_mixed : Crash::power_keep_some);
    const auto text = env::read_file(fresh, "/mark", 100).value_or("none");
    EXPECT_TRUE(text == "version 1" || (seed % 2 == 0 && text == "version 2")) << text;
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 2u) << "both outcomes happen";
}

// keep_some keeps a prefix of all changes, in the order of the calls.
TEST_F(DiskTest, what_survives_is_a_prefix_of_the_changes) {
  std::set<std::size_t> lengths;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    World other({.seed = seed});
    Disk fresh(other, 1);
    const auto file = fresh.open("/file", env::OpenMode::create).value();
    EXPECT_TRUE(fresh.sync_directory("/"));
    for (std::uint64_t i = 0; i < 10; ++i) {
      EXPECT_TRUE(file->write_at(i, as_bytes(std::string(1, static_cast<char>('a' + i)))));
    }
    fresh.crash(Crash::power_keep_some);
    const auto text = env::read_file(fresh, "/file", 100).value();
    EXPECT_EQ(text, std::string("abcdefghij").substr(0, text.size()));
    lengths.insert(text.size());
  }
  EXPECT_EQ(lengths.size(), 11u);
}

TEST(PagedBytes, agrees_with_a_string_and_its_copies_do_not_change) {
  SeededRandom random(3);
  PagedBytes bytes;
  std::string model;
  PagedBytes copy;
  std::string copied;
  for (int step = 0; step < 3'000; ++step) {
    const std::uint64_t position = random.below(30'000);
    if (random.one_in(8)) {
      bytes.truncate(position);
      model.resize(position);
    } else if (random.one_in(16)) {
      copy = bytes;
      copied = model;
    } else {
      const std::string text(random.below(9'000), static_cast<char>('a' + random.below(26)));
      bytes.write(position, as_bytes(text));
      if (!text.empty() && model.size() < position + text.size()) {
        model.resize(position + text.size());
      }
      model.replace(std::min(position, model.size()), text.size(), text);
    }
    std::string read(bytes.size(), 'x');
    bytes.read(0, {reinterpret_cast<std::byte*>(read.data()), read.size()});
    ASSERT_TRUE(read == model) << step;
    std::string old(copy.size(), 'x');
    copy.read(0, {reinterpret_cast<std::byte*>(old.data()), old.size()});
    ASSERT_TRUE(old == copied) << step;
  }
}

TEST_F(DiskTest, a_full_disk_writes_what_fits_and_is_well_when_there_is_room) {
  put("/file", "0123");
  disk.limit_room(3);
  EXPECT_EQ(disk.free_bytes("/"), 3u);
  EXPECT_TRUE(file("/file")->write_at(0, as_bytes("abcd"))) << "nothing grows";
  const auto written = file("/file")->write_at(2, as_bytes("cdefgh"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::no_space);
  EXPECT_EQ(content("/file"), "abcdefg");
  EXPECT_TRUE(file("/file")->truncate(5));
  EXPECT_TRUE(file("/file")->write_at(5, as_bytes("xy")));
  EXPECT_FALSE(file("/other")->write_at(0, as_bytes("z")));
  disk.limit_room(std::nullopt);
  EXPECT_TRUE(file("/other")->write_at(0, as_bytes("z")));
}

// As on Linux: the pages count as clean afterwards, so that the next sync is fine and proves
// nothing of them.
TEST_F(DiskTest, what_a_failed_sync_lost_no_later_sync_brings_back) {
  EXPECT_TRUE(disk.sync_directory("/"));
  int lost = 0, kept = 0, seen_before = 0;
  for (int n = 0; n < 200; ++n) {
    const std::string path = "/file" + std::to_string(n);
    put(path, "text");
    EXPECT_TRUE(disk.sync_directory("/"));
    disk.set_faults({.sync_fails_one_in = 1});
    EXPECT_FALSE(file(path)->sync());
    disk.set_faults({});
    EXPECT_TRUE(file(path)->write_at(4, as_bytes("more")));
    EXPECT_TRUE(file(path)->sync());
    if (content(path) == "textmore") ++seen_before;
    power_loss();
    const std::string after = content(path);
    EXPECT_TRUE(after == "textmore" || after == std::string("\0\0\0\0more", 8)) << after;
    after == "textmore" ? ++kept : ++lost;
  }
  EXPECT_GT(lost, 50);
  EXPECT_GT(kept, 50);
  EXPECT_GT(seen_before, kept) << "some were seen until the power went";
  EXPECT_EQ(world.faults().of(Fault::sync_failed), 200u);
}

TEST_F(DiskTest, calls_fail_as_often_as_they_are_told) {
  put("/file", "0123456789");
  disk.set_faults({.read_fails_one_in = 4, .write_fails_one_in = 4});
  int reads = 0, writes = 0;
  for (int n = 0; n < 400; ++n) {
    std::array<std::byte, 4> room{};
    const auto got = file("/file")->read_at(0, room);
    reads += got ? 0 : 1;
    if (!got) EXPECT_EQ(got.error().code, Errc::io);
    const auto put_now = file("/file")->write_at(10, as_bytes("abcd"));
    writes += put_now ? 0 : 1;
    if (!put_now) EXPECT_EQ(put_now.error().code, Errc::io);
  }
  EXPECT_GT(reads, 50);
  EXPECT_LT(reads, 200);
  EXPECT_EQ(world.faults().of(Fault::read_failed), static_cast<std::uint64_t>(reads));
  EXPECT_EQ(world.faults().of(Fault::write_failed), static_cast<std::uint64_t>(writes));
  disk.set_faults({});
  EXPECT_EQ(content("/file").substr(0, 10), "0123456789");
}

// Every sector of an unsynced write is old, new, zero (where the file grew) or garbage, and each of
// these happens; what was synced stays.
TEST(Disk, a_power_loss_treats_each_unsynced_write_by_itself) {
  std::set<std::string> seen;
  const std::string synced(1'000, 's');
  FaultCounts counts;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    World world({.seed = seed});
    Disk disk(world, 1);
    const auto file = disk.open("/file", env::OpenMode::create).value();
    EXPECT_TRUE(file->write_at(0, as_bytes(synced)));
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(disk.sync_directory("/"));
    EXPECT_TRUE(file->write_at(1'000, as_bytes(std::string(1'560, 'a'))));
    EXPECT_TRUE(file->write_at(2'560, as_bytes(std::string(512, 'b'))));
    disk.crash(Crash::power_keep_mixed);
    counts.add(world.faults());
    const std::string text = env::read_file(disk, "/file", 10'000).value();
    ASSERT_EQ(text.substr(0, 1'000), synced);
    std::string shape;
    for (std::size_t at = 1'024; at < text.size(); at += 512) {
      const std::string sector = text.substr(at, 512);
      const bool is_even = sector.find_first_not_of(sector[0]) == sector.npos;
      shape += !is_even ? '?' : sector[0] == '\0' ? '0' : sector[0];
    }
    seen.insert(shape);
  }
  for (const std::string shape :
       {"", "aaa", "aaab", "000b", "a0ab", "a?ab", "aaa?", "000?", "000"}) {
    EXPECT_TRUE(seen.contains(shape)) << shape;
  }
  for (const Fault fault : {Fault::write_lost, Fault::write_torn, Fault::write_zeroed,
                            Fault::write_garbled, Fault::bit_flipped, Fault::sector_stale}) {
    EXPECT_GT(counts.of(fault), 20u) << name_of(fault);
  }
}

TEST(Disk, a_power_loss_treats_each_unsynced_name_by_itself_and_a_rename_as_one) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    World world({.seed = seed});
    Disk disk(world, 1);
    ASSERT_TRUE(disk.open("/old", env::OpenMode::create).value()->sync());
    ASSERT_TRUE(disk.create_directories("/folder"));
    ASSERT_TRUE(disk.sync_directory("/"));
    ASSERT_TRUE(disk.rename("/old", "/folder/new"));
    ASSERT_TRUE(disk.open("/other", env::OpenMode::create));
    disk.crash(Crash::power_keep_mixed);
    EXPECT_NE(disk.exists("/old").value(), disk.exists("/folder/new").value());
    std::string shape = disk.exists("/old").value() ? "old" : "new";
    if (disk.exists("/other").value()) shape += " and other";
    seen.insert(shape);
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST_F(DiskTest, a_machine_ends_between_any_two_operations) {
  for (std::uint64_t operations = 0; operations <= 5; ++operations) {
    Disk fresh(world, 2);
    fresh.stop_after(operations);
    Result<> done;
    const auto opened = fresh.open("/new", env::OpenMode::create);  // 1
    if (opened) done = (*opened)->write_at(0, as_bytes("text"));    // 2
    if (opened && done) done = (*opened)->sync();                   // 3
    if (opened && done) done = fresh.rename("/new", "/file");       // 4
    if (opened && done) done = fresh.sync_directory("/");           // 5
    EXPECT_EQ(fresh.has_stopped(), operations < 5);
    EXPECT_EQ(opened && done, operations == 5);
    EXPECT_EQ(fresh.exists("/new").value(), operations >= 1 && operations <= 3);
    EXPECT_EQ(fresh.exists("/file").value(), operations >= 4);
    fresh.crash(Crash::process);
    EXPECT_FALSE(fresh.has_stopped());
    EXPECT_TRUE(fresh.open("/other", env::OpenMode::create));
  }
}

}  // namespace
}  // namespace weir::sim
