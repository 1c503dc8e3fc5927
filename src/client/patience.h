#pragma once
// Patience: waiting that somebody can end. What was waited for goes on by itself, as a task of the
// cluster that it asks, and its result is dropped. So a call with a deadline returns by then
// without closing the connection that its answer is late on, and closing a client waits for no
// broker.

#include <memory>
#include <utility>

#include "base/cancellation.h"
#include "base/one_shot.h"
#include "base/signal.h"
#include "client/cluster/cluster.h"

namespace weir::client {

class Patience {
 public:
  explicit Patience(Cluster& cluster)
      : cluster_(cluster), env_(cluster.env()), ended_(env_.executor) {}

  // The result of `work`, which may outlive whoever waits (Cluster::spawn). T is a Result or an
  // Outcome: timed_out at the deadline, closed after end(); then `work` is begun and not waited
  // for.
  template <class T>
  Task<T> wait(Task<T> work, env::Instant deadline = env::Instant::max()) {
    const auto shot = std::make_shared<OneShot<T>>(env_.executor);
    cluster_.spawn(run(std::move(work), shot));
    const auto give_up = [shot] { set(*shot, Error{Errc::closed, "the client was closed"}); };
    const OnCancel on_end(stop_, give_up);
    if (shot->is_set() || deadline == env::Instant::max()) co_return co_await *shot;
    const auto timer = env_.timers.start(
        deadline, [shot] { set(*shot, Error{Errc::timed_out, "no answer in time"}); });
    auto result = co_await *shot;
    env_.timers.cancel(timer);
    co_return result;
  }
  // Until then, or the end.
  Task<> pause(env::Instant until) {
    while (!is_ended() && env_.clock.now() < until) {
      co_await ended_.wait_until(env_.timers, until);
    }
  }

  // Whoever waits, waits no longer, now and later.
  void end() {
    stop_.request();
    ended_.notify();
  }
  bool is_ended() const { return stop_.is_requested(); }

 private:
  template <class T>
  static void set(OneShot<T>& shot, Error error) {
    if (!shot.is_set()) shot.set(T(std::unexpected(std::move(error))));
  }
  template <class T>
  static Task<> run(Task<T> work, std::shared_ptr<OneShot<T>> shot) {
    T result = co_await std::move(work);
    work = {};
    if (!shot->is_set()) shot->set(std::move(result));
  }

  Cluster& cluster_;
  env::Env& env_;
  Cancellation stop_;
  Signal ended_;
};

}  // namespace weir::client
