#include "app/clientlib/consumer_core.h"

#include <algorithm>
#include <utility>

#include "app/clientlib/received.h"

namespace weir::clientlib {
namespace {

// What the end of a consumer that was not closed may take on the wire.
constexpr std::chrono::milliseconds parting{150};
// Beyond it a time-out counts as this: clocks do not reach further.
constexpr std::chrono::milliseconds longest_timeout{std::chrono::hours(24 * 365)};

Failure interrupted() { return {Failure::Kind::interrupted, "the poll was interrupted"}; }

bool is_wakeup(const client::Failure& failure) {
  return !failure.is_answer() && failure.cause.code == Errc::busy;
}

}  // namespace

ConsumerCore::ConsumerCore(const std::shared_ptr<Engine>& engine, ConsumerSetup setup)
    : engine_(*engine),
      weak_engine_(engine),
      listener_(std::make_shared<const RebalanceListener>(std::move(setup.listener))),
      timeout_(setup.timeout),
      cluster_options_(std::move(setup.cluster)),
      options_(std::move(setup.consumer)) {}

void ConsumerCore::start() {
  cluster_.emplace(engine_.env(), std::move(cluster_options_));
  changed_.emplace(engine_.env().executor);
  options_.on_commit_failed = [this](const client::Failure& failure) {
    engine_.report(failure_of(failure));
  };
  consumer_.emplace(*cluster_, std::move(options_), inner_listener());
  engine_.add(*this);
}

env::Instant ConsumerCore::deadline_in(std::chrono::milliseconds timeout) const {
  return engine_.env().clock.now() +
         std::clamp(timeout, std::chrono::milliseconds(0), longest_timeout);
}

// --- one after the other ---

Task<> ConsumerCore::enter(bool ends_poll) {
  const std::uint64_t ticket = next_ticket_++;
  if (ticket == serving_) co_return;
  if (ends_poll) {
    ++waiting_calls_;
    interrupt_poll();
  }
  while (ticket != serving_) co_await changed_->wait();
  if (ends_poll) --waiting_calls_;
}

void ConsumerCore::leave() {
  ++serving_;
  changed_->notify();
}

void ConsumerCore::interrupt_poll() {
  if (is_polling_) consumer_->wakeup();
}

void ConsumerCore::wakeup() {
  is_woken_ = true;
  interrupt_poll();
}

Task<> ConsumerCore::poll(std::shared_ptr<ConsumerCore> self, Promise<Records> promise,
                          std::chrono::milliseconds timeout, std::stop_token stop) {
  const env::Instant deadline = self->deadline_in(timeout);
  auto entering = self->enter(false);
  co_await std::move(entering);
  // The engine outlives this task, and the callback does not.
  auto wake = [raw = self.get()] {
    raw->engine_.post([core = raw->weak_from_this()] {
      if (const auto alive = core.lock()) alive->interrupt_poll();
    });
  };
  const std::stop_callback<decltype(wake)> on_stop(stop, std::move(wake));
  for (;;) {
    if (self->is_closed_) {
      promise.set(std::unexpected(closed_failure("the consumer was closed")));
      break;
    }
    if (stop.stop_requested() || std::exchange(self->is_woken_, false)) {
      promise.set(std::unexpected(interrupted()));
      break;
    }
    if (self->waiting_calls_ > 0) {
      promise.set(Records());
      break;
    }
    self->is_polling_ = true;
    auto polling = self->consumer_->poll(deadline);
    auto polled = co_await std::move(polling);
    self->is_polling_ = false;
    if (!polled && is_wakeup(polled.error())) continue;
    self->polls_.fetch_add(1, std::memory_order_relaxed);
    if (polled) {
      Records records = records_of(*std::move(polled));
      self->count(records);
      promise.set(std::move(records));
    } else {
      promise.set(std::unexpected(failure_of(polled.error())));
    }
    break;
  }
  self->leave();
}

Task<> ConsumerCore::assign(std::shared_ptr<ConsumerCore> self, Promise<> promise,
                            client::Partitions partitions) {
  auto entering = self->enter(true);
  co_await std::move(entering);
  if (self->is_closed_) {
    promise.set(std::unexpected(closed_failure("the consumer was closed")));
  } else {
    if (std::exchange(self->is_subscribed_, false)) {
      auto leaving = self->consumer_->unsubscribe();
      co_await std::move(leaving);
    }
    self->consumer_->assign(std::move(partitions));
    promise.set({});
  }
  self->leave();
}

// --- the listener ---

client::RebalanceListener ConsumerCore::inner_listener() {
  return {
      .assigned =
          [this](client::Partitions all) { return tell(&RebalanceListener::assigned, all); },
      .revoked = [this](client::Partitions all) { return tell(&RebalanceListener::revoked, all); },
      .lost = [this](client::Partitions all) { return tell(&RebalanceListener::lost, all); },
  };
}

// The caller's code runs, and ends, wherever it likes; or never, which must not keep us.
Task<> ConsumerCore::tell(RebalanceCallback RebalanceListener::* callback,
                          client::Partitions partitions) {
  rebalances_.fetch_add(1, std::memory_order_relaxed);
  if (!((*listener_).*callback) || is_retiring_) co_return;
  const auto is_done = std::make_shared<bool>(false);
  auto note_done = [is_done, core = weak_from_this()] {
    *is_done = true;
    if (const auto alive = core.lock()) alive->changed_->notify();
  };
  engine_.run([listener = listener_, callback, engine = weak_engine_,
               note_done = std::move(note_done),
               all = std::make_shared<const Partitions>(public_of(partitions))] {
    ((*listener).*callback)(*all).then([engine, note_done, all](const auto&) {
      if (const auto alive = engine.lock()) alive->post(note_done);
    });
  });
  while (!*is_done && !is_retiring_ && engine_.env().clock.now() < tell_until_) {
    if (tell_until_ == env::Instant::max()) {
      co_await changed_->wait();
    } else {
      co_await changed_->wait_until(engine_.env().timers, tell_until_);
    }
  }
}

// --- the end ---

Task<> ConsumerCore::close(std::shared_ptr<ConsumerCore> self, Promise<> promise,
                           std::chrono::milliseconds timeout) {
  const env::Instant deadline = self->deadline_in(timeout);
  self->tell_until_ = deadline;
  auto entering = self->enter(true);
  co_await std::move(entering);
  auto ending = self->end(deadline);
  auto outcome = co_await std::move(ending);
  promise.set(outcome_of(std::move(outcome)));
  self->leave();
}

Task<> ConsumerCore::retire(std::shared_ptr<ConsumerCore> self) {
  self->is_retiring_ = true;
  self->changed_->notify();
  auto entering = self->enter(true);
  co_await std::move(entering);
  auto ending = self->end(self->deadline_in(parting));
  (void)co_await std::move(ending);
  self->leave();
  self->engine_.remove(*self);
}

Task<client::Outcome<>> ConsumerCore::end(env::Instant deadline) {
  if (std::exchange(is_closed_, true)) co_return client::Outcome<>();
  engine_.spawn(cut_off(shared_from_this(), deadline));
  auto closing = consumer_->close(deadline);
  auto outcome = co_await std::move(closing);
  auto cutting = cluster_->close();
  co_await std::move(cutting);
  is_cut_off_ = true;
  changed_->notify();
  co_return outcome;
}

// A coordinator that does not answer keeps nobody beyond the deadline.
Task<> ConsumerCore::cut_off(std::shared_ptr<ConsumerCore> self, env::Instant at) {
  while (!self->is_cut_off_ && self->engine_.env().clock.now() < at) {
    co_await self->changed_->wait_until(self->engine_.env().timers, at);
  }
  auto cutting = self->cluster_->close();
  co_await std::move(cutting);
}

// --- numbers ---

void ConsumerCore::count(const Records& records) {
  std::uint64_t bytes = 0;
  for (const ReceivedRecord& each : records) bytes += each.key.size() + each.value.size();
  records_.fetch_add(records.size(), std::memory_order_relaxed);
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
}

ConsumerStatistics ConsumerCore::statistics() const {
  return {.records_received = records_.load(std::memory_order_relaxed),
          .bytes_received = bytes_.load(std::memory_order_relaxed),
          .polls = polls_.load(std::memory_order_relaxed),
          .rebalances = rebalances_.load(std::memory_order_relaxed)};
}

void ConsumerCore::add_to(Statistics& statistics) const {
  statistics.consumers.push_back(this->statistics());
}

}  // namespace weir::clientlib
