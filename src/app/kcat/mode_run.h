#pragma once
// The modes: each a coroutine over a session, ending with kcat's exit code.

#include <string>

#include "app/cli/session.h"
#include "app/kcat/command_line.h"
#include "base/task.h"

namespace weir::app::kcat {

// What a mode has while it runs.
struct ModeRun {
  Session& session;
  const CommandLine& line;
  const Notices& notices() const { return line.notices; }
  env::Instant now() const { return session.env.clock.now(); }
  // -m
  env::Instant metadata_deadline() const {
    return now() + std::chrono::seconds(std::max<std::int64_t>(line.metadata_seconds, 0));
  }
};

Task<Run<>> consume_topic(ModeRun& run);     // -C
Task<Run<>> consume_in_group(ModeRun& run);  // -G
Task<Run<>> produce_messages(ModeRun& run);  // -P
Task<Run<>> list_metadata(ModeRun& run);     // -L
Task<Run<>> query_offsets(ModeRun& run);     // -Q

// Waits until some broker answers. Ended: none did, which was said as kcat says it of producers and
// members of groups.
Task<Run<>> reach_brokers(ModeRun& run);

}  // namespace weir::app::kcat
