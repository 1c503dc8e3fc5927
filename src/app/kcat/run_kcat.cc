#include "app/kcat/run_kcat.h"

#include <unistd.h>

#include <cstdio>

#include "app/kcat/mode_run.h"

namespace weir::app::kcat {
namespace {

Task<Run<>> play_mode(ModeRun& run) {
  switch (run.line.mode) {
    case Mode::produce:
      return produce_messages(run);
    case Mode::group:
      return consume_in_group(run);
    case Mode::list:
      return list_metadata(run);
    case Mode::query:
      return query_offsets(run);
    default:
      return consume_topic(run);
  }
}

Task<Exit> play_session(Session& session, const CommandLine& line, int& code) {
  session.waits_at_the_end = true;  // as kcat
  ModeRun run{session, line};
  auto playing = play_mode(run);
  const Run<> ran = co_await std::move(playing);
  code = ran ? 0 : ran.error().code;
  co_return Exit::done;
}

}  // namespace

int run_kcat(const Program& program) {
  const Run<CommandLine> line = read_command_line(program, ::isatty(STDIN_FILENO) == 1);
  if (!line) {
    const bool is_written = std::fflush(stdout) == 0;
    return is_written ? line.error().code : 1;
  }
  ClientSettings settings;
  settings.config = line->properties.config;
  // Producers create topics unless they are told not to, consumers the other way round.
  settings.config.cluster.creates_topics =
      line->properties.creates_topics.value_or(line->mode == Mode::produce);
  int code = 1;
  run_session(std::move(settings), "kcat",
              [&](Session& session) { return play_session(session, *line, code); });
  return code;
}

}  // namespace weir::app::kcat
