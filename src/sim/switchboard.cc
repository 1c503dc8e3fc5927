#include "sim/switchboard.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "sim/network.h"
#include "sim/shard.h"
#include "sim/world.h"

namespace weir::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

bool names_this_machine(const std::string& host) {
  return host.empty() || host == "localhost" || host == "127.0.0.1" || host == "::1" ||
         host == "0.0.0.0" || host == "::";
}

}  // namespace

Switchboard::Switchboard(World& world) : world_(world), chance_(world.fork("network")) {}

env::Duration Switchboard::delay(const Host& one, const Host& other) {
  const bool loopback = &one == &other;
  env::Duration parted{};
  if (const auto found = parted_until_.find(std::minmax(one.number(), other.number()));
      found != parted_until_.end()) {
    parted = std::max(parted, found->second - world_.now());
  }
  const auto up_to = [this](env::Duration longest) {
    return env::Duration(chance_.below(static_cast<std::uint64_t>(longest.count())));
  };
  if (chance_.one_in(64)) return parted + up_to(milliseconds(5));
  return parted + (loopback ? microseconds(5) + up_to(microseconds(20))
                            : microseconds(50) + up_to(microseconds(200)));
}

void Switchboard::later(const Side& side, env::Duration delay, env::Callback callback) {
  world_.schedule({.when = world_.now() + delay,
                   .kind = TraceKind::network,
                   .where = side.host->number(),
                   .life = side.life,
                   .callback = std::move(callback)});
}

void Switchboard::dial(Shard& from, const env::Address& target, Dialed done) {
  const bool here = names_this_machine(target.host);
  Host* const host = here ? &from.host() : world_.find_host(target.host);
  if (host == nullptr) {
    return answer(from, from.host(), std::move(done),
                  fail(Errc::not_found, "cannot resolve " + target.host));
  }
  if (!host->running()) return give_up(from, target, std::move(done));
  const env::Address address{here ? "127.0.0.1" : host->address(), target.port};
  const env::Duration way = delay(from.host(), *host);
  if (way > connect_wait_max) return give_up(from, target, std::move(done));
  // What is on its way survives the called process: the next one may hear it, or nobody does.
  world_.schedule({.when = world_.now() + way,
                   .kind = TraceKind::network,
                   .where = host->number(),
                   .life = from.host().life(),
                   .callback = [this, &from, host, address, done = std::move(done)]() mutable {
                     if (!host->running()) return give_up(from, address, std::move(done));
                     knock(from, *host, address, std::move(done));
                   }});
}

void Switchboard::give_up(Shard& from, const env::Address& target, Dialed done) {
  auto tell = [done = std::move(done), name = target.text()]() mutable {
    done(fail(Errc::timed_out, "cannot connect to " + name, ETIMEDOUT));
  };
  from.schedule(connect_wait_max, TraceKind::network, std::move(tell));
}

// At the machine that was called.
void Switchboard::knock(Shard& from, Host& target, const env::Address& address, Dialed done) {
  const auto port = ports_.find({target.number(), address.port});
  if (port == ports_.end() || port->second->is_full()) {
    return answer(from, target, std::move(done),
                  fail(Errc::io, "cannot connect to " + address.text() + ": Connection refused",
                       ECONNREFUSED));
  }
  auto link = std::make_shared<Link>();
  link->id = ++last_link_;
  link->window = std::size_t{16 << 10} << chance_.below(5);
  const std::string caller = address.host == "127.0.0.1" ? address.host : from.host().address();
  link->sides[0] = {.host = &from.host(),
                    .life = from.host().life(),
                    .address = {caller, from.host().next_port()}};
  link->sides[1] = {.host = &target, .life = target.life(), .address = address};
  links_.emplace(link->id, link);
  port->second->arrive(link);
  answer(from, target, std::move(done), link);
}

