#pragma once
// A tool of Kafka's: takes its command line, prints its lines, ends with its exit code.
//
// What it prints is held until it ends, or until flush(): Kafka's tools are short.

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/session.h"
#include "app/kafka_tools/arguments.h"
#include "app/kafka_tools/client_properties.h"
#include "app/kafka_tools/java_error.h"

namespace weir::app::kafka {

inline constexpr std::string_view kafka_version = "4.4.0";  // whose tools these are

class Console {
 public:
  void out(std::string_view text) { chunks_.emplace_back(1, text); }
  void err(std::string_view text) { chunks_.emplace_back(2, text); }
  void out_line(std::string_view text) { out(std::string(text) + "\n"); }
  void err_line(std::string_view text) { err(std::string(text) + "\n"); }
  // Both streams, in order. False: standard output could not be written, now or before.
  bool flush();
  int error() const { return error_; }  // errno of it

 private:
  int error_ = 0;
  std::vector<std::pair<int, std::string>> chunks_;
};

class Tool {
 public:
  virtual ~Tool() = default;
  virtual std::string_view name() const = 0;  // "kafka-topics"
  virtual int run(const Program& program, Console& console) = 0;
};

// What a tool that talks to a cluster has while it runs.
struct ToolRun {
  Session& session;
  client::Admin& admin;
  const Arguments& given;
  Console& console;
  std::chrono::milliseconds timeout;  // of each question
  env::Instant deadline() const { return session.env.clock.now() + timeout; }
  env::Instant closing_deadline() const { return session.closing_deadline(deadline()); }
};

// Where to connect, and how.
struct ToolConnection {
  std::string bootstrap;
  Properties properties;
};
// Error: what is wrong with the properties or the addresses.
Ran<ClientSettings> tool_settings(const ToolConnection& connection);

// As those tools check addresses that check them first. Error: JavaError::usage.
Ran<> check_bootstrap(std::string_view addresses);

// Runs `body` on a cluster. The body's error is reported by whoever asked.
Ran<> run_on_cluster(ClientSettings settings, std::string_view name,
                     const std::function<Task<Ran<>>(Session&)>& body);

// A tool whose command line joptsimple reads.
class ClientTool : public Tool {
 public:
  int run(const Program& program, Console& console) final;

 protected:
  virtual void describe(ArgumentParser& parser) const = 0;
  virtual std::string_view about() const = 0;  // the first line of help
  virtual Ran<> check(const Arguments& given, Console& console) = 0;
  virtual Task<Ran<>> play(ToolRun& run) = 0;
  // The words of the command line; a tool that once took others may change them.
  virtual Ran<std::vector<std::string>> arguments(const Program& program, Console&) const {
    return program.arguments;
  }
  // What does not need a cluster is done here, and true is answered.
  virtual bool plays_alone(const Arguments&, Console&) { return false; }
  // --bootstrap-server and --command-config, of an administrator.
  virtual Ran<ToolConnection> connection(const Arguments& given) const;
  virtual std::chrono::milliseconds timeout(const Arguments&, const ClientSettings&) const;
  // An exception of check() or of the command line; then one of play(). The exit code.
  virtual int refuse(const JavaError& error, const Program& program, Console& console) const;
  virtual int fail(const JavaError& error, const Program& program, Console& console) const;

  static void add_connection(ArgumentParser& parser);
};

// "[2026-11-21 08:00:00,123] ERROR TEXT (LOGGER)": as the tools' log on standard error.
std::string log_line(std::string_view level, std::string_view text, std::string_view logger);

}  // namespace weir::app::kafka
