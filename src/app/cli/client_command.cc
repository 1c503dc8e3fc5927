#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <optional>

#include "app/cli/session.h"
#include "base/task_scope.h"
#include "runtime/shards.h"
#include "runtime/signals.h"

namespace weir::app {
namespace {

// How long connections that are being made may hold up the end of the program.
constexpr std::chrono::milliseconds closing_limit{500};
// ... and whoever has to say how far he came, after a second Ctrl-C.
constexpr std::chrono::milliseconds hurry_limit{300};

class NoLog final : public env::LogSink {
 public:
  bool enabled(env::Level) const override { return false; }
  void write(env::Level, std::string_view, std::string_view) override {}
};

// One command on shard 0, from its first step to its exit code.
struct Play {
  Play(env::Env& env, ClientSettings settings, std::string_view name)
      : session(env, std::move(settings)), tasks(env.executor) {
    session.command = name;
  }
  Session session;
  TaskScope tasks;
  std::promise<Exit> ended;
  std::promise<void> closed;
};

Task<> play(Play& self, Task<Exit> running) {
  const Exit exit = co_await std::move(running);
  self.ended.set_value(exit);
  auto closing = self.session.cluster.close();
  co_await std::move(closing);
  self.closed.set_value();
}

}  // namespace

void ClientCommand::describe(Options& options) {
  describe_own(options);
  flags_.describe(options);
}

Exit ClientCommand::run(const Program& program) {
  auto settings = client_settings(flags_, program);
  Result<> good = settings ? check() : std::unexpected(settings.error());
  if (good) good = adjust(*settings);
  if (good) good = client::settle_properties(settings->config);
  if (!good) {
    complain(name(), good.error().what);
    return Exit::usage;
  }
  return run_session(*std::move(settings), name(), [this](Session& session) {
    session.tell_of_waiting();
    return run_in(session);
  });
}

Exit run_session(ClientSettings settings, std::string_view name,
                 const std::function<Task<Exit>(Session&)>& body) {
  runtime::ShutdownSignals signals;  // before any thread
  NoLog log;
  runtime::Shards shards({.shards = 1, .helper_threads = 2}, log);
  std::optional<Play> self;
  std::promise<void> begun;
  shards.post(0, [&] {
    self.emplace(shards.env(0), std::move(settings), name);
    self->tasks.spawn(play(*self, body(self->session)));
    begun.set_value();
  });
  begun.get_future().wait();
  std::promise<void> over;
  signals.start([&, is_over = over.get_future()](std::uint32_t count) {
    shards.post(0, [&self, is_first = count == 1] {
      if (!self) return;  // it has ended
      is_first ? self->session.interrupt() : self->session.hurry();
    });
    if (count == 1) return;
    if (is_over.wait_for(hurry_limit) == std::future_status::ready) return;
    std::_Exit(static_cast<int>(Exit::interrupted));
  });
  const Exit exit = self->ended.get_future().get();
  over.set_value();
  if (self->closed.get_future().wait_for(closing_limit) != std::future_status::ready) {
    // An address that does not answer; there is nothing left to lose.
    std::fflush(nullptr);
    std::_Exit(static_cast<int>(exit));
  }
  std::promise<void> gone;
  shards.post(0, [&] {
    self.reset();
    gone.set_value();
  });
  gone.get_future().wait();
  shards.stop();
  shards.join();
  return exit;
}

}  // namespace weir::app
