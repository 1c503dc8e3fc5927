#include "client/producer/producer.h"

#include "base/check.h"
#include "client/producer/producer_state.h"

namespace weir::client {

Producer::Producer(Cluster& cluster, ProducerOptions options)
    : state_(std::make_shared<State>(cluster, std::move(options))) {}

Producer::~Producer() { CHECK(state_->is_stopped(), "a producer is closed before it goes"); }

bool Producer::try_post(const ProducerRecord& record, OnDelivery& done) {
  return state_->offer(record, done) != Producer::State::Offer::must_wait;
}

Task<> Producer::post(ProducerRecord record, OnDelivery done, env::Duration waited) {
  return State::post(state_, record, std::move(done), waited);
}

Task<Delivery> Producer::send(ProducerRecord record) { return State::send(state_, record); }

Task<Outcome<>> Producer::flush(env::Instant deadline) { return State::flush(state_, deadline); }

void Producer::purge(bool in_flight_too) { state_->purge(in_flight_too); }

Task<> Producer::close(env::Instant deadline) { return State::close(state_, deadline); }

std::size_t Producer::memory_in_use() const { return state_->memory_in_use(); }

}  // namespace weir::client
