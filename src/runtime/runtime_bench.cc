// The cost of the seam: a ping over loopback, pipelined frames, messages between shards, the memory
// of an idle connection. Compare with an epoll server without any seam (about 60 us for a ping
// between two sleeping processes, 5 us of CPU a request without and 0.37 us with pipelining).
//
// server_us: CPU of the shard's thread for each request.

#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <future>
#include <vector>

#include "base/check.h"
#include "base/offload.h"
#include "base/task_scope.h"
#include "runtime/owned_descriptor.h"
#include "runtime/shards.h"
#include "runtime/socket_address.h"

namespace weir::runtime {
namespace {

class NoLog final : public env::LogSink {
 public:
  bool enabled(env::Level) const override { return false; }
  void write(env::Level, std::string_view, std::string_view) override {}
};

constexpr std::size_t reply_bytes = 12;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// Answers each frame (size i32, payload) with twelve bytes, all frames of one read with one write.
class FrameServer {
 public:
  explicit FrameServer(std::size_t buffer_bytes = 64 << 10) : buffer_(buffer_bytes) {
    on_shard([this] {
      scope_ = std::make_unique<TaskScope>(env().executor);
      listener_ = env().network.listen({"127.0.0.1", 0}, 4'096).value();
      port_ = listener_->local_address().port;
      scope_->spawn(accept());
    });
  }
  ~FrameServer() {
    on_shard([this] { listener_->close(); });
    bool left = true;
    while (left) on_shard([&] { left = scope_->running() > 0; });  // the clients are gone
    on_shard([this] {
      scope_.reset();
      listener_.reset();
    });
  }

  std::uint16_t port() const { return port_; }
  double cpu_seconds() {
    rusage usage{};
    on_shard([&] { ::getrusage(RUSAGE_THREAD, &usage); });
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  std::size_t connections() {
    std::size_t count = 0;
    on_shard([&] { count = scope_->running() - 1; });
    return count;
  }

 private:
  void on_shard(env::Callback callback) {
    std::promise<void> done;
    shards_.post(0, [&] {
      callback();
      done.set_value();
    });
    done.get_future().wait();
  }
  env::Env& env() { return shards_.env(0); }

  Task<> accept() {
    while (true) {
      auto accepting = listener_->accept();
      auto socket = co_await std::move(accepting);
      if (!socket) co_return;
      scope_->spawn(serve(*std::move(socket)));
    }
  }

  // The buffer is the shard's, filled after readable(): an idle connection has none. A frame that a
  // read has cut is kept aside.
  Task<> serve(std::unique_ptr<env::Socket> socket) {
    auto connection = env().network.adopt(std::move(socket));
    std::vector<std::byte> rest;
    while (true) {
      auto waiting = connection->readable();
      const auto ready = co_await std::move(waiting);
      if (!ready) co_return;
      std::copy(rest.begin(), rest.end(), buffer_.begin());
      const auto got = connection->read_now(MutableBytes(buffer_).subspan(rest.size()));
      if (!got || got->end) co_return;
      Bytes bytes = Bytes(buffer_).first(rest.size() + got->bytes);
      std::size_t frames = 0;
      while (bytes.size() >= 4) {
        const auto size = static_cast<std::size_t>(load_be<std::int32_t>(bytes.data())) + 4;
        if (bytes.size() < size) break;
        bytes = bytes.subspan(size);
        ++frames;
      }
      rest.assign(bytes.begin(), bytes.end());
      if (frames == 0) continue;
      const std::array<env::Piece, 1> pieces{Bytes(replies_).first(frames * reply_bytes)};
      auto writing = connection->write(pieces);
      const auto written = co_await std::move(writing);
      if (!written) co_return;
    }
  }

  NoLog log_;
  std::vector<std::byte> buffer_;
  std::vector<std::byte> replies_ = std::vector<std::byte>(64 << 10);
  std::unique_ptr<TaskScope> scope_;
  std::unique_ptr<env::Listener> listener_;
  std::uint16_t port_ = 0;
  Shards shards_{{.shards = 1, .helper_threads = 1}, log_};
};

OwnedDescriptor dial(std::uint16_t port) {
  const auto address = resolve({"127.0.0.1", port}).value().front();
  OwnedDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK(::connect(socket.get(), address.get(), address.size) == 0);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

std::vector<std::byte> frames_of(std::size_t payload, std::size_t count) {
  std::vector<std::byte> frames((payload + 4) * count);
  for (std::size_t i = 0; i < count; ++i) {
    store_be(frames.data() + i * (payload + 4), static_cast<std::int32_t>(payload));
  }
  return frames;
}

void exchange(int socket, Bytes frames, std::size_t reply) {
  CHECK(::send(socket, frames.data(), frames.size(), 0) == static_cast<ssize_t>(frames.size()));
  std::array<std::byte, 4'096> buffer;
  while (reply > 0) {
    const auto got = ::recv(socket, buffer.data(), std::min(buffer.size(), reply), 0);
    CHECK(got > 0);
    reply -= static_cast<std::size_t>(got);
  }
}

void report_cpu(benchmark::State& state, double seconds, double requests) {
  state.counters["server_us"] = seconds * 1e6 / requests;
  state.SetItemsProcessed(static_cast<std::int64_t>(requests));
}

void ping(benchmark::State& state) {
  FrameServer server;
  const auto socket = dial(server.port());
  const auto frame = frames_of(static_cast<std::size_t>(state.range(0)), 1);
  std::vector<double> latencies;
  const double before = server.cpu_seconds();
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    exchange(socket.get(), frame, reply_bytes);
    const auto took = std::chrono::steady_clock::now() - start;
    latencies.push_back(std::chrono::duration<double, std::micro>(took).count());
  }
  report_cpu(state, server.cpu_seconds() - before, static_cast<double>(state.iterations()));
  std::ranges::sort(latencies);
  state.counters["p50_us"] = latencies[latencies.size() / 2];
  state.counters["p99_us"] = latencies[latencies.size() * 99 / 100];
}
BENCHMARK(ping)->Arg(64)->Arg(1'024)->UseRealTime();

// A window of requests of 1 KiB on each of 64 connections.
void pipelined(benchmark::State& state) {
  const auto window = static_cast<std::size_t>(state.range(0));
  FrameServer server;
  std::vector<OwnedDescriptor> sockets;
  for (int i = 0; i < 64; ++i) sockets.push_back(dial(server.port()));
  const auto frames = frames_of(1'024, window);
  std::array<std::byte, 4'096> buffer;
  const double before = server.cpu_seconds();
  for (auto _ : state) {
    for (const auto& socket : sockets) {
      CHECK(::send(socket.get(), frames.data(), frames.size(), 0) ==
            static_cast<ssize_t>(frames.size()));
    }
    for (const auto& socket : sockets) {
      for (std::size_t left = window * reply_bytes; left > 0;) {
        const auto got = ::recv(socket.get(), buffer.data(), std::min(buffer.size(), left), 0);
        CHECK(got > 0);
        left -= static_cast<std::size_t>(got);
      }
    }
  }
  report_cpu(state, server.cpu_seconds() - before,
             static_cast<double>(state.iterations()) * 64.0 * static_cast<double>(window));
}
BENCHMARK(pipelined)->Arg(1)->Arg(16)->UseRealTime();

// What a connection that waits in readable() costs this process.
void idle_connections(benchmark::State& state) {
  const auto resident = [] {
    long pages = 0, ignored = 0;
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    CHECK(file != nullptr && std::fscanf(file, "%ld %ld", &ignored, &pages) == 2);
    std::fclose(file);
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  };
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t count =
      std::min<std::size_t>(static_cast<std::size_t>(limit.rlim_cur) / 2 - 100, 4'000);
  for (auto _ : state) {
    FrameServer server;
    std::vector<OwnedDescriptor> sockets;
    sockets.reserve(count);
    const double before = resident();
    while (sockets.size() < count) sockets.push_back(dial(server.port()));
    while (server.connections() < count) {
    }
    state.counters["bytes_each"] = (resident() - before) / static_cast<double>(count);
    state.counters["connections"] = static_cast<double>(count);
  }
}
BENCHMARK(idle_connections)->Iterations(1);

// One message there and one back, both shards asleep in between.
void message_and_answer(benchmark::State& state) {
  NoLog log;
  Shards shards({.shards = 2, .helper_threads = 1}, log);
  for (auto _ : state) {
    std::promise<void> back;
    shards.post(0, [&] {
      shards.env(0).shards.post(
          1, [&] { shards.env(1).shards.post(0, [&back] { back.set_value(); }); });
    });
    back.get_future().wait();
  }
}
BENCHMARK(message_and_answer)->UseRealTime();

// A thousand messages in one turn: one wake-up.
void message_burst(benchmark::State& state) {
  NoLog log;
  Shards shards({.shards = 2, .helper_threads = 1}, log);
  constexpr int burst = 1'000;
  for (auto _ : state) {
    std::promise<void> all;
    int left = burst;
    shards.post(0, [&] {
      for (int i = 0; i < burst; ++i) {
        shards.env(0).shards.post(1, [&] {
          if (--left == 0) all.set_value();
        });
      }
    });
    all.get_future().wait();
  }
  state.SetItemsProcessed(state.iterations() * burst);
}
BENCHMARK(message_burst)->UseRealTime();

// Posting a coroutine's resumption and a callback, within one turn after the other.
void post_to_self(benchmark::State& state) {
  NoLog log;
  Shards shards({.shards = 1, .helper_threads = 1}, log);
  constexpr int burst = 100'000;
  struct Chain {
    env::Executor& executor;
    std::promise<void>& done;
    int left;
    void step() {
      if (--left == 0) return done.set_value();
      executor.post([this] { step(); });
    }
  };
  for (auto _ : state) {
    std::promise<void> done;
    Chain chain{shards.env(0).executor, done, burst};
    shards.post(0, [&chain] { chain.step(); });
    done.get_future().wait();
  }
  state.SetItemsProcessed(state.iterations() * burst);
}
BENCHMARK(post_to_self)->UseRealTime();

}  // namespace
}  // namespace weir::runtime
