// What a producer asks of the cluster. Waits end when the producer is stopped; they are cut in
// slices, so that what the view learns meanwhile counts.

#include <fmt/format.h>

#include "client/producer/produce_exchange.h"
#include "client/producer/producer_state.h"
#include "wire/message/init_producer_id_request.h"
#include "wire/message/init_producer_id_response.h"

namespace weir::client {
namespace {

constexpr std::chrono::milliseconds slice{500};
constexpr std::chrono::minutes topics_kept{5};  // metadata.max.idle.ms of Kafka's producer

}  // namespace

Task<> Producer::State::pause(env::Instant until) {
  while (!is_stopped_ && now() < until) co_await stopping_.wait_until(env_.timers, until);
}

Task<> Producer::State::refresh(std::shared_ptr<State> self) {
  self->cluster_.want(self->topics_.names(self->now() - topics_kept), Cluster::IfMissing::create);
  auto refreshing = self->patience_.wait(self->cluster_.refresh(self->now() + slice));
  auto refreshed = co_await std::move(refreshing);
  self->last_failure_.reset();
  if (!refreshed) self->last_failure_ = std::move(refreshed).error();
  self->refreshing_ = false;
  self->schedule();
}

Task<> Producer::State::connect(std::shared_ptr<State> self, BrokerId broker) {
  if (const auto throttled = self->throttled_until_.extract(broker); !throttled.empty()) {
    auto pausing = self->pause(throttled.mapped());
    co_await std::move(pausing);
  }
  auto connecting = self->patience_.wait(self->cluster_.connection(broker, self->now() + slice));
  auto connection = co_await std::move(connecting);
  if (connection) {
    self->connections_[broker] = *connection;
    self->sender_.set_connected(broker, true);
  } else if (!self->is_stopped_) {
    self->cluster_.ask_again();  // perhaps it leads nothing any more
    auto pausing = self->pause(self->now() + self->cluster_.options().reconnect_backoff);
    co_await std::move(pausing);
  }
  self->connecting_.erase(broker);
  self->schedule();
}

Task<> Producer::State::get_producer_id(std::shared_ptr<State> self) {
  for (std::uint32_t failures = 1; !self->is_stopped_; ++failures) {
    auto asking = self->ask_for_producer_id();
    const Outcome<> outcome = co_await std::move(asking);
    if (outcome) break;
    if (!outcome.error().is_retriable()) {
      self->sender_.producer_id_refused(outcome.error());
      break;
    }
    auto pausing = self->pause(self->now() +
                               self->options_.delivery.backoff.after(failures, self->env_.random));
    co_await std::move(pausing);
  }
  self->getting_producer_id_ = false;
  self->schedule();
}

Task<Outcome<>> Producer::State::ask_for_producer_id() {
  auto connecting = patience_.wait(cluster_.any_connection(now() + slice));
  CO_TRY_ASSIGN(asked_for_producer_id_, co_await std::move(connecting));
  wire::InitProducerIdRequest request;
  request.transactional_id = wire::Str::null();
  request.transaction_timeout_ms = INT32_MAX;
  auto calling =
      patience_.wait(asked_for_producer_id_->call<wire::InitProducerIdResponse>(request));
  const auto answer = co_await std::move(calling);
  asked_for_producer_id_.reset();
  if (!answer) co_return std::unexpected(Failure(answer.error()));
  const auto error = static_cast<wire::ErrorCode>((*answer)->error_code);
  if (error != wire::ErrorCode::none) co_return fail(error, "InitProducerId");
  sender_.producer_id_is((*answer)->producer_id, (*answer)->producer_epoch);
  co_return Outcome<>{};
}

// The request is encoded before the first suspension: the batches are not looked at later.
Task<> Producer::State::carry(std::shared_ptr<State> self, ProduceCall call) {
  const Cluster::Connection connection = self->connections_.at(call.broker);
  const std::int16_t acks = self->options_.delivery.acks;
  const ProduceExchange exchange(call, self->topics_, acks,
                                 self->cluster_.options().connection.request_timeout);
  if (acks == 0) {
    auto telling = connection->tell(exchange.request());
    const Result<> told = co_await std::move(telling);
    if (told) {
      self->sender_.answered(call.id, exchange.unanswered(), self->now());
    } else {
      self->lost(call, connection, told.error());
    }
  } else {
    auto calling = connection->call<wire::ProduceResponse>(exchange.request());
    const auto answer = co_await std::move(calling);
    if (answer) {
      self->sender_.answered(call.id, exchange.results(**answer), self->now());
      self->cluster_.learn(exchange.leader_hints(**answer));  // turn() looks at the view
      if (const auto throttle = (*answer)->throttle_time_ms; throttle > 0) {
        self->throttled_until_[call.broker] = self->now() + std::chrono::milliseconds(throttle);
        self->sender_.set_connected(call.broker, false);
      }
    } else {
      self->lost(call, connection, answer.error());
    }
  }
  self->schedule();
}

void Producer::State::lost(const ProduceCall& call, const Cluster::Connection& connection,
                           const Error& error) {
  // These say that the request was not put into bytes.
  const bool is_unsent = error.code == Errc::unsupported || error.code == Errc::too_large ||
                         error.code == Errc::invalid;
  if (const auto known = connections_.find(call.broker);
      known != connections_.end() && known->second == connection && !connection->is_open()) {
    connections_.erase(known);
    sender_.set_connected(call.broker, false);
  }
  sender_.lost(call.id, Error{error.code, fmt::format("broker {}: {}", call.broker, error.what)},
               !is_unsent, now());
}

}  // namespace weir::client
