#include "runtime/tcp_connection.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"
#include "runtime/socket_address.h"
#include "runtime/system_error.h"

namespace weir::runtime {
namespace {

constexpr std::size_t gathered_max = 64;
constexpr std::size_t sendfile_max = 1
                                     << 20;  // a call; others on the loop get their turn in between
constexpr std::size_t copy_max = 64 << 10;

auto closed() { return fail(Errc::closed, "the connection is closed"); }

}  // namespace

TcpConnection::TcpConnection(Loop& loop, OwnedDescriptor socket)
    : watch_(loop, socket.release()),
      local_(local_address_of(watch_.descriptor())),
      peer_(peer_address_of(watch_.descriptor())) {}

TcpConnection::~TcpConnection() {
  CHECK(!reading_ && !writing_, "nobody may wait in a connection that goes");
}

Task<Result<>> TcpConnection::readable() {
  if (watch_.descriptor() < 0 || stopped_) co_return closed();
  CHECK(!reading_, "one reader at a time");
  reading_ = true;
  co_await watch_.wait(Direction::read);
  reading_ = false;
  if (watch_.descriptor() < 0 || stopped_) co_return closed();
  co_return Result<>{};
}

Result<env::Connection::ReadNow> TcpConnection::read_now(MutableBytes into) {
  while (true) {
    if (watch_.descriptor() < 0 || stopped_) return closed();
    const auto got = ::recv(watch_.descriptor(), into.data(), into.size(), 0);
    if (got == 0) return ReadNow{.end = !into.empty()};
    // Fewer bytes than asked for were all there were.
    const bool is_empty = got > 0 ? static_cast<std::size_t>(got) < into.size() : errno == EAGAIN;
    if (is_empty) watch_.not_ready(Direction::read);
    if (got > 0) return ReadNow{.bytes = static_cast<std::size_t>(got), .is_empty = is_empty};
    if (errno == EAGAIN) return ReadNow{.is_empty = true};
    if (errno != EINTR) return system_failure(errno, "cannot read from " + peer_.text());
  }
}

Task<Result<>> TcpConnection::write(std::span<const env::Piece> pieces) {
  CHECK(!writing_, "one write at a time");
  writing_ = true;
  Progress progress{pieces};
  progress.advance(0);
  Result<> result;
  while (!progress.done()) {
    auto step = send_some(progress);
    if (!step) {
      result = std::unexpected(std::move(step).error());
      break;
    }
    if (*step == Step::would_block) {
      watch_.not_ready(Direction::write);
      co_await watch_.wait(Direction::write);
    }
  }
  writing_ = false;
  co_return result;
}

void TcpConnection::stop_reading() {
  stopped_ = true;
  if (reading_) watch_.wake();  // a writer that waits, too, tries again and goes on waiting
}

// Also steps over pieces that are empty.
void TcpConnection::Progress::advance(std::uint64_t bytes) {
  offset += bytes;
  while (piece < pieces.size()) {
    const auto* range = std::get_if<env::FileRange>(&pieces[piece]);
    const std::uint64_t size = range ? range->size : std::get<Bytes>(pieces[piece]).size();
    if (offset < size) return;
    CHECK(offset == size || offset > size, "pieces are passed one by one");
    offset -= size;
    ++piece;
  }
}

Result<TcpConnection::Step> TcpConnection::send_some(Progress& progress) {
  if (watch_.descriptor() < 0) return closed();
  const auto* range = std::get_if<env::FileRange>(&progress.pieces[progress.piece]);
  if (range == nullptr) return send_bytes(progress);
  return range->file->native_handle() >= 0 ? send_file(progress, *range)
                                           : send_copy(progress, *range);
}

Result<TcpConnection::Step> TcpConnection::send_bytes(Progress& progress) {
  std::array<iovec, gathered_max> vectors;
  std::size_t count = 0;
  std::size_t next = progress.piece;
  for (std::size_t from = progress.offset; next < progress.pieces.size() && count < gathered_max;
       ++next, from = 0) {
    const auto* bytes = std::get_if<Bytes>(&progress.pieces[next]);
    if (bytes == nullptr) break;
    if (bytes->size() == from) continue;
    vectors[count++] = {const_cast<std::byte*>(bytes->data()) + from, bytes->size() - from};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  // A header joins the file range behind it in one packet.
  const int more = next < progress.pieces.size() ? MSG_MORE : 0;
  const auto sent = ::sendmsg(watch_.descriptor(), &message, MSG_NOSIGNAL | more);
  if (sent < 0) return failed(errno);
  progress.advance(static_cast<std::uint64_t>(sent));
  return Step::went_on;
}

Result<TcpConnection::Step> TcpConnection::send_file(Progress& progress,
                                                     const env::FileRange& range) {
  auto position = static_cast<off_t>(range.position + progress.offset);
  const auto left = std::min<std::uint64_t>(range.size - progress.offset, sendfile_max);
  const auto sent = ::sendfile(watch_.descriptor(), range.file->native_handle(), &position, left);
  if (sent < 0) return failed(errno);
  if (sent == 0) {
    // The peer was promised these bytes; there is no way to go on with this connection.
    close();
    return fail(Errc::io, "a file is shorter than what was to be sent of it", range.position);
  }
  progress.advance(static_cast<std::uint64_t>(sent));
  return Step::went_on;
}

Result<TcpConnection::Step> TcpConnection::send_copy(Progress& progress,
                                                     const env::FileRange& range) {
  std::vector<std::byte> buffer(std::min<std::uint64_t>(range.size - progress.offset, copy_max));
  auto got = range.file->read_at(range.position + progress.offset, buffer);
  if (!got || *got == 0) {
    close();
    if (!got) return std::unexpected(std::move(got).error());
    return fail(Errc::io, "a file is shorter than what was to be sent of it", range.position);
  }
  const auto sent = ::send(watch_.descriptor(), buffer.data(), *got, MSG_NOSIGNAL);
  if (sent < 0) return failed(errno);
  progress.advance(static_cast<std::uint64_t>(sent));
  return Step::went_on;
}

Result<TcpConnection::Step> TcpConnection::failed(int number) {
  if (number == EAGAIN) return Step::would_block;
  if (number == EINTR) return Step::went_on;
  return system_failure(number, "cannot write to " + peer_.text());
}

}  // namespace weir::runtime
