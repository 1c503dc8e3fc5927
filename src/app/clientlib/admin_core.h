#pragma once
// AdminCore: an administrator on the engine's thread, and how a call of it becomes a Future.

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "app/clientlib/admin_values.h"
#include "app/clientlib/promise.h"
#include "client/admin/admin.h"
#include "client/cluster/cluster.h"

namespace weir::clientlib {

// Made on the engine's thread; calls keep it alive.
class AdminCore : public std::enable_shared_from_this<AdminCore> {
 public:
  AdminCore(Engine& engine, client::ClusterOptions options)
      : engine_(engine), cluster_(engine.env(), std::move(options)), admin_(cluster_) {}

  // `begin` makes the task of the call: (client::Admin&, deadline).
  template <class T, class Begin, class Convert>
  static Task<> carry(std::shared_ptr<AdminCore> self, Promise<T> promise,
                      std::chrono::milliseconds timeout, Begin begin, Convert convert) {
    auto asking = begin(self->admin_, self->engine_.env().clock.now() + timeout);
    auto answer = co_await std::move(asking);
    promise.set(convert(std::move(answer)));
    self->ended_one();
  }
  void begins_one() { ++calls_; }

  // Calls end with `closed`; the core goes when they have.
  static Task<> retire(std::shared_ptr<AdminCore> self);

 private:
  void ended_one() {
    --calls_;
    idle_.notify();
  }

  Engine& engine_;
  client::Cluster cluster_;
  client::Admin admin_;
  std::size_t calls_ = 0;
  Signal idle_{engine_.env().executor};
};

}  // namespace weir::clientlib

namespace weir {

class __attribute__((visibility("hidden"))) Admin::Impl {
 public:
  Impl(std::shared_ptr<clientlib::Engine> engine, client::ClusterOptions options,
       std::chrono::milliseconds timeout);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  template <class T, class Begin, class Convert>
  Future<T> ask(Begin begin, Convert convert) {
    clientlib::Promise<T> promise(*engine_);
    auto future = promise.future();
    engine_->post([engine = engine_.get(), core = core_, timeout = timeout_,
                   promise = std::move(promise), begin = std::move(begin),
                   convert = std::move(convert)]() mutable {
      (*core)->begins_one();
      engine->spawn(clientlib::AdminCore::carry(*core, std::move(promise), timeout,
                                                std::move(begin), std::move(convert)));
    });
    return future;
  }
  // Calls whose answer as a whole is PerItem, or can fail as a whole.
  template <class T, class Begin>
  Future<T> ask(Begin begin) {
    return ask<T>(std::move(begin), [](auto answer) -> std::expected<T, Failure> {
      return clientlib::public_of(answer);
    });
  }
  // ... and those for one thing that is asked for as one of many.
  template <class T, class Begin>
  Future<T> ask_one(Begin begin) {
    return ask<T>(std::move(begin), [](auto answer) -> std::expected<T, Failure> {
      return clientlib::public_of(answer.begin()->second);
    });
  }

 private:
  using Core = std::shared_ptr<clientlib::AdminCore>;
  const std::shared_ptr<clientlib::Engine> engine_;
  const std::chrono::milliseconds timeout_;
  std::shared_ptr<Core> core_;  // what it points to is touched on the engine's thread only
};

}  // namespace weir
