#include "client/cluster/links.h"

#include <fmt/format.h>

namespace weir::client {

Task<Outcome<Cluster::Connection>> Links::get(env::Address address, Lane lane,
                                              env::Instant deadline) {
  if (closed_) co_return weir::fail(Errc::closed, "the client was closed");
  Link& link = links_[{address, lane}];
  if (link.connection && link.connection->is_open()) co_return link.connection;
  if (!link.opening) {
    if (link.error && env_.clock.now() < link.retry_at) co_return std::unexpected(*link.error);
    link.opening = true;
    tasks_.spawn(open(address, link));
  }
  const std::uint64_t seen = link.attempts;
  while (link.attempts == seen && !closed_ && env_.clock.now() < deadline) {
    co_await changed_.wait_until(env_.timers, deadline);
  }
  if (closed_) co_return weir::fail(Errc::closed, "the client was closed");
  if (link.attempts == seen) {
    co_return weir::fail(Errc::timed_out, address.text() + ": no connection in time");
  }
  if (link.connection) co_return link.connection;
  co_return std::unexpected(*link.error);
}

Task<> Links::open(env::Address address, Link& link) {
  auto opening = rpc::BrokerConnection::open(env_, tasks_, address, options_, stop_);
  auto opened = co_await std::move(opening);
  link.opening = false;
  ++link.attempts;
  if (opened && !closed_) {
    const auto level = link.failures > 0 ? env::Level::info : env::Level::debug;
    env_.log.write(level, "client", address.text() + ": connected");
    link.connection = std::move(*opened);
    link.failures = 0;
    link.error.reset();
  } else if (!opened) {
    link.connection.reset();
    link.error = opened.error();
    link.error->what = fmt::format("{}: {}", address.text(), link.error->what);
    // Once as a warning; who stays away would fill the log.
    const auto level = link.failures == 0 ? env::Level::warning : env::Level::debug;
    if (!closed_) env_.log.write(level, "client", link.error->what);
    link.retry_at = env_.clock.now() + backoff_.after(++link.failures, env_.random);
  }
  changed_.notify();
}

Cluster::Connection Links::open_to(const env::Address& address) const {
  const auto link = links_.find({address, Lane::data});
  if (link == links_.end() || !link->second.connection) return nullptr;
  return link->second.connection->is_open() ? link->second.connection : nullptr;
}

bool Links::in_backoff(const env::Address& address) const {
  const auto link = links_.find({address, Lane::data});
  return link != links_.end() && link->second.error && env_.clock.now() < link->second.retry_at;
}

void Links::close() {
  closed_ = true;
  stop_.request();
  close_unless([](const env::Address&) { return false; });
  changed_.notify();
}

}  // namespace weir::client
