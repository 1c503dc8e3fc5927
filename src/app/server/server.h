#pragma once
// The server program: a Node on the real doors, from ready configuration to exit code.

#include <cstddef>
#include <memory>

#include "base/env/log_sink.h"
#include "broker/node.h"
#include "runtime/log_sink.h"
#include "runtime/signals.h"

namespace weir::app {

struct ServerRun {
  broker::NodeOptions node;
  std::size_t shards = 1;
  std::size_t helper_threads = 4;
};

// Exit codes of `weir server`, documented in docs/exit_codes.md.
enum class ServerExit : int {
  ok = 0,
  failed = 1,            // something failed while it ran; the log says what
  bad_usage = 2,         // flags or configuration
  directory_in_use = 3,  // another process has the data directory
  address_in_use = 4,    // a listener's port is taken, or the address is not this machine's
  bad_directory = 5,     // foreign, newer or damaged
};

// One shard serves best on up to two cores (the helpers take the blocking work); beyond that, half
// of the cores.
std::size_t default_shards();

// Runs until SIGTERM or SIGINT (the second ends at once), or until it fails. `signals` was made
// before any thread of the process, the log's included: one that does not block them would take
// them, and the process would end unclean.
ServerExit run_server(ServerRun run, runtime::ProcessLog& log,
                      std::unique_ptr<runtime::ShutdownSignals> signals);

}  // namespace weir::app
