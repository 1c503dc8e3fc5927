// What the file system adds to the doors' contract.

#include "runtime/posix_disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/temporary_directory_test_support.h"

namespace weir::runtime {
namespace {

using env::OpenMode;

class PosixDiskTest : public testing::Test {
 protected:
  TemporaryDirectory directory;
  PosixDisk disk;
};

// As Java's FileChannel.tryLock() does it, in another process. Returns whether that got the lock.
bool another_process_locks(const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0644);
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    ::_exit(::fcntl(file, F_SETLK, &whole) == 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status) == 0;
}

TEST_F(PosixDiskTest, our_lock_keeps_another_process_with_a_record_lock_out) {
  const std::string path = directory.path() + "/.lock";
  EXPECT_TRUE(another_process_locks(path));
  auto lock = disk.lock(directory.path());
  ASSERT_TRUE(lock);
  EXPECT_FALSE(another_process_locks(path));
  lock->reset();
  EXPECT_TRUE(another_process_locks(path));
}

TEST_F(PosixDiskTest, another_process_with_a_record_lock_keeps_us_out) {
  int held[2], leave[2];
  ASSERT_EQ(::pipe(held), 0);
  ASSERT_EQ(::pipe(leave), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(leave[1]);
    const int file = ::open((directory.path() + "/.lock").c_str(), O_RDWR | O_CREAT, 0644);
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    const bool locked = ::fcntl(file, F_SETLK, &whole) == 0;
    char byte = locked ? 'y' : 'n';
    if (::write(held[1], &byte, 1) != 1 || ::read(leave[0], &byte, 1) != 0) ::_exit(1);
    ::_exit(0);
  }
  char byte = 'n';
  ASSERT_EQ(::read(held[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto lock = disk.lock(directory.path());
  EXPECT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Errc::busy);
  for (const int end : {leave[0], leave[1], held[0], held[1]}) ::close(end);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(disk.lock(directory.path()));
}

TEST_F(PosixDiskTest, a_full_disk_is_told_from_a_broken_one) {
  const auto full = disk.open("/dev/full", OpenMode::read_write);
  ASSERT_TRUE(full);
  const auto written = (*full)->write_at(0, as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::no_space);
  EXPECT_EQ(written.error().at, static_cast<std::uint64_t>(ENOSPC));
}

TEST_F(PosixDiskTest, an_error_names_the_file_and_the_reason) {
  const auto missing = disk.open(directory.path() + "/missing", OpenMode::read);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().what,
            "cannot open " + directory.path() + "/missing: No such file or directory");
}

TEST_F(PosixDiskTest, what_was_just_written_is_cached_and_what_was_dropped_is_not) {
  auto file = disk.open(directory.path() + "/cache", OpenMode::create).value();
  const std::string text(1 << 20, 'x');
  ASSERT_TRUE(file->write_at(0, as_bytes(text)));
  EXPECT_TRUE(file->is_cached(0, text.size()));
  EXPECT_TRUE(file->is_cached(4'000, 200));
  EXPECT_TRUE(file->is_cached(0, 10 * text.size())) << "behind the end nothing has to be read";
  ASSERT_TRUE(file->sync());
  ::posix_fadvise(file->native_handle(), 0, 0, POSIX_FADV_DONTNEED);
  if (file->is_cached(0, text.size())) GTEST_SKIP() << "this file system keeps its pages";
  EXPECT_FALSE(file->is_cached(8'192, 1));
  std::vector<std::byte> page(4'096);
  ASSERT_TRUE(file->read_at(0, page));
  EXPECT_TRUE(file->is_cached(0, 4'096));
}

TEST_F(PosixDiskTest, a_file_survives_positions_beyond_four_gigabytes) {
  auto file = disk.open(directory.path() + "/sparse", OpenMode::create).value();
  const std::uint64_t far = 5ULL << 30;
  ASSERT_TRUE(file->write_at(far, as_bytes("far")));
  EXPECT_EQ(file->size().value(), far + 3);
  std::vector<std::byte> three(3);
  EXPECT_EQ(file->read_at(far, three).value(), 3u);
  EXPECT_EQ(as_text(three), "far");
}

}  // namespace
}  // namespace weir::runtime
