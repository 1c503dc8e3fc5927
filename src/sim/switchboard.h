#pragma once
// The network between the machines: names, ports, links, delays. Bytes of one direction arrive in
// order; everything else takes a time of its own.
//
// A machine whose process was killed resets its connections like a real one; of one that lost its
// power the others hear after a while, and a connection to one that is down times out.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/env/network.h"
#include "base/random.h"
#include "sim/link.h"

namespace weir::sim {

class ListenerEnd;
class Shard;
class World;

class Switchboard {
 public:
  using Dialed = std::move_only_function<void(Result<std::shared_ptr<Link>>)>;
  static constexpr env::Duration connect_wait_max = std::chrono::seconds(10);

  explicit Switchboard(World& world);

  // `done` runs in an event of the calling shard's machine.
  void dial(Shard& from, const env::Address& target, Dialed done);
  Result<std::uint16_t> open_port(Host& host, std::uint16_t port, ListenerEnd& listener);
  void close_port(const Host& host, std::uint16_t port);

  std::size_t room(Link& link, int side) const;
  void send(const std::shared_ptr<Link>& link, int side, std::string bytes);
  // At least one byte, perhaps less than is there; something is there.
  std::size_t receive(const std::shared_ptr<Link>& link, int side, MutableBytes into);
  void close(const std::shared_ptr<Link>& link, int side);

  void host_is_down(Host& host, bool silently);
  void reset_all(const Host& host);
  void half_open_all(const Host& host);
  void part(const Host& one, const Host& other, env::Duration duration);

 private:
  using PortKey = std::pair<std::uint32_t, std::uint16_t>;  // machine, port

  void give_up(Shard& from, const env::Address& target, Dialed done);
  void knock(Shard& from, Host& target, const env::Address& address, Dialed done);
  void answer(Shard& from, const Host& target, Dialed done, Result<std::shared_ptr<Link>> result);
  void later(const Side& side, env::Duration delay, env::Callback callback);
  void reset(const std::shared_ptr<Link>& link, int side, env::Duration delay);
  // Of something that leaves one machine for the other now.
  env::Duration delay(const Host& one, const Host& other);
  env::Duration delay(const Link& link) { return delay(*link.sides[0].host, *link.sides[1].host); }

  World& world_;
  SeededRandom chance_;
  std::uint64_t last_link_ = 0;
  std::map<PortKey, ListenerEnd*> ports_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, env::Instant>
      parted_until_;  // low, high number
  std::map<std::uint64_t, std::weak_ptr<Link>> links_;
};

}  // namespace weir::sim
