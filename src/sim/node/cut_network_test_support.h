#pragma once
// A network whose connections are cut at chosen bytes: everything that a client sends and receives
// counts, over all of its connections, in the order in which it happens.

#include <memory>
#include <set>
#include <utility>

#include "base/env/env.h"

namespace weir::sim {

class CutNetwork final : public env::Network {
 public:
  explicit CutNetwork(env::Network& inner) : inner_(inner) {}

  // The connection that carries the byte after so many is closed there.
  void cut_after(std::uint64_t bytes) { cuts_.insert(bytes); }
  std::uint64_t bytes() const { return bytes_; }

  using env::Network::connect;
  using env::Network::listen;
  Result<std::unique_ptr<env::Listener>> listen(const env::Address& address, int backlog,
                                                const env::SocketBuffers& buffers) override {
    return inner_.listen(address, backlog, buffers);
  }
  std::unique_ptr<env::Connection> adopt(std::unique_ptr<env::Socket> socket) override {
    return inner_.adopt(std::move(socket));
  }
  Task<Result<std::unique_ptr<env::Connection>>> connect(env::Address address,
                                                         Cancellation stop) override {
    auto connecting = inner_.connect(std::move(address), std::move(stop));
    auto connection = co_await std::move(connecting);
    if (!connection) co_return connection;
    std::unique_ptr<env::Connection> watched =
        std::make_unique<Watched>(*this, std::move(*connection));
    co_return watched;
  }

 private:
  class Watched final : public env::Connection {
   public:
    Watched(CutNetwork& network, std::unique_ptr<env::Connection> inner)
        : network_(network), inner_(std::move(inner)) {}
    Task<Result<>> readable() override { return inner_->readable(); }
    Result<ReadNow> read_now(MutableBytes into) override {
      const std::uint64_t left = network_.left();
      if (left == 0) return cut();
      TRY_ASSIGN(const ReadNow got, inner_->read_now(into.first(std::min(into.size(), left))));
      network_.bytes_ += got.bytes;
      return got;
    }
    Task<Result<>> write(std::span<const env::Piece> pieces) override {
      for (const env::Piece& piece : pieces) {
        const Bytes bytes = std::get<Bytes>(piece);
        const std::uint64_t left = network_.left();
        const env::Piece front{bytes.first(std::min(bytes.size(), left))};
        network_.bytes_ += std::get<Bytes>(front).size();
        auto writing = inner_->write({&front, 1});
        CO_TRY(co_await std::move(writing));
        if (left < bytes.size()) co_return cut();
      }
      co_return Result<>{};
    }
    void stop_reading() override { inner_->stop_reading(); }
    void close() override { inner_->close(); }
    const env::Address& local_address() const override { return inner_->local_address(); }
    const env::Address& peer_address() const override { return inner_->peer_address(); }

   private:
    std::unexpected<Error> cut() {
      network_.cuts_.erase(network_.cuts_.begin());
      inner_->close();
      return fail(Errc::closed, "the connection was cut");
    }
    CutNetwork& network_;
    std::unique_ptr<env::Connection> inner_;
  };

  std::uint64_t left() const {
    return cuts_.empty() ? UINT64_MAX : *cuts_.begin() - std::min(bytes_, *cuts_.begin());
  }

  env::Network& inner_;
  std::uint64_t bytes_ = 0;
  std::set<std::uint64_t> cuts_;
};

// `env` with another network.
inline env::Env with_network(env::Env& env, env::Network& network) {
  return {env.clock, env.timers, env.executor, env.shards, env.disk, network, env.random, env.log};
}

}  // namespace weir::sim
