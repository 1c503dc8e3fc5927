#include "client/producer/producer_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/producer/delivery.h"

namespace weir::client {
namespace {

Failure closed() { return Error{Errc::closed, "the producer was closed"}; }

void end(OnDelivery& done, const Failure& why) {
  if (done) std::exchange(done, {})(std::unexpected(Undelivered{why, false}));
}

}  // namespace

Producer::State::State(Cluster& cluster, ProducerOptions options)
    : cluster_(cluster),
      env_(cluster.env()),
      options_(std::move(options)),
      accumulator_(options_.batches),
      sender_(options_.delivery, accumulator_, env_.random),
      topics_(options_.partitions, accumulator_, sender_, env_.random),
      tasks_(env_.executor),
      patience_(cluster),
      ended_(env_.executor),
      stopping_(env_.executor) {}

// --- records come in ---

Producer::State::Offer Producer::State::offer(const ProducerRecord& record, OnDelivery& done) {
  if (is_closing_) {
    end(done, closed());
    return Offer::ended;
  }
  TopicTable::Topic& topic = topics_.get(record.topic);
  if (topic.slots.empty()) {
    learn_view();
    if (topic.slots.empty() && view_->find_topic(topic.name)) topics_.apply(*view_);
  }
  // Nobody overtakes those who wait.
  if (topic.waiters > 0 || starving_) return Offer::must_wait;
  const Offer offered = take(topic, record, done);
  if (offered == Offer::must_wait) schedule();
  return offered;
}

Producer::State::Offer Producer::State::take(TopicTable::Topic& topic, const ProducerRecord& record,
                                             OnDelivery& done) {
  const auto partition = topics_.choose(topic, record);
  if (!partition) {
    end(done, partition.error());
    return Offer::ended;
  }
  if (!*partition) {
    wants_metadata_ = true;
    topic.used = now();
    return Offer::must_wait;
  }
  const wire::NewRecord copied{
      .timestamp = record.timestamp == no_timestamp ? env_.clock.wall_ms() : record.timestamp,
      .key = record.key,
      .value = record.value,
      .headers = record.headers};
  const PartitionSlot slot = topic.slots[static_cast<std::size_t>(**partition)];
  const Appended appended = sender_.append(slot, copied, done, now());
  switch (appended) {
    case Appended::joined:
      break;
    case Appended::began:
    case Appended::completed:
      topic.used = now();
      schedule();
      break;
    case Appended::no_memory:
      starving_ = true;
      accumulator_.set_waiters(true);
      return Offer::must_wait;
    case Appended::too_large:
      end(done, {wire::ErrorCode::message_too_large,
                 fmt::format("a record of {} bytes is beyond max.request.size or buffer.memory",
                             Accumulator::size_alone(copied))});
      return Offer::ended;
  }
  topics_.appended(topic, record, **partition);
  return Offer::taken;
}

Task<> Producer::State::post(std::shared_ptr<State> self, ProducerRecord record, OnDelivery done,
                             env::Duration waited) {
  if (self->offer(record, done) != Offer::must_wait) co_return;
  TopicTable::Topic& topic = self->topics_.get(record.topic);
  Waiter waiter{record, done, topic, self->now() + self->options_.block_max - waited,
                OneShot<bool>(self->env_.executor)};
  self->waiters_.push_back(&waiter);
  ++topic.waiters;
  self->schedule();
  co_await waiter.over;
}

Task<Delivery> Producer::State::send(std::shared_ptr<State> self, ProducerRecord record) {
  OneShot<Delivery> over(self->env_.executor);
  OnDelivery done = [&over](const Delivery& delivery) { over.set(delivery); };
  auto posting = post(self, record, std::move(done));
  co_await std::move(posting);
  Delivery delivery = co_await over;
  co_return delivery;
}

// By topic in the order of the calls. Once memory is short nobody is taken before the first who
// waits for it. Callbacks may post: what is new waits at the end.
void Producer::State::admit() {
  const std::uint64_t look = ++looks_;
  starving_ = false;
  for (std::size_t i = 0; i < waiters_.size(); ++i) {
    Waiter& waiter = *waiters_[i];
    if (starving_ && now() < waiter.deadline) break;
    const bool is_behind = starving_ || waiter.topic.looked_at == look;
    if (is_behind || take(waiter.topic, waiter.record, waiter.done) == Offer::must_wait) {
      waiter.topic.looked_at = look;
      if (now() < waiter.deadline) continue;
      end(waiter.done, why_waiting(waiter));
    }
    waiters_[i] = nullptr;
    --waiter.topic.waiters;
    waiter.over.set(true);
  }
  std::erase(waiters_, nullptr);
  accumulator_.set_waiters(starving_);
}

Failure Producer::State::why_waiting(const Waiter& waiter) const {
  const TopicTable::Topic& topic = waiter.topic;
  const std::string late =
      fmt::format("not taken within max.block.ms ({} ms): ", options_.block_max.count());
  if (topic.slots.empty() && topic.error != wire::ErrorCode::none) {
    return {topic.error, late + fmt::format("topic '{}'", topic.name)};
  }
  if (topic.slots.empty() && last_failure_) {
    return Error{Errc::timed_out, late + last_failure_->message()};
  }
  if (topic.slots.empty()) {
    return Error{Errc::timed_out, late + fmt::format("topic '{}' is not known", topic.name)};
  }
  if (waiter.record.partition &&
      static_cast<std::size_t>(*waiter.record.partition) >= topic.slots.size()) {
    return Error{Errc::timed_out, late + fmt::format("topic '{}' has no partition {}", topic.name,
                                                     *waiter.record.partition)};
  }
  return Error{Errc::timed_out, late + "buffer.memory is used up"};
}

void Producer::State::fail_waiters(const Failure& why) {
  for (std::size_t i = 0; i < waiters_.size(); ++i) {
    if (!waiters_[i]) continue;  // a callback came here first
    Waiter& waiter = *std::exchange(waiters_[i], nullptr);
    end(waiter.done, why);
    --waiter.topic.waiters;
    waiter.over.set(true);
  }
  std::erase(waiters_, nullptr);
  starving_ = false;
  accumulator_.set_waiters(false);
}

// --- a turn ---

void Producer::State::schedule() {
  if (is_stopped_ || std::exchange(is_scheduled_, true)) return;
  env_.executor.at_end_of_turn([self = shared_from_this()] { self->turn(); });
}

void Producer::State::turn() {
  is_scheduled_ = false;
  if (is_stopped_) return;
  learn_view();
  forget_dead_connections();
  admit();
  sender_.expire(now());
  while (auto call = sender_.next(now())) tasks_.spawn(carry(shared_from_this(), std::move(*call)));
  ask();
  tell();
  set_timer();
}

void Producer::State::learn_view() {
  if (const auto view = cluster_.view(); view != view_) {
    view_ = view;
    topics_.apply(*view_);
  }
}

void Producer::State::forget_dead_connections() {
  std::erase_if(connections_, [this](const auto& entry) {
    if (entry.second->is_open()) return false;
    sender_.set_connected(entry.first, false);
    return true;
  });
}

void Producer::State::ask() {
  if (sender_.take_wants_metadata()) wants_metadata_ = true;
  if (wants_metadata_ && !refreshing_) {
    wants_metadata_ = false;
    refreshing_ = true;
    tasks_.spawn(refresh(shared_from_this()));
  }
  if (sender_.take_wants_producer_id() && !std::exchange(getting_producer_id_, true)) {
    tasks_.spawn(get_producer_id(shared_from_this()));
  }
  for (const BrokerId broker : sender_.take_wanted_connections()) {
    if (connecting_.insert(broker).second) tasks_.spawn(connect(shared_from_this(), broker));
  }
}

void Producer::State::tell() {
  std::vector<EndedBatch> batches = sender_.take_ended();
  if (batches.empty()) return;
  for (EndedBatch& batch : batches) {
    const PartitionIndex partition = topics_.place(batch.slot).partition;
    for (Receipt& receipt : batch.receipts) {
      receipt.done(delivery_of(batch, receipt, partition));
    }
    accumulator_.told(batch.generation, std::move(batch.receipts));
  }
  ended_.notify();
  schedule();  // there is memory again, and whoever was told may have purged
}

void Producer::State::set_timer() {
  env::Instant next = sender_.next_time(now());
  if (!waiters_.empty()) next = std::min(next, waiters_.front()->deadline);
  if (next == env::Instant::max() || (timer_ && timer_at_ <= next)) return;
  if (timer_) env_.timers.cancel(*timer_);
  timer_at_ = next;
  timer_ = env_.timers.start(next, [self = weak_from_this()] {
    if (const auto state = self.lock()) {
      state->timer_.reset();
      state->schedule();
    }
  });
}

// --- flush, purge, close ---

Task<Outcome<>> Producer::State::flush(std::shared_ptr<State> self, env::Instant deadline) {
  const std::uint64_t flush = self->accumulator_.flush_began();
  self->schedule();
  while (!self->accumulator_.is_flushed(flush) && self->now() < deadline) {
    if (deadline == env::Instant::max()) {
      co_await self->ended_.wait();
    } else {
      co_await self->ended_.wait_until(self->env_.timers, deadline);
    }
  }
  self->accumulator_.flush_ended();
  if (self->accumulator_.is_flushed(flush)) co_return Outcome<>{};
  co_return weir::fail(Errc::timed_out, "records are not delivered yet");
}

void Producer::State::purge(bool in_flight_too) {
  const Failure purged = Error{Errc::closed, "the record was purged"};
  fail_waiters(purged);
  sender_.purge(purged, in_flight_too);
  schedule();
}

Task<> Producer::State::close(std::shared_ptr<State> self, env::Instant deadline) {
  if (std::exchange(self->is_closing_, true)) co_return;
  self->fail_waiters(closed());
  auto flushing = flush(self, deadline);
  const Outcome<> flushed = co_await std::move(flushing);
  if (!flushed) self->sender_.purge(closed(), true);
  self->tell();
  self->stop();
  auto ending = self->tasks_.finished();
  co_await std::move(ending);
  self->tell();
}

void Producer::State::stop() {
  is_stopped_ = true;
  if (timer_) env_.timers.cancel(*timer_);
  for (const auto& [broker, connection] : connections_) {
    if (sender_.in_flight(broker) > 0) connection->close();
  }
  if (asked_for_producer_id_) asked_for_producer_id_->close();
  patience_.end();
  stopping_.notify();
}

}  // namespace weir::client
