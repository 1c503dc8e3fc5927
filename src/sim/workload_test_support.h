#pragma once
// A small program for the simulator's own tests: a server that writes what it hears to a file,
// syncs it on a helper and answers, its connections spread over the shards; and clients that count
// the answers.

#include <memory>
#include <string>
#include <vector>

#include "base/cross_shard.h"
#include "base/offload.h"
#include "base/task_scope.h"
#include "sim/host.h"

namespace weir::sim {

inline constexpr std::uint16_t echo_port = 9'092;

class EchoNode {
 public:
  explicit EchoNode(Host& host) : host_(host) {
    for (env::ShardId id = 0; id < host.shards(); ++id) {
      scopes_.push_back(std::make_unique<TaskScope>(host.env(id).executor));
    }
  }
  void start() {
    host_.env(0).executor.post([this] { scopes_[0]->spawn(listen()); });
  }
  int served() const { return served_; }

 private:
  Task<> listen() {
    env::Env& env = host_.env(0);
    auto listener = env.network.listen({"", echo_port}, 64);
    CHECK(listener.has_value(), "the port is free");
    for (env::ShardId next = 0;; next = (next + 1) % host_.shards()) {
      auto accepting = (*listener)->accept();
      auto socket = co_await std::move(accepting);
      if (!socket) co_return;
      scopes_[0]->spawn(hand_over(next, *std::move(socket)));
    }
  }

  Task<> hand_over(env::ShardId target, std::unique_ptr<env::Socket> socket) {
    auto make = [this, target, &socket] { return serve(target, std::move(socket)); };
    auto& there = host_.env(target).shards;
    auto call = call_on_shard<Unit>(host_.env(0), target, there, make);
    co_await std::move(call);
  }

  Task<Unit> serve(env::ShardId shard, std::unique_ptr<env::Socket> socket) {
    env::Env& env = host_.env(shard);
    auto connection = env.network.adopt(std::move(socket));
    const std::string path = "/echo-" + std::to_string(++served_);
    auto opening =
        offload(env.executor, [&env, &path] { return env.disk.open(path, env::OpenMode::create); });
    auto file = co_await std::move(opening);
    std::uint64_t position = 0;
    std::vector<std::byte> buffer(64);
    while (true) {
      auto waiting = connection->readable();
      const auto readable = co_await std::move(waiting);
      if (!readable) break;
      const auto got = connection->read_now(buffer);
      if (!got || got->end) break;
      const Bytes heard = Bytes(buffer).first(got->bytes);
      CHECK((*file)->write_at(position, heard).has_value());
      position += heard.size();
      auto syncing = offload(env.executor, [&file] { return (*file)->sync(); });
      const auto synced = co_await std::move(syncing);
      CHECK(synced.has_value());
      const std::vector<env::Piece> pieces{heard};
      auto writing = connection->write(pieces);
      const auto written = co_await std::move(writing);
      if (!written) break;
    }
    co_return Unit{};
  }

  Host& host_;
  int served_ = 0;
  std::vector<std::unique_ptr<TaskScope>> scopes_;
};

class EchoLoad {
 public:
  EchoLoad(Host& host, int connections, int rounds)
      : host_(host), connections_(connections), rounds_(rounds), scope_(host.env(0).executor) {}
  void start() {
    host_.env(0).executor.post([this] {
      for (int i = 0; i < connections_; ++i) scope_.spawn(talk(i));
    });
  }
  int answers() const { return answers_; }
  int broken() const { return broken_; }

 private:
  Task<> talk(int who) {
    env::Env& env = host_.env(0);
    auto connecting = env.network.connect({"server", echo_port});
    auto connection = co_await std::move(connecting);
    for (int round = 0; connection && round < rounds_; ++round) {
      const std::string text = std::to_string(who) + ":" + std::to_string(round);
      const std::vector<env::Piece> pieces{as_bytes(text)};
      auto writing = (*connection)->write(pieces);
      Result<> result = co_await std::move(writing);
      std::string answer;
      while (result && answer.size() < text.size()) {
        auto waiting = (*connection)->readable();
        result = co_await std::move(waiting);
        std::vector<std::byte> buffer(16);
        const auto got = (*connection)->read_now(buffer);
        if (!got || got->end) break;
        answer += as_text(Bytes(buffer).first(got->bytes));
      }
      if (answer != text) {
        ++broken_;
        co_return;
      }
      ++answers_;
    }
  }

  Host& host_;
  int connections_;
  int rounds_;
  int answers_ = 0;
  int broken_ = 0;
  TaskScope scope_;
};

}  // namespace weir::sim
