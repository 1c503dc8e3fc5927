#include <algorithm>
#include <utility>

#include "base/check.h"
#include "sim/host.h"
#include "sim/network.h"
#include "sim/shard.h"
#include "sim/world.h"

namespace weir::sim {
namespace {

auto closed() { return fail(Errc::closed, "the connection is closed"); }

}  // namespace

// Sleeps until somebody resumes what it stored.
struct Stream::WaitFor {
  std::coroutine_handle<>& place;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const { place = waiter; }
  void await_resume() const noexcept {}
};

Stream::Stream(Shard& shard, std::shared_ptr<Link> link, int side)
    : shard_(shard), link_(std::move(link)), side_(side), life_(shard.host().life()) {
  if (!link_->at(side_).closed) link_->at(side_).stream = this;
}

Stream::~Stream() {
  CHECK(life_->over || (!reading_ && !writing_), "nobody may wait in a connection that goes");
  close();
}

bool Stream::something_to_read() const {
  const Pipe& in = link_->to(side_);
  return in.unread() > 0 || in.ended || in.reader_reset;
}

Task<Result<>> Stream::readable() {
  if (closed_ || stopped_) co_return closed();
  CHECK(!reading_, "one reader at a time");
  reading_ = true;
  const bool ready = something_to_read();
  const WaitFor wait{reader_};
  if (ready) shard_.post([this] { wake_reader(); });
  co_await wait;
  reading_ = false;
  if (closed_ || stopped_) co_return closed();
  co_return Result<>{};
}

Result<env::Connection::ReadNow> Stream::read_now(MutableBytes into) {
  if (closed_ || stopped_) return closed();
  const Pipe& in = link_->to(side_);
  if (in.unread() > 0 && !into.empty()) {
    const auto bytes = shard_.world().switchboard().receive(link_, side_, into);
    return ReadNow{.bytes = bytes, .is_empty = in.unread() == 0};
  }
  if (in.reader_reset) return fail(Errc::closed, "the connection was reset by the peer");
  const bool is_empty = in.unread() == 0;
  return ReadNow{.end = in.ended && is_empty, .is_empty = is_empty};
}

Task<Result<>> Stream::write(std::span<const env::Piece> pieces) {
  CHECK(!writing_, "one write at a time");
  writing_ = true;
  Result<> result;
  for (std::size_t i = 0; i < pieces.size() && result; ++i) {
    const auto* range = std::get_if<env::FileRange>(&pieces[i]);
    const std::uint64_t size = range ? range->size : std::get<Bytes>(pieces[i]).size();
    std::uint64_t done = 0;
    while (done < size && result) {
      if (!closed_ && !link_->from(side_).writer_reset &&
          shard_.world().switchboard().room(*link_, side_) == 0) {
        const WaitFor wait{writer_};
        co_await wait;
      } else {
        result = send_some(pieces[i], done);
      }
    }
  }
  writing_ = false;
  co_return result;
}

Result<> Stream::send_some(const env::Piece& piece, std::uint64_t& done) {
  if (closed_) return closed();
  if (link_->from(side_).writer_reset) {
    return fail(Errc::closed, "the connection was reset by the peer");
  }
  Switchboard& switchboard = shard_.world().switchboard();
  const std::size_t room = switchboard.room(*link_, side_);
  std::string bytes;
  if (const auto* range = std::get_if<env::FileRange>(&piece)) {
    bytes.resize(std::min<std::uint64_t>(room, range->size - done));
    auto got = range->file->read_at(range->position + done,
                                    {reinterpret_cast<std::byte*>(bytes.data()), bytes.size()});
    if (!got || *got == 0) {
      close();
      if (!got) return std::unexpected(std::move(got).error());
      return fail(Errc::io, "a file is shorter than what was to be sent of it", range->position);
    }
    bytes.resize(*got);
  } else {
    bytes = as_text(std::get<Bytes>(piece)).substr(done, room);
  }
  done += bytes.size();
  switchboard.send(link_, side_, std::move(bytes));
  return {};
}

void Stream::stop_reading() {
  stopped_ = true;
  wake_reader();
}

void Stream::close() {
  if (closed_) return;
  closed_ = true;
  shard_.world().switchboard().close(link_, side_);
  wake_reader();
  wake_writer();
}

void Stream::wake_reader() {
  if (reader_ && !life_->over) shard_.resume(std::exchange(reader_, {}));
}
void Stream::wake_writer() {
  if (writer_ && !life_->over) shard_.resume(std::exchange(writer_, {}));
}

}  // namespace weir::sim
