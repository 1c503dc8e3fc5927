#pragma once
// Links: the connections of one client, by address and lane. Each is opened when it is used first
// and again after it was lost; whoever wants it meanwhile waits for the same attempt. After a
// failed attempt nobody tries again before the reconnect back-off has passed.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/cancellation.h"
#include "base/signal.h"
#include "base/task_scope.h"
#include "client/backoff.h"
#include "client/cluster/cluster.h"

namespace weir::client {

class Links {
 public:
  // Attempts are tasks of `tasks`, which ends before this does.
  Links(env::Env& env, TaskScope& tasks, rpc::ConnectionOptions options, Backoff backoff)
      : env_(env),
        tasks_(tasks),
        options_(std::move(options)),
        backoff_(backoff),
        changed_(env.executor) {}

  // Errors name the address.
  Task<Outcome<Cluster::Connection>> get(env::Address address, Lane lane, env::Instant deadline);
  // The one of those with the fewest calls in flight that is open; null: none.
  Cluster::Connection open_to(const env::Address& address) const;
  bool in_backoff(const env::Address& address) const;
  // Connections to addresses for which `keep` is false are closed.
  template <class Keep>
  void close_unless(Keep keep) {
    for (auto& [key, link] : links_) {
      if (link.connection && !keep(key.first)) std::exchange(link.connection, nullptr)->close();
    }
  }
  // Everybody who waits gets `closed`, now and later; attempts end soon.
  void close();

 private:
  struct Link {
    Cluster::Connection connection;
    bool opening = false;
    std::uint64_t attempts = 0;  // that have ended
    std::uint32_t failures = 0;  // since the last that succeeded
    env::Instant retry_at{};
    std::optional<Error> error;  // of the last attempt
  };
  struct Less {
    bool operator()(const std::pair<env::Address, Lane>& a,
                    const std::pair<env::Address, Lane>& b) const {
      return std::tie(a.first.host, a.first.port, a.second) <
             std::tie(b.first.host, b.first.port, b.second);
    }
  };
  Task<> open(env::Address address, Link& link);

  env::Env& env_;
  TaskScope& tasks_;
  rpc::ConnectionOptions options_;
  Backoff backoff_;
  Signal changed_;
  bool closed_ = false;
  Cancellation stop_;                                          // of attempts that are under way
  std::map<std::pair<env::Address, Lane>, Link, Less> links_;  // a node of it stays where it is
};

}  // namespace weir::client
