#include "app/clientlib/worker/worker_core.h"

#include <algorithm>
#include <utility>

#include "app/clientlib/failures.h"
#include "app/clientlib/partition_values.h"
#include "app/clientlib/received.h"

namespace weir::clientlib {
namespace {

constexpr std::chrono::seconds poll_time{1};
// What the end of a worker that was not stopped may take on the wire.
constexpr std::chrono::milliseconds parting{150};
// ... and of one that was, after its handlers.
constexpr std::chrono::seconds last_commit{5};
constexpr std::chrono::milliseconds longest_retry{std::chrono::hours(24 * 365)};

}  // namespace

// A fetch that waits at a broker holds up what comes behind it on its connection, so the producer
// has connections of its own.
struct WorkerCore::Wire {
  Wire(env::Env& env, const WorkerSetup& setup, client::RebalanceListener listener)
      : reading(env, setup.reading.cluster),
        rejecting(env, setup.rejecting.cluster),
        consumer(reading, setup.reading.consumer, std::move(listener)),
        producer(rejecting, setup.rejecting.producer) {}

  client::Cluster reading;
  client::Cluster rejecting;
  client::Consumer consumer;
  client::Producer producer;
};

WorkerCore::WorkerCore(const std::shared_ptr<Engine>& engine, WorkerSetup setup)
    : engine_(*engine),
      weak_engine_(engine),
      setup_(std::move(setup)),
      handler_(std::make_shared<const Handler>(setup_.handler)),
      queue_(setup_.limits),
      changed_(engine->env().executor) {
  if (handler_->may_block() && !engine_.has_executor()) {
    threads_.emplace(setup_.limits.concurrency);
  }
}

// --- a run ---

Task<> WorkerCore::run(std::shared_ptr<WorkerCore> self, Promise<> promise, std::stop_token stop) {
  if (self->wire_ || self->is_retiring_) {
    promise.set(std::unexpected(Failure(Failure::Kind::invalid, "a worker runs once")));
    co_return;
  }
  self->wire_ = std::make_shared<Wire>(self->engine_.env(), self->setup_, self->listener());
  // The engine outlives this task, and the callback does not.
  auto wake = [raw = self.get()] {
    raw->engine_.post([core = raw->weak_from_this()] {
      if (const auto alive = core.lock(); alive && alive->is_polling_) {
        alive->wire_->consumer.wakeup();
      }
    });
  };
  client::Outcome<> outcome;
  {
    const std::stop_callback<decltype(wake)> on_stop(stop, std::move(wake));
    auto reading = self->read(stop);
    outcome = co_await std::move(reading);
  }
  auto ending = self->end();
  auto ended = co_await std::move(ending);
  if (outcome) outcome = std::move(ended);
  if (self->is_retiring_) {
    promise.set(std::unexpected(closed_failure("the worker went while it ran")));
  } else {
    promise.set(outcome_of(std::move(outcome)));
  }
}

Task<client::Outcome<>> WorkerCore::read(const std::stop_token& stop) {
  client::Consumer& consumer = wire_->consumer;
  client::Outcome<> outcome = consumer.subscribe(setup_.topics);
  while (outcome && !stop.stop_requested() && !is_retiring_) {
    pause_or_resume();
    is_polling_ = true;
    auto polling = consumer.poll(now() + poll_time);
    auto polled = co_await std::move(polling);
    is_polling_ = false;
    if (polled) {
      const Records records = records_of(*std::move(polled));
      for (std::size_t i = 0; i < records.size(); ++i) queue_.add(records.share(i));
      turn();
    } else if (polled.error().is_answer() || polled.error().cause.code != Errc::busy) {
      if (polled.error().is_retriable()) {
        engine_.report(failure_of(polled.error()));
      } else {
        outcome = std::unexpected(polled.error());
      }
    }
  }
  co_return outcome;
}

// Until nothing of these runs any more, or the time for that is over.
Task<> WorkerCore::drain(Partitions partitions, bool all) {
  const env::Instant until = std::min(drain_until_, now() + setup_.drain_time);
  while (!is_retiring_ && now() < until && (all ? queue_.busy() : queue_.busy(partitions)) > 0) {
    co_await changed_.wait_until(engine_.env().timers, until);
  }
}

Task<client::Outcome<>> WorkerCore::end() {
  is_stopping_ = true;
  drain_until_ = now() + setup_.drain_time;
  auto draining = drain({}, true);
  co_await std::move(draining);
  tell_done();
  const env::Instant deadline =
      is_retiring_ ? now() + parting : std::max(drain_until_, now()) + last_commit;
  engine_.spawn(cut_off(shared_from_this(), deadline));
  auto closing = wire_->consumer.close(deadline);
  auto closed = co_await std::move(closing);
  is_over_ = true;
  changed_.notify();
  if (timer_) engine_.env().timers.cancel(*timer_);
  auto stopping = wire_->producer.close(now());
  co_await std::move(stopping);
  auto cutting = wire_->reading.close();
  co_await std::move(cutting);
  cutting = wire_->rejecting.close();
  co_await std::move(cutting);
  co_return closed;
}

// Brokers that do not answer keep nobody beyond the deadline.
Task<> WorkerCore::cut_off(std::shared_ptr<WorkerCore> self, env::Instant at) {
  while (!self->is_over_ && self->now() < at) {
    co_await self->changed_.wait_until(self->engine_.env().timers, at);
  }
  auto cutting = self->wire_->reading.close();
  co_await std::move(cutting);
}

void WorkerCore::retire() {
  is_retiring_ = true;
  changed_.notify();
  if (is_polling_) wire_->consumer.wakeup();
}

// --- partitions go ---

client::RebalanceListener WorkerCore::listener() {
  return {
      .assigned = {},
      .revoked = [this](client::Partitions all) { return give_up(std::move(all)); },
      .lost = [this](client::Partitions all) { return forget(public_of(all)); },
  };
}

Task<> WorkerCore::give_up(client::Partitions partitions) {
  const Partitions all = public_of(partitions);
  queue_.hold_back(all);
  auto draining = drain(all, false);
  co_await std::move(draining);
  tell_done();
  client::Offsets offsets;
  for (const TopicPartition& each : all) {
    if (const auto done = queue_.done_until(each)) offsets[inner_of(each)] = {*done, no_epoch};
  }
  if (!offsets.empty() && !is_retiring_) {
    auto committing = wire_->consumer.commit(std::move(offsets), now() + last_commit);
    const client::Outcome<> committed = co_await std::move(committing);
    if (!committed) engine_.report(failure_of(committed.error()));
  }
  auto forgetting = forget(all);
  co_await std::move(forgetting);
}

Task<> WorkerCore::forget(Partitions partitions) {
  queue_.drop(partitions);
  for (const TopicPartition& each : partitions) told_.erase(each);
  count();
  co_return;
}

// --- records are handled ---

void WorkerCore::schedule() {
  if (std::exchange(is_scheduled_, true)) return;
  engine_.env().executor.at_end_of_turn([self = shared_from_this()] {
    self->is_scheduled_ = false;
    self->turn();
  });
}

void WorkerCore::turn() {
  if (is_over_) return;
  if (!is_stopping_) {
    while (const auto start = queue_.next(now())) begin(*start);
  }
  tell_done();
  pause_or_resume();
  count();
  changed_.notify();
  if (timer_) engine_.env().timers.cancel(*std::exchange(timer_, {}));
  if (const env::Instant next = queue_.next_time(); next != env::Instant::max()) {
    timer_ = engine_.env().timers.start(next, [core = weak_from_this()] {
      if (const auto alive = core.lock()) {
        alive->timer_.reset();
        alive->schedule();
      }
    });
  }
}

void WorkerCore::begin(const WorkQueue::Start& start) {
  auto finish = [engine = weak_engine_, core = weak_from_this(), id = start.id](Handling outcome) {
    const auto alive = engine.lock();
    if (!alive) return;
    alive->post([core, id, outcome = std::move(outcome)]() mutable {
      if (const auto self = core.lock()) self->handled(id, std::move(outcome));
    });
  };
  auto call = [handler = handler_, job = std::make_shared<const Job>(start.job),
               finish = std::move(finish)] {
    (*handler)(*job).then([job, finish](Handling outcome) { finish(std::move(outcome)); });
  };
  if (threads_) {
    threads_->run(std::move(call));
  } else {
    engine_.run(std::move(call));
  }
}

void WorkerCore::handled(WorkQueue::Id id, Handling outcome) {
  if (is_over_) return;
  schedule();
  if (!outcome) {
    retried_.fetch_add(1, std::memory_order_relaxed);
    queue_.retry(id, now() + setup_.failure_backoff);
    return;
  }
  switch (outcome->kind()) {
    case Handled::Kind::ack:
      acknowledged_.fetch_add(1, std::memory_order_relaxed);
      queue_.done(id);
      break;
    case Handled::Kind::retry:
      retried_.fetch_add(1, std::memory_order_relaxed);
      queue_.retry(
          id, now() + std::clamp(outcome->after(), std::chrono::milliseconds(0), longest_retry));
      break;
    case Handled::Kind::reject:
      if (const Job* job = queue_.reject(id)) {
        engine_.spawn(reject(shared_from_this(), id, *job, outcome->why()));
      }
      break;
  }
}

// It is done once the rejection is written, however often that has to be tried.
Task<> WorkerCore::reject(std::shared_ptr<WorkerCore> self, WorkQueue::Id id, Job job,
                          std::string why) {
  const ReceivedRecord& from = *job.record;
  const std::string partition = std::to_string(from.partition);
  const std::string offset = std::to_string(from.offset);
  const std::string attempts = std::to_string(job.attempt);
  const auto blob_of = [](BytesView bytes) {
    return bytes.is_null() ? wire::Blob::null() : wire::Blob(bytes.bytes());
  };
  std::vector<wire::RecordHeader> headers;
  for (const Header& each : from.headers) headers.push_back({each.name, blob_of(each.value)});
  const std::pair<std::string_view, std::string_view> added[] = {
      {"__dlq.errors.topic", from.topic},
      {"__dlq.errors.partition", partition},
      {"__dlq.errors.offset", offset},
      {"__dlq.errors.group", self->setup_.reading.consumer.group.group_id},
      {"__dlq.errors.delivery.count", attempts},
      {"__dlq.errors.message", why}};
  for (const auto& [name, value] : added) headers.push_back({name, wire::Blob(as_bytes(value))});
  const client::ProducerRecord record{.topic = self->setup_.reject_topic,
                                      .timestamp = from.timestamp.time_since_epoch().count(),
                                      .key = blob_of(from.key),
                                      .value = blob_of(from.value),
                                      .headers = headers};
  while (!self->is_over_) {
    auto sending = self->wire_->producer.send(record);
    const client::Delivery delivery = co_await std::move(sending);
    if (delivery) {
      self->rejected_.fetch_add(1, std::memory_order_relaxed);
      self->queue_.done(id);
      self->schedule();
      co_return;
    }
    if (self->is_over_) co_return;
    self->engine_.report(failure_of(delivery.error()));
    const env::Instant again = self->now() + self->setup_.failure_backoff;
    while (!self->is_over_ && self->now() < again) {
      co_await self->changed_.wait_until(self->engine_.env().timers, again);
    }
  }
}

// A partition that is about to go is refused; give_up() commits what is done of it.
void WorkerCore::tell_done() {
  for (const auto& [partition, done] : queue_.all_done_until()) {
    auto& told = told_[partition];
    if (told == done) continue;
    told = done;
    (void)wire_->consumer.finished(inner_of(partition), done);
  }
}

void WorkerCore::pause_or_resume() {
  const bool is_full = queue_.is_full();
  client::Consumer& consumer = wire_->consumer;
  const auto paused = consumer.paused();
  if (!is_full) {
    for (const client::TopicPartition& each : paused) (void)consumer.resume(each);
  } else if (const auto all = consumer.assignment(); all.size() != paused.size()) {
    for (const client::TopicPartition& each : all) (void)consumer.pause(each);
  }
}

void WorkerCore::count() {
  unfinished_.store(queue_.unfinished(), std::memory_order_relaxed);
  held_.store(queue_.held(), std::memory_order_relaxed);
}

WorkerStatistics WorkerCore::statistics() const {
  return {.acknowledged = acknowledged_.load(std::memory_order_relaxed),
          .retried = retried_.load(std::memory_order_relaxed),
          .rejected = rejected_.load(std::memory_order_relaxed),
          .unfinished = unfinished_.load(std::memory_order_relaxed),
          .held = held_.load(std::memory_order_relaxed)};
}

}  // namespace weir::clientlib
