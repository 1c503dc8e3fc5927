#pragma once
// WorkerCore: a worker on the engine's thread: a consumer that feeds a WorkQueue, handlers that run
// elsewhere, and a producer for what they reject. What is done is told to the consumer, which
// commits it: by and by, before a partition goes, and at the end.

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>

#include "app/clientlib/engine.h"
#include "app/clientlib/promise.h"
#include "app/clientlib/worker/handler_threads.h"
#include "app/clientlib/worker/work_queue.h"
#include "client/properties.h"
#include "weir/worker.h"

namespace weir::clientlib {

struct WorkerSetup {
  client::ClientConfig reading;
  client::ClientConfig rejecting;
  std::vector<std::string> topics;
  std::string reject_topic;
  Handler handler;
  WorkLimits limits;
  std::chrono::milliseconds failure_backoff{};
  std::chrono::milliseconds drain_time{};
};

// Made by any thread; every task keeps it alive. Everything else on the engine's thread.
class WorkerCore : public std::enable_shared_from_this<WorkerCore> {
 public:
  WorkerCore(const std::shared_ptr<Engine>& engine, WorkerSetup setup);

  static Task<> run(std::shared_ptr<WorkerCore> self, Promise<> promise, std::stop_token stop);
  // Ends a run without waiting for handlers.
  void retire();
  WorkerStatistics statistics() const;  // any thread

 private:
  struct Wire;  // clusters, consumer, producer
  using Handling = std::expected<Handled, Failure>;

  Task<client::Outcome<>> read(const std::stop_token& stop);
  Task<> drain(Partitions partitions, bool all);
  Task<client::Outcome<>> end();
  static Task<> cut_off(std::shared_ptr<WorkerCore> self, env::Instant at);
  client::RebalanceListener listener();
  Task<> give_up(client::Partitions partitions);
  Task<> forget(Partitions partitions);

  void schedule();
  void turn();
  void begin(const WorkQueue::Start& start);
  void handled(WorkQueue::Id id, Handling outcome);
  static Task<> reject(std::shared_ptr<WorkerCore> self, WorkQueue::Id id, Job job,
                       std::string why);
  void tell_done();
  void pause_or_resume();
  void count();
  env::Instant now() const { return engine_.env().clock.now(); }

  Engine& engine_;
  const std::weak_ptr<Engine> weak_engine_;
  const WorkerSetup setup_;
  const std::shared_ptr<const Handler> handler_;
  WorkQueue queue_;
  std::optional<HandlerThreads> threads_;
  std::shared_ptr<Wire> wire_;
  Signal changed_;
  std::map<TopicPartition, std::int64_t> told_;  // to the consumer
  std::optional<env::TimerId> timer_;
  bool is_scheduled_ = false;
  bool is_polling_ = false;
  bool is_stopping_ = false;
  bool is_over_ = false;
  bool is_retiring_ = false;
  env::Instant drain_until_ = env::Instant::max();
  std::atomic<std::uint64_t> acknowledged_{0}, retried_{0}, rejected_{0};
  std::atomic<std::uint64_t> unfinished_{0}, held_{0};
};

}  // namespace weir::clientlib