void Switchboard::answer(Shard& from, const Host& target, Dialed done,
                         Result<std::shared_ptr<Link>> result) {
  from.schedule(
      delay(from.host(), target), TraceKind::network,
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

Result<std::uint16_t> Switchboard::open_port(Host& host, std::uint16_t port,
                                             ListenerEnd& listener) {
  while (port == 0) {
    const std::uint16_t candidate = host.next_port();
    if (!ports_.contains({host.number(), candidate})) port = candidate;
  }
  if (!ports_.emplace(PortKey{host.number(), port}, &listener).second) {
    return fail(Errc::busy, "port " + std::to_string(port) + " is in use by another program",
                EADDRINUSE);
  }
  return port;
}

void Switchboard::close_port(const Host& host, std::uint16_t port) {
  ports_.erase({host.number(), port});
}

std::size_t Switchboard::room(Link& link, int side) const {
  const Pipe& pipe = link.from(side);
  const std::size_t used = pipe.on_the_way + pipe.unread();
  return used >= link.window ? 0 : link.window - used;
}

void Switchboard::send(const std::shared_ptr<Link>& link, int side, std::string bytes) {
  Pipe& pipe = link->from(side);
  world_.trace().add(TraceKind::network, {link->id, static_cast<std::uint64_t>(side), bytes.size(),
                                          hash_of(as_bytes(bytes))});
  pipe.on_the_way += bytes.size();
  if (link->is_dead) return;
  pipe.last_arrival = std::max(pipe.last_arrival, world_.now() + delay(*link));
  auto arrival = [this, link, side, bytes = std::move(bytes)]() {
    Pipe& into = link->from(side);
    into.on_the_way -= bytes.size();
    if (into.reader_gone) return reset(link, side, delay(*link));
    if (into.read > 0) {
      into.arrived.erase(0, into.read);
      into.read = 0;
    }
    into.arrived += bytes;
    if (Stream* stream = link->opposite(side).stream) stream->wake_reader();
  };
  later(link->opposite(side), pipe.last_arrival - world_.now(), std::move(arrival));
}

std::size_t Switchboard::receive(const std::shared_ptr<Link>& link, int side, MutableBytes into) {
  Pipe& pipe = link->to(side);
  std::size_t bytes = std::min(into.size(), pipe.unread());
  CHECK(bytes > 0);
  // Any cut of the stream is possible on a real network: a few bytes, some, all.
  switch (chance_.below(4)) {
    case 0:
      bytes = 1 + chance_.below(std::min<std::size_t>(bytes, 16));
      break;
    case 1:
      bytes = 1 + chance_.below(bytes);
      break;
    default:
      break;
  }
  std::memcpy(into.data(), pipe.arrived.data() + pipe.read, bytes);
  pipe.read += bytes;
  if (pipe.unread() == 0) {
    pipe.arrived.clear();
    pipe.read = 0;
  }
  const Side& writer = link->opposite(side);
  if (writer.stream != nullptr && writer.stream->waits_for_room()) {
    later(writer, delay(*link), [link, side] {
      if (Stream* stream = link->opposite(side).stream) stream->wake_writer();
    });
  }
  return bytes;
}

// Tells this side that the connection is dead.
void Switchboard::reset(const std::shared_ptr<Link>& link, int side, env::Duration delay) {
  later(link->at(side), delay, [link, side] {
    link->from(side).writer_reset = true;
    link->to(side).reader_reset = true;
    if (Stream* stream = link->at(side).stream) {
      stream->wake_reader();
      stream->wake_writer();
    }
  });
}

void Switchboard::close(const std::shared_ptr<Link>& link, int side) {
  Side& mine = link->at(side);
  if (mine.closed) return;
  mine.closed = true;
  mine.stream = nullptr;
  Pipe& in = link->to(side);
  in.reader_gone = true;
  if (mine.life->over) return;  // host_is_down() tells the peer
  if (link->is_dead) return;
  if (in.unread() > 0) {
    // As TCP does: what was not read is answered by a reset.
    return reset(link, 1 - side, delay(*link));
  }
  Pipe& out = link->from(side);
  out.last_arrival = std::max(out.last_arrival, world_.now() + delay(*link));
  later(link->opposite(side), out.last_arrival - world_.now(), [link, side] {
    link->from(side).ended = true;
    if (Stream* stream = link->opposite(side).stream) stream->wake_reader();
  });
}

void Switchboard::host_is_down(Host& host, bool silently) {
  std::erase_if(ports_, [&](const auto& port) { return port.first.first == host.number(); });
  std::erase_if(links_, [](const auto& link) { return link.second.expired(); });
  for (auto& [id, weak] : links_) {
    const auto link = weak.lock();
    for (int side = 0; side < 2; ++side) {
      if (link->at(side).life != host.life()) continue;
      link->at(side).closed = true;
      link->at(side).stream = nullptr;
      link->to(side).reader_gone = true;
      if (link->opposite(side).life->over) continue;
      const auto wait = silently ? milliseconds(1 + chance_.below(1'000)) : delay(*link);
      reset(link, 1 - side, wait);
    }
  }
}

void Switchboard::reset_all(const Host& host) {
  world_.trace().add(TraceKind::network_fault, {host.number(), 0});
  std::erase_if(links_, [](const auto& link) { return link.second.expired(); });
  for (auto& [id, weak] : links_) {
    const auto link = weak.lock();
    if (link->at(0).host != &host && link->at(1).host != &host) continue;
    if (link->at(0).closed && link->at(1).closed) continue;
    world_.faults().add(Fault::connection_reset);
    for (int side = 0; side < 2; ++side) {
      if (!link->at(side).life->over) reset(link, side, delay(*link));
    }
  }
}

// Each side gives up by itself after a while, as by time-outs of its own.
void Switchboard::half_open_all(const Host& host) {
  world_.trace().add(TraceKind::network_fault, {host.number(), 1});
  std::erase_if(links_, [](const auto& link) { return link.second.expired(); });
  for (auto& [id, weak] : links_) {
    const auto link = weak.lock();
    if (link->at(0).host != &host && link->at(1).host != &host) continue;
    if (link->is_dead || link->at(0).closed || link->at(1).closed) continue;
    link->is_dead = true;
    world_.faults().add(Fault::half_open);
    for (int side = 0; side < 2; ++side) {
      if (link->at(side).life->over) continue;
      reset(link, side, milliseconds(1 + chance_.below(side == 0 ? 5'000 : 60'000)));
    }
  }
}

void Switchboard::part(const Host& one, const Host& other, env::Duration duration) {
  world_.trace().add(TraceKind::network_fault, {one.number(), other.number()});
  world_.faults().add(Fault::network_parted);
  parted_until_[std::minmax(one.number(), other.number())] = world_.now() + duration;
}

}  // namespace weir::sim
