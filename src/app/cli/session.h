#pragma once
// Session: what a command that talks to a cluster has: one shard, a Cluster, an Admin, its output,
// and the flags that all such commands take.
//
// The command is a coroutine on the shard; its blocking work (output to a slow reader, input,
// files) goes to a helper thread, so that heartbeats and time-outs go on meanwhile.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/output/report.h"
#include "base/signal.h"
#include "base/task.h"
#include "client/admin/admin.h"
#include "client/cluster/cluster.h"
#include "client/properties.h"

namespace weir::app {

// On every command that talks to a cluster.
struct ClientFlags {
  std::string brokers;
  std::string profile;
  std::vector<std::string> properties;  // name=value
  std::string format = "text";
  std::optional<std::string> timeout;  // absent: default.api.timeout.ms, or 30 s

  void describe(Options& options);
};

// Flags (--brokers, then --profile), then the environment (WEIR_BROKERS), then the profile in use
// (WEIR_PROFILE, or the one chosen), then the defaults.
struct ClientSettings {
  client::ClientConfig config;
  Format format = Format::text;
  std::chrono::nanoseconds timeout{};
};
// Errors: invalid.
Result<ClientSettings> client_settings(const ClientFlags& flags, const Program& program);

class Session {
 public:
  Session(env::Env& env, ClientSettings settings);
  ~Session();

  env::Env& env;
  ClientSettings settings;
  client::Cluster cluster;
  client::Admin admin;

  env::Instant deadline() const { return env.clock.now() + settings.timeout; }
  Format format() const { return settings.format; }

  // Ctrl-C, or SIGTERM. Who has asked once puts things in order and ends; before that there is
  // nothing to put in order, and the program just ends. It also ends when putting in order takes
  // longer than `end_limit`, unless `waits_at_the_end`.
  bool interrupted() const {
    ends_by_itself_ = true;
    return interrupted_;
  }
  static constexpr std::chrono::seconds order_limit{2};
  static constexpr std::chrono::seconds end_limit{3};
  bool waits_at_the_end = false;
  Signal& interruption() { return interruption_; }  // notified by a second one, too
  void interrupt();
  // A second Ctrl-C: what is still waited for is let go.
  bool in_a_hurry() const { return in_a_hurry_; }
  void hurry();
  // How long who is interrupted may take to put things in order; not at all when no broker has ever
  // answered.
  std::chrono::seconds order_time() const;
  // `deadline`, or no more than that when interrupted: for commits and the like that come last.
  env::Instant closing_deadline(env::Instant deadline) const;
  env::Instant closing_deadline() const { return closing_deadline(deadline()); }

  // Standard output, whole. Errors: closed (nobody reads any more), busy (the command is
  // interrupted, and a pipe has no room), io.
  Task<Result<>> write(std::string text);
  // All that a command has to say. False: it could not be written, and that was said; nothing is
  // said when a reader went away, who had what he wanted.
  Task<bool> show(std::string text);
  Task<bool> show(const Report& report) { return show(print(report, format())); }
  // The next bytes of standard input, or of an open file; empty at its end, and when the command
  // is interrupted while none have come. Error: io.
  Task<Result<std::string>> read_input(std::size_t size_max);
  Task<Result<std::string>> read_from(int descriptor, std::size_t size_max);

  // Standard error: what failed, and what to type next where that is known.
  Exit complain(std::string_view what, const client::Failure& failure) const;
  Exit complain(std::string_view what, Exit exit) const;
  std::string command;  // its name, for messages

  // From now on: when no broker has answered after about a second, says on standard error whom it
  // waits for. Once, and not beside JSON and CSV, whose readers have no use for it.
  void tell_of_waiting();

 private:
  bool interrupted_ = false, in_a_hurry_ = false;
  mutable bool ends_by_itself_ = false;
  std::optional<env::TimerId> end_timer_, waiting_timer_;
  Signal interruption_;
  int wake_reader_ = -1;  // an eventfd, for who waits for a pipe on a helper thread
};

// Runs `body` on a session of its own until it ends; `name` is for its messages. Ctrl-C interrupts
// the session, a second one ends the program.
Exit run_session(ClientSettings settings, std::string_view name,
                 const std::function<Task<Exit>(Session&)>& body);

// A command that talks to a cluster.
class ClientCommand : public Command {
 public:
  void describe(Options& options) final;
  Exit run(const Program& program) final;

 protected:
  virtual void describe_own(Options& options) = 0;
  // Before anything is connected. Error: invalid.
  virtual Result<> check() { return {}; }
  // Flags of its own that are properties. Error: invalid.
  virtual Result<> adjust(ClientSettings&) { return {}; }
  virtual Task<Exit> run_in(Session& session) = 0;

 private:
  ClientFlags flags_;
};

}  // namespace weir::app
