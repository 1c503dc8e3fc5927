#pragma once
// Connections: the sessions of one shard, and the requests they use again and again. Sessions stand
// in the order of their last progress, so that a look for idle ones sees these alone, however many
// there are.

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "base/env/network.h"
#include "base/signal.h"
#include "base/task.h"
#include "broker/connection/request.h"

namespace weir::broker {

class Session;
class Shard;

class Connections {
 public:
  explicit Connections(Shard& shard);
  ~Connections();

  // Serves the connection until it ends. `ended` is called on this shard when it has.
  void serve(std::unique_ptr<env::Socket> socket, std::uint32_t listener, env::Callback ended);
  std::size_t count() const { return sessions_.size(); }

  void drain();    // all sessions: Session::drain
  void close();    // all sessions: Session::close
  Task<> ended();  // waits until there is none
  void close_idle(env::Duration idle_max);

  // The session that stands at `place` has made progress.
  using Place = std::list<Session*>::iterator;
  void moved(Place place) { sessions_.splice(sessions_.end(), sessions_, place); }

  Request* take_request();
  void give_back(Request* request);

 private:
  struct Listed;
  Task<> run(std::unique_ptr<Session> session, env::Callback ended);

  // 16 MiB a shard; a request that grew beyond is freed.
  static constexpr std::size_t kept_requests_max = 256;
  static constexpr std::size_t kept_request_bytes_max = 64 << 10;

  Shard& shard_;
  Signal changed_;
  std::list<Session*> sessions_;  // the one whose progress is the longest ago first
  std::vector<std::unique_ptr<Request>> free_requests_;
  bool draining_ = false;
};

}  // namespace weir::broker
