#pragma once
// The contract of files and directories, faults and crashes apart.

#include <string>
#include <vector>

#include "base/env/contract_test_support.h"
#include "base/env/stream_test_support.h"

namespace weir::env {

inline std::string contract_content(File& file) {
  std::string content(*file.size(), '\0');
  const auto got = file.read_at(0, {reinterpret_cast<std::byte*>(content.data()), content.size()});
  EXPECT_EQ(got.value_or(0), content.size());
  return content;
}

inline std::string long_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 4096) % 26);
  return text;
}

#define ASSERT_OK(expression)                                              \
  do {                                                                     \
    const auto& asserted = (expression);                                   \
    EXPECT_TRUE(asserted) << (asserted ? "" : asserted.error().message()); \
    if (!asserted) co_return;                                              \
  } while (false)

TEST_P(DoorContract, what_is_written_in_pieces_is_read_as_one) {
  run([](ContractWorld& world) -> Task<> {
    Disk& disk = world.env(0).disk;
    auto file = disk.open(world.directory() + "/file", OpenMode::create);
    ASSERT_OK(file);
    const std::string big = long_text(100'000);
    std::vector<Bytes> pieces{as_bytes("head"), as_bytes(""), as_bytes(big)};
    for (int i = 0; i < 200; ++i) pieces.push_back(as_bytes(std::string_view(big).substr(i, i)));
    pieces.push_back(as_bytes("tail"));
    std::string expected;
    for (const Bytes piece : pieces) expected += as_text(piece);
    ASSERT_OK((*file)->write_at(0, pieces));
    EXPECT_EQ(contract_content(**file), expected);
    ASSERT_OK((*file)->write_at(2, as_bytes("XY")));
    expected.replace(2, 2, "XY");
    EXPECT_EQ(contract_content(**file), expected);
    ASSERT_OK((*file)->sync());
  });
}

TEST_P(DoorContract, reads_end_at_the_end_and_gaps_are_zeros) {
  run([](ContractWorld& world) -> Task<> {
    auto file = world.env(0).disk.open(world.directory() + "/gap", OpenMode::create_new);
    ASSERT_OK(file);
    ASSERT_OK((*file)->write_at(10'000, as_bytes("end")));
    EXPECT_EQ(*(*file)->size(), 10'003u);
    std::vector<std::byte> into(20'000, std::byte{1});
    EXPECT_EQ(*(*file)->read_at(0, into), 10'003u);
    EXPECT_TRUE(std::all_of(into.begin(), into.begin() + 10'000,
                            [](std::byte b) { return b == std::byte{0}; }));
    EXPECT_EQ(*(*file)->read_at(10'002, into), 1u);
    EXPECT_EQ(*(*file)->read_at(10'003, into), 0u);
    EXPECT_EQ(*(*file)->read_at(99'999, into), 0u);
    EXPECT_TRUE((*file)->is_cached(0, 0));
  });
}

TEST_P(DoorContract, truncation_forgets_and_extends_with_zeros) {
  run([](ContractWorld& world) -> Task<> {
    auto file = world.env(0).disk.open(world.directory() + "/cut", OpenMode::create);
    ASSERT_OK(file);
    const std::string text = long_text(9'000);
    ASSERT_OK((*file)->write_at(0, as_bytes(text)));
    ASSERT_OK((*file)->truncate(5'000));
    EXPECT_EQ(contract_content(**file), text.substr(0, 5'000));
    ASSERT_OK((*file)->truncate(9'000));
    EXPECT_EQ(contract_content(**file), text.substr(0, 5'000) + std::string(4'000, '\0'));
    ASSERT_OK((*file)->truncate(0));
    EXPECT_EQ(*(*file)->size(), 0u);
  });
}

TEST_P(DoorContract, each_way_of_opening_says_what_is_wrong) {
  run([](ContractWorld& world) -> Task<> {
    Disk& disk = world.env(0).disk;
    const std::string path = world.directory() + "/there";
    EXPECT_EQ(error_of(disk.open(path, OpenMode::read)), Errc::not_found);
    EXPECT_EQ(error_of(disk.open(path, OpenMode::read_write)), Errc::not_found);
    EXPECT_EQ(error_of(disk.open(world.directory() + "/no/file", OpenMode::create)),
              Errc::not_found);
    ASSERT_OK(disk.open(path, OpenMode::create_new));
    EXPECT_EQ(error_of(disk.open(path, OpenMode::create_new)), Errc::exists);
    ASSERT_OK(disk.open(path, OpenMode::create));
    auto reader = disk.open(path, OpenMode::read);
    ASSERT_OK(reader);
    EXPECT_EQ(error_of((*reader)->write_at(0, as_bytes("x"))), Errc::io);
    EXPECT_EQ(error_of(disk.open(world.directory(), OpenMode::read_write)), Errc::io);
  });
}

TEST_P(DoorContract, a_rename_replaces_and_open_files_stay_what_they_were) {
  run([](ContractWorld& world) -> Task<> {
    Disk& disk = world.env(0).disk;
    const std::string a = world.directory() + "/a", b = world.directory() + "/b";
    auto first = disk.open(a, OpenMode::create), second = disk.open(b, OpenMode::create);
    ASSERT_OK(first);
    ASSERT_OK(second);
    ASSERT_OK((*first)->write_at(0, as_bytes("first")));
    ASSERT_OK((*second)->write_at(0, as_bytes("second")));
    ASSERT_OK(disk.rename(a, b));
    EXPECT_EQ(*read_file(disk, b, 100), "first");
    EXPECT_EQ(contract_content(**second), "second");
    EXPECT_EQ(disk.exists(a).value_or(true), false);
    EXPECT_EQ(error_of(disk.rename(a, b)), Errc::not_found);
    ASSERT_OK(disk.remove(b));
    EXPECT_EQ(error_of(disk.remove(b)), Errc::not_found);
    EXPECT_EQ(contract_content(**first), "first");
    ASSERT_OK((*first)->write_at(5, as_bytes("!")));
  });
}

TEST_P(DoorContract, directories_are_made_listed_moved_and_removed_as_trees) {
  run([](ContractWorld& world) -> Task<> {
    Disk& disk = world.env(0).disk;
    const std::string& root = world.directory();
    ASSERT_OK(disk.create_directories(root + "/x/y/z"));
    ASSERT_OK(disk.create_directories(root + "/x/y/z"));
    ASSERT_OK(disk.open(root + "/x/b", OpenMode::create));
    ASSERT_OK(disk.open(root + "/x/a", OpenMode::create));
    auto entries = disk.list(root + "/x");
    ASSERT_OK(entries);
    EXPECT_EQ(entries->size(), 3u);
    if (entries->size() != 3) co_return;
    EXPECT_EQ((*entries)[0].name, "a");
    EXPECT_FALSE((*entries)[0].is_directory);
    EXPECT_EQ((*entries)[2].name, "y");
    EXPECT_TRUE((*entries)[2].is_directory);
    EXPECT_EQ(error_of(disk.create_directories(root + "/x/a")), Errc::io);
    ASSERT_OK(disk.rename(root + "/x", root + "/moved"));
    ASSERT_OK(disk.sync_directory(root));
    EXPECT_TRUE(*disk.exists(root + "/moved/y/z"));
    ASSERT_OK(disk.remove_tree(root + "/moved"));
    EXPECT_FALSE(*disk.exists(root + "/moved"));
    EXPECT_EQ(error_of(disk.remove_tree(root + "/moved")), Errc::not_found);
    EXPECT_EQ(error_of(disk.list(root + "/moved")), Errc::not_found);
    EXPECT_EQ(error_of(disk.sync_directory(root + "/moved")), Errc::not_found);
    EXPECT_GT(*disk.free_bytes(root), 0u);
    EXPECT_GE(*disk.total_bytes(root), *disk.free_bytes(root));
  });
}

TEST_P(DoorContract, a_small_file_is_replaced_whole) {
  run([](ContractWorld& world) -> Task<> {
    Disk& disk = world.env(0).disk;
    const std::string path = world.directory() + "/checkpoint";
    ASSERT_OK(write_file_atomically(disk, path, "a first and longer one"));
    ASSERT_OK(write_file_atomically(disk, path, "second"));
    EXPECT_EQ(*read_file(disk, path, 100), "second");
    EXPECT_EQ(error_of(read_file(disk, path, 3)), Errc::too_large);
    EXPECT_EQ(disk.list(world.directory())->size(), 1u);
  });
}

TEST_P(DoorContract, files_and_names_are_synced_together_again_and_again) {
  run([](ContractWorld& world) -> Task<> {
    Disk& disk = world.env(0).disk;
    std::vector<std::string> directories;
    std::vector<std::shared_ptr<File>> files;
    for (const char* name : {"/one", "/two", "/three"}) {
      directories.push_back(world.directory() + name);
      ASSERT_OK(disk.create_directories(directories.back()));
      auto file = disk.open(directories.back() + "/file", OpenMode::create);
      ASSERT_OK(file);
      files.push_back(*file);
    }
    for (std::uint64_t round = 0; round < 3; ++round) {
      for (auto& file : files) ASSERT_OK(file->write_at(round * 4, as_bytes("more")));
      ASSERT_OK(disk.sync_together(files, directories));
    }
    ASSERT_OK(disk.sync_together({}, directories));
    ASSERT_OK(disk.sync_together({}, {}));
    EXPECT_EQ(contract_content(*files[2]), "moremoremore");
    const std::vector<std::string> missing{world.directory() + "/nowhere"};
    EXPECT_FALSE(disk.sync_together(files, missing));
  });
}

TEST_P(DoorContract, a_directory_is_locked_once_until_the_lock_goes) {
  run([](ContractWorld& world) -> Task<> {
    Disk& disk = world.env(0).disk;
    auto lock = disk.lock(world.directory());
    ASSERT_OK(lock);
    EXPECT_EQ(error_of(disk.lock(world.directory())), Errc::busy);
    // Another descriptor of the lock file that is closed does not free the lock.
    ASSERT_OK(disk.open(world.directory() + "/.lock", OpenMode::read));
    EXPECT_EQ(error_of(disk.lock(world.directory())), Errc::busy);
    lock->reset();
    ASSERT_OK(disk.lock(world.directory()));
    EXPECT_EQ(error_of(disk.lock(world.directory() + "/none")), Errc::not_found);
  });
}

}  // namespace weir::env
