#include "app/clientlib/producer_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/clientlib/failures.h"

namespace weir::clientlib {
namespace {

// Beyond it a time-out counts as this: clocks do not reach further.
constexpr std::chrono::hours longest_block{24 * 365};

Delivered public_of(const client::Delivered& delivered) {
  return {.partition = delivered.partition,
          .offset = delivered.offset,
          .timestamp = Timestamp(std::chrono::milliseconds(delivered.timestamp))};
}

std::expected<Delivered, Failure> public_of(const client::Delivery& delivery) {
  if (delivery) return public_of(*delivery);
  return std::unexpected(failure_of(delivery.error()));
}

}  // namespace

ProducerCore::ProducerCore(Engine& engine, const client::ClientConfig& config,
                           std::size_t hand_over_bytes)
    : engine_(engine),
      records_(hand_over_bytes),
      cluster_options_(config.cluster),
      options_(config.producer),
      block_max_(std::min<std::chrono::milliseconds>(config.producer.block_max, longest_block)),
      delivery_time_max_(config.producer.delivery.delivery_timeout) {}

// --- what becomes of a record ---

client::OnDelivery ProducerCore::receipt_of(HandOver::Item& item) {
  switch (item.teller) {
    case HandOver::Teller::on_error:
      if (!engine_.reports()) return {};
      return [this](const client::Delivery& delivery) {
        count(delivery);
        if (!delivery) engine_.report(failure_of(delivery.error()));
      };
    case HandOver::Teller::executor:
      if (!engine_.has_executor()) break;
      return [this, slot = told_.put(std::move(item.done))](const client::Delivery& delivery) {
        count(delivery);
        engine_.run(
            [done = told_.take(slot), outcome = public_of(delivery)]() mutable { done(outcome); });
      };
    case HandOver::Teller::future:
      break;
  }
  return [this, slot = told_.put(std::move(item.done))](const client::Delivery& delivery) {
    count(delivery);
    OnDelivery done = told_.take(slot);
    done(public_of(delivery));
  };
}

void ProducerCore::count(const client::Delivery& delivery) {
  (delivery ? delivered_ : failed_).fetch_add(1, std::memory_order_relaxed);
  buffered_.store(producer_->memory_in_use(), std::memory_order_relaxed);
}

ProducerStatistics ProducerCore::statistics() const {
  return {.records_taken = records_.records(),
          .bytes_taken = records_.bytes(),
          .records_delivered = delivered_.load(std::memory_order_relaxed),
          .records_failed = failed_.load(std::memory_order_relaxed),
          .hand_overs = records_.chunks(),
          .buffered_bytes = buffered_.load(std::memory_order_relaxed),
          .waiting_threads = records_.waiting_threads()};
}

void ProducerCore::add_to(Statistics& statistics) const {
  statistics.producers.push_back(this->statistics());
}

// --- on the engine's thread ---

void ProducerCore::start() {
  cluster_.emplace(engine_.env(), std::move(cluster_options_));
  producer_.emplace(*cluster_, std::move(options_));
  changed_.emplace(engine_.env().executor);
  engine_.add(*this);
}

void ProducerCore::drain() {
  HandOver::ChunkPtr chunk = records_.take();
  if (!chunk) return;
  const Held held(chunk.release(), [self = shared_from_this()](HandOver::Chunk* ended) {
    self->records_.give_back(HandOver::ChunkPtr(ended));
  });
  for (HandOver::Item& item : held->items) {
    client::OnDelivery done = receipt_of(item);
    if (producer_->try_post(item.record, done)) continue;
    waiting_.insert(++last_ticket_);
    engine_.spawn(take_late(shared_from_this(), held, item, std::move(done), last_ticket_));
  }
  buffered_.store(producer_->memory_in_use(), std::memory_order_relaxed);
}

Task<> ProducerCore::take_late(std::shared_ptr<ProducerCore> self, Held /*chunk*/,
                               const HandOver::Item& item, client::OnDelivery done,
                               std::uint64_t ticket) {
  auto posting = self->producer_->post(item.record, std::move(done), item.waited);
  co_await std::move(posting);
  self->waiting_.erase(ticket);
  self->changed_->notify();
}

env::Instant ProducerCore::deadline_in(std::chrono::nanoseconds timeout) const {
  return engine_.env().clock.now() +
         std::clamp<std::chrono::nanoseconds>(timeout, std::chrono::nanoseconds(0), longest_block);
}

// A flush of the producer is for what it had taken when the flush began: what waits to be taken is
// let in by the first one, and is done after the second.
Task<client::Outcome<>> ProducerCore::flush_until(env::Instant deadline) {
  const std::uint64_t last = last_ticket_;
  const auto all_are_taken = [&] { return waiting_.empty() || *waiting_.begin() > last; };
  for (;;) {
    const bool is_last = all_are_taken();
    auto flushing = producer_->flush(deadline);
    auto flushed = co_await std::move(flushing);
    if (!flushed || is_last) co_return flushed;
    while (!all_are_taken()) {
      if (engine_.env().clock.now() >= deadline) {
        co_return weir::fail(Errc::timed_out, "records wait for their topic, or for memory");
      }
      co_await changed_->wait_until(engine_.env().timers, deadline);
    }
  }
}

Task<> ProducerCore::flush(std::shared_ptr<ProducerCore> self, Promise<> promise,
                           std::chrono::nanoseconds timeout) {
  ++self->calls_;
  self->drain();
  auto flushing = self->flush_until(self->deadline_in(timeout));
  auto flushed = co_await std::move(flushing);
  promise.set(outcome_of(std::move(flushed)));
  self->call_ended();
}

void ProducerCore::purge(bool in_flight_too, Promise<> promise) {
  drain();
  producer_->purge(in_flight_too);
  // The producer tells whom it ended at the end of this turn.
  engine_.env().executor.at_end_of_turn(
      [promise = std::move(promise)]() mutable { promise.set({}); });
}

Task<> ProducerCore::close(std::shared_ptr<ProducerCore> self, Promise<> promise,
                           std::chrono::nanoseconds timeout) {
  if (self->is_ended_) {
    promise.set({});
    co_return;
  }
  ++self->calls_;
  self->drain();
  auto flushing = self->flush_until(self->deadline_in(timeout));
  auto flushed = co_await std::move(flushing);
  if (self->is_ended_) {
    promise.set(std::unexpected(closed_failure("the producer went before it was closed")));
  } else {
    auto ending = end(self);
    co_await std::move(ending);
    promise.set(outcome_of(std::move(flushed)));
  }
  self->call_ended();
}

// Every record ends before the first suspension. The cluster ends what the producer's tasks wait
// for.
Task<> ProducerCore::end(std::shared_ptr<ProducerCore> self) {
  if (!std::exchange(self->is_ended_, true)) self->engine_.spawn(end_producer(self));
  auto ending = self->cluster_->close();
  co_await std::move(ending);
}

Task<> ProducerCore::end_producer(std::shared_ptr<ProducerCore> self) {
  ++self->calls_;
  auto closing = self->producer_->close(self->engine_.env().clock.now());
  co_await std::move(closing);
  self->call_ended();
}

Task<> ProducerCore::retire(std::shared_ptr<ProducerCore> self) {
  self->drain();
  auto ending = end(self);
  co_await std::move(ending);
  while (self->calls_ > 0 || !self->waiting_.empty()) co_await self->changed_->wait();
  self->engine_.remove(*self);
}

void ProducerCore::call_ended() {
  --calls_;
  changed_->notify();
}

}  // namespace weir::clientlib
