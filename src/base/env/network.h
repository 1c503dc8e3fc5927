#pragma once
// Byte streams between hosts. All calls on one object are made on one shard.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/cancellation.h"
#include "base/env/disk.h"
#include "base/env/executor.h"
#include "base/result.h"
#include "base/task.h"

namespace weir::env {

struct Address {
  std::string host;  // name or IP literal without brackets; empty: every interface
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
  std::string text() const;  // "host:port", IPv6 in brackets
};

// A piece of what is sent: bytes that stay valid until the write completes, or a range of a file,
// sent from the page cache without a copy where the system can (sendfile).
struct FileRange {
  std::shared_ptr<const File> file;
  std::uint64_t position = 0;
  std::uint64_t size = 0;
};
using Piece = std::variant<Bytes, FileRange>;

class Connection {
 public:
  virtual ~Connection() = default;

  // Waits until there is something to read (or the end), holding no buffer. Errors: closed, io.
  virtual Task<Result<>> readable() = 0;
  // What is there now, at most into.size().
  struct ReadNow {
    std::size_t bytes = 0;
    bool end = false;       // the peer sends no more
    bool is_empty = false;  // nothing more is there yet, as far as is known: wait in readable()
  };
  virtual Result<ReadNow> read_now(MutableBytes into) = 0;

  // Sends all pieces in order, as one gathered write where possible. One write at a time.
  virtual Task<Result<>> write(std::span<const Piece> pieces) = 0;

  // From now on readable() gives Errc::closed, also to who waits in it; writing goes on.
  virtual void stop_reading() = 0;

  // Ends both directions; whoever waits gets Errc::closed. Harmless when repeated.
  virtual void close() = 0;

  virtual const Address& local_address() const = 0;
  virtual const Address& peer_address() const = 0;
};

// An accepted socket on its way to the shard that shall own it.
class Socket {
 public:
  virtual ~Socket() = default;
  virtual Address peer_address() const = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual Task<Result<std::unique_ptr<Socket>>> accept() = 0;  // error closed after close()
  virtual void close() = 0;
  virtual const Address& local_address()
      const = 0;  // with the port that was given when 0 was asked
};

// The buffers of the connections that a listener accepts; 0 or less leaves a size to the system,
// which then grows them by need. The simulator has no such buffers.
struct SocketBuffers {
  std::int64_t send_bytes = -1;
  std::int64_t receive_bytes = -1;
};

class Network {
 public:
  virtual ~Network() = default;
  virtual Result<std::unique_ptr<Listener>> listen(const Address& address, int backlog,
                                                   const SocketBuffers& buffers) = 0;
  Result<std::unique_ptr<Listener>> listen(const Address& address, int backlog) {
    return listen(address, backlog, SocketBuffers{});
  }
  virtual std::unique_ptr<Connection> adopt(std::unique_ptr<Socket> socket) = 0;
  // `stop`, requested on this shard, ends what is under way: Errc::closed.
  virtual Task<Result<std::unique_ptr<Connection>>> connect(Address address, Cancellation stop) = 0;
  Task<Result<std::unique_ptr<Connection>>> connect(Address address) {
    return connect(std::move(address), Cancellation{});
  }
};

}  // namespace weir::env
