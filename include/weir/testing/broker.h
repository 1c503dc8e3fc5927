#pragma once
// Broker: a whole Weir node inside of the program, for tests: the real thing, with its log in a
// temporary directory, on a free port of the loopback interface.
//
//   auto broker = weir::test::Broker::start();
//   auto client = weir::Client::create({.bootstrap_servers = broker->address()});
//
// Link weir::testing. It is ready when start() returns, within some tens of milliseconds. The
// directory is in memory where the system has such a place, and goes with the object. Calls are
// made by one thread at a time; the destructor waits until the node has stopped.

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>

#include "weir/api.h"
#include "weir/failure.h"
#include "weir/log.h"

namespace weir::test {

struct BrokerOptions {
  // Kafka's settings of a broker. Given here already: topics are created when they are first asked
  // for, groups do not wait for more members, and nothing waits for the disk to sync.
  std::map<std::string, std::string> settings{};
  // Of the data; empty: a fresh one, which goes with the object.
  std::string directory{};
  std::uint16_t port = 0;  // 0: one that is free
  LogSink log{};           // called on the node's threads
};

class WEIR_API Broker {
 public:
  // Failures: invalid (a setting, the directory), exists (the port is taken), busy (the directory is
  // another node's).
  static std::expected<Broker, Failure> start(BrokerOptions options);
  static std::expected<Broker, Failure> start();
  Broker(Broker&&) noexcept;
  Broker& operator=(Broker&&) noexcept;
  ~Broker();

  const std::string& address() const;  // "127.0.0.1:45678", for bootstrap_servers
  std::uint16_t port() const;
  const std::string& directory() const;

  // Clean; afterwards connections are refused. Harmless when repeated.
  std::expected<void, Failure> stop();
  // ... and again, with the same data at the same port.
  std::expected<void, Failure> restart();

  class Impl;

 private:
  explicit Broker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::test
