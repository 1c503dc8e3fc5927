#pragma once
// Engine: the one thread of a Client, and what runs on it. It lives as long as somebody holds the
// pointer that start() gave; what runs on its thread holds plain references.
//
// Ending: whoever drops the last pointer waits for linger_max at most. What has not ended by then
// (a connection that is being made, a callback of the caller's that blocks) is left to a thread
// that nobody waits for; if the process ends first, the engine's thread is parked, so that it does
// not touch what the end of the process destroys.

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "base/env/env.h"
#include "base/signal.h"
#include "base/task_scope.h"
#include "runtime/shards.h"
#include "weir/client.h"

namespace weir::clientlib {

// Something that is asked for its numbers; lives on the engine's thread.
class StatisticsSource {
 public:
  virtual ~StatisticsSource() = default;
  virtual void add_to(Statistics& statistics) const = 0;
};

class Engine {
 public:
  static constexpr std::chrono::milliseconds linger_max{200};

  // Of the options, what is called: executor, log, on_error, on_statistics.
  static std::shared_ptr<Engine> start(const ClientOptions& options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Runs on the engine's thread, in the order of the calls; any thread.
  void post(env::Callback callback) { shards_.post(0, std::move(callback)); }
  bool is_here() const;  // this is the engine's thread

  // --- on its thread ---
  env::Env& env() { return shards_.env(0); }
  // The engine does not end before the task.
  void spawn(Task<> task) { tasks_->work.spawn(std::move(task)); }
  // The caller's code: by the executor if there is one, else at once.
  void run(detail::Continuation continuation);
  bool has_executor() const { return static_cast<bool>(executor_); }
  bool reports() const { return static_cast<bool>(on_error_); }
  void report(const Failure& failure);  // on_error
  void add(StatisticsSource& source) { sources_.push_back(&source); }
  void remove(StatisticsSource& source) { std::erase(sources_, &source); }

 private:
  class Log final : public env::LogSink {
   public:
    Log(weir::LogSink sink, LogLevel level) : sink_(std::move(sink)), level_(level) {}
    bool enabled(env::Level level) const override;
    void write(env::Level level, std::string_view component, std::string_view message) override;

   private:
    weir::LogSink sink_;
    LogLevel level_;
  };
  struct Tasks {
    explicit Tasks(env::Executor& executor) : work(executor), ending(executor), stop(executor) {}
    TaskScope work;
    TaskScope ending;
    Signal stop;
  };

  explicit Engine(const ClientOptions& options);
  ~Engine();
  static void let_go(Engine* engine);
  Task<> finish();
  void end_when_idle();
  Task<> tell_statistics();
  void hand_to_executor();
  void park();

  const Executor executor_;
  const std::function<void(const Failure&)> on_error_;
  const std::function<void(const Statistics&)> on_statistics_;
  const std::chrono::milliseconds statistics_interval_;
  Log log_;
  std::optional<Tasks> tasks_;
  std::vector<StatisticsSource*> sources_;
  std::vector<detail::Continuation> for_executor_;
  bool stopping_ = false;
  std::promise<void> finished_;
  runtime::Shards shards_;
};

}  // namespace weir::clientlib
