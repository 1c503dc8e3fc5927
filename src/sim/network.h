#pragma once
// The network doors of one simulated shard. Every read may be cut short at random; a write waits
// while the peer does not read.

#include <deque>
#include <memory>

#include "base/env/network.h"
#include "sim/link.h"

namespace weir::sim {

class Shard;

class ShardNetwork final : public env::Network {
 public:
  explicit ShardNetwork(Shard& shard) : shard_(shard) {}
  using env::Network::connect;
  using env::Network::listen;
  Result<std::unique_ptr<env::Listener>> listen(const env::Address& address, int backlog,
                                                const env::SocketBuffers& buffers) override;
  std::unique_ptr<env::Connection> adopt(std::unique_ptr<env::Socket> socket) override;
  Task<Result<std::unique_ptr<env::Connection>>> connect(env::Address address,
                                                         Cancellation stop) override;

 private:
  Shard& shard_;
};

// One side of a link, on the shard that adopted it.
class Stream final : public env::Connection {
 public:
  Stream(Shard& shard, std::shared_ptr<Link> link, int side);
  ~Stream() override;

  Task<Result<>> readable() override;
  Result<ReadNow> read_now(MutableBytes into) override;
  Task<Result<>> write(std::span<const env::Piece> pieces) override;
  void stop_reading() override;
  void close() override;
  const env::Address& local_address() const override { return link_->at(side_).address; }
  const env::Address& peer_address() const override { return link_->opposite(side_).address; }

  void wake_reader();
  void wake_writer();
  bool waits_for_room() const { return static_cast<bool>(writer_); }

 private:
  struct WaitFor;
  bool something_to_read() const;
  Result<> send_some(const env::Piece& piece, std::uint64_t& done);

  Shard& shard_;
  std::shared_ptr<Link> link_;
  int side_;
  const Life* life_;
  bool closed_ = false;
  bool stopped_ = false;
  bool reading_ = false;
  bool writing_ = false;
  std::coroutine_handle<> reader_;
  std::coroutine_handle<> writer_;
};

class SocketEnd final : public env::Socket {
 public:
  explicit SocketEnd(std::shared_ptr<Link> of) : link(std::move(of)) {}
  ~SocketEnd() override;  // closes what nobody adopted
  env::Address peer_address() const override { return link->at(0).address; }
  std::shared_ptr<Link> link;  // side 1
};

class ListenerEnd final : public env::Listener {
 public:
  ListenerEnd(Shard& shard, const env::Address& address, int backlog);
  ~ListenerEnd() override;
  Result<> open();

  Task<Result<std::unique_ptr<env::Socket>>> accept() override;
  void close() override;
  const env::Address& local_address() const override { return address_; }

  bool is_full() const { return waiting_.size() >= backlog_; }
  void arrive(std::shared_ptr<Link> link);

 private:
  struct Arrival;
  void wake();

  Shard& shard_;
  env::Address address_;
  std::size_t backlog_;
  const Life* life_;
  bool open_ = false;
  std::deque<std::unique_ptr<env::Socket>> waiting_;
  std::coroutine_handle<> accepter_;
};

}  // namespace weir::sim
