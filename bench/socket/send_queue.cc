#include "socket/send_queue.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace weir::bench {
namespace {

constexpr std::size_t most_at_once = 256;

std::unexpected<Error> broken(const char* what) {
  return fail(Errc::io, what, static_cast<std::uint64_t>(errno));
}

}  // namespace

void SendQueue::copy(Bytes bytes) {
  if (bytes.empty()) return;
  const std::size_t at = own_.size();
  own_.insert(own_.end(), bytes.begin(), bytes.end());
  if (!empty() && pieces_.back().elsewhere == nullptr) {
    pieces_.back().size += bytes.size();
  } else {
    pieces_.push_back({nullptr, at, bytes.size()});
  }
}

void SendQueue::refer(Bytes bytes) {
  if (!bytes.empty()) pieces_.push_back({bytes.data(), 0, bytes.size()});
}

std::size_t SendQueue::gather(std::span<iovec> into) const {
  const std::size_t count = std::min(into.size(), pieces_.size() - first_);
  for (std::size_t i = 0; i < count; ++i) {
    const Piece& piece = pieces_[first_ + i];
    const std::byte* data = piece.elsewhere ? piece.elsewhere : own_.data();
    into[i] = {const_cast<std::byte*>(data + piece.offset), piece.size};
  }
  return count;
}

void SendQueue::sent(std::size_t bytes) {
  while (bytes > 0) {
    Piece& piece = pieces_[first_];
    const std::size_t part = std::min(bytes, piece.size);
    piece.offset += part;
    piece.size -= part;
    bytes -= part;
    if (piece.size == 0) ++first_;
  }
  if (empty()) {
    pieces_.clear();
    own_.clear();
    first_ = 0;
  }
}

Result<> send_from(SendQueue& queue, int fd) {
  iovec parts[most_at_once];
  while (!queue.empty()) {
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = queue.gather(parts);
    std::size_t wanted = 0;
    for (std::size_t i = 0; i < message.msg_iovlen; ++i) wanted += parts[i].iov_len;
    const ssize_t count = ::sendmsg(fd, &message, MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EAGAIN) return {};
      if (errno == EINTR) continue;
      return broken("cannot send");
    }
    queue.sent(static_cast<std::size_t>(count));
    if (static_cast<std::size_t>(count) < wanted) return {};
  }
  return {};
}

Result<std::size_t> receive_into(MutableBytes room, int fd) {
  const ssize_t count = ::recv(fd, room.data(), room.size(), 0);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0) return fail(Errc::closed, "the peer ended the connection");
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return broken("cannot receive");
}

}  // namespace weir::bench
