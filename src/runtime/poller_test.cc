#include "runtime/poller.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <thread>

#include "base/check.h"

namespace weir::runtime {
namespace {

using namespace std::chrono_literals;

class PollerTest : public testing::Test {
 protected:
  PollerTest() {
    std::array<int, 2> both{};
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both.data()) == 0);
    ours_ = OwnedDescriptor(both[0]);
    theirs_ = OwnedDescriptor(both[1]);
    CHECK(poller_.add(ours_.get(), ways_));
    look();
  }
  void look() {
    poller_.wait(env::Duration::zero());
    poller_.resume_ready(turn_);
  }
  void they_send(std::string_view text) {
    CHECK(::write(theirs_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void not_ready(Poller::Way& way) { way.ready = way.for_good; }

  Poller poller_;
  TurnQueue turn_;
  Poller::Ways ways_;
  OwnedDescriptor ours_, theirs_;
};

TEST_F(PollerTest, a_fresh_socket_can_be_written_and_not_read) {
  EXPECT_FALSE(ways_.read.ready);
  EXPECT_TRUE(ways_.write.ready);
}

TEST_F(PollerTest, what_is_ready_stays_so_until_somebody_finds_otherwise) {
  they_send("one");
  look();
  look();
  EXPECT_TRUE(ways_.read.ready);
  not_ready(ways_.read);
  look();
  EXPECT_FALSE(ways_.read.ready) << "no new event came";
  they_send("two");
  look();
  EXPECT_TRUE(ways_.read.ready);
}

TEST_F(PollerTest, the_end_that_came_with_the_last_bytes_is_not_forgotten) {
  they_send("last");
  ASSERT_EQ(::shutdown(theirs_.get(), SHUT_WR), 0);
  look();
  not_ready(ways_.read);  // a short read of "last"
  EXPECT_TRUE(ways_.read.ready);
  not_ready(ways_.write);
  EXPECT_FALSE(ways_.write.ready) << "they still read";
}

TEST_F(PollerTest, a_full_socket_is_ready_again_when_the_peer_has_read) {
  const std::array<char, 4096> page{};
  while (::write(ours_.get(), page.data(), page.size()) > 0) {
  }
  not_ready(ways_.write);
  look();
  EXPECT_FALSE(ways_.write.ready);
  std::array<char, 4096> into;
  while (::read(theirs_.get(), into.data(), into.size()) > 0) {
  }
  look();
  EXPECT_TRUE(ways_.write.ready);
}

TEST_F(PollerTest, a_descriptor_taken_out_is_silent_though_another_of_its_socket_lives) {
  const OwnedDescriptor twin(::fcntl(ours_.get(), F_DUPFD_CLOEXEC, 0));
  poller_.remove(ours_.get());
  ours_ = {};
  they_send("to nobody");
  look();
  EXPECT_FALSE(ways_.read.ready);
}

TEST_F(PollerTest, each_ring_ends_one_wait_also_one_that_had_not_begun) {
  poller_.wake_up();
  poller_.wait(env::Duration::max());
  std::thread ringer([this] { poller_.wake_up(); });
  poller_.wait(env::Duration::max());
  ringer.join();
}

TEST_F(PollerTest, a_wait_is_not_shorter_than_asked) {
  const auto began = std::chrono::steady_clock::now();
  poller_.wait(1500us);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1500us);
}

}  // namespace
}  // namespace weir::runtime
