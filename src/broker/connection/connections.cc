#include "broker/connection/connections.h"

#include "broker/connection/session.h"
#include "broker/shard.h"

namespace weir::broker {

Connections::Connections(Shard& shard) : shard_(shard), changed_(shard.env.executor) {}

Connections::~Connections() { CHECK(sessions_.empty(), "connections end before their shard"); }

// Out of the list at the end, also when a simulated crash drops the coroutine.
struct Connections::Listed {
  Connections& connections;
  Place place;
  ~Listed() { connections.sessions_.erase(place); }
};

void Connections::serve(std::unique_ptr<env::Socket> socket, std::uint32_t listener,
                        env::Callback ended) {
  auto connection = shard_.env.network.adopt(std::move(socket));
  if (draining_) {
    connection->close();
    ended();
    return;
  }
  auto session = std::make_unique<Session>(shard_, std::move(connection), listener);
  shard_.tasks.spawn(run(std::move(session), std::move(ended)));
}

Task<> Connections::run(std::unique_ptr<Session> session, env::Callback ended) {
  {
    const Listed listed{*this, sessions_.insert(sessions_.end(), session.get())};
    session->stands_at(listed.place);
    co_await session->run();
  }
  session.reset();
  ended();
  changed_.notify();
}

void Connections::drain() {
  draining_ = true;
  for (Session* session : sessions_) session->drain();
}

void Connections::close() {
  for (Session* session : sessions_) session->close();
}

Task<> Connections::ended() {
  while (!sessions_.empty()) co_await changed_.wait();
}

void Connections::close_idle(env::Duration idle_max) {
  const env::Instant now = shard_.env.clock.now();
  for (Session* session : sessions_) {
    if (now - session->last_progress() < idle_max) return;
    if (!session->is_waiting()) session->close();
  }
}

Request* Connections::take_request() {
  if (free_requests_.empty()) free_requests_.push_back(std::make_unique<Request>());
  Request* request = free_requests_.back().release();
  free_requests_.pop_back();
  request->shard = &shard_;
  return request;
}

void Connections::give_back(Request* request) {
  std::unique_ptr<Request> owned(request);
  owned->clear();
  if (free_requests_.size() < kept_requests_max &&
      owned->bytes_reserved() <= kept_request_bytes_max)
    free_requests_.push_back(std::move(owned));
}

}  // namespace weir::broker
