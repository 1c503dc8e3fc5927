#pragma once
// ProducerCore: a producer on the engine's thread, fed by what callers hand over.
//
// A record that cannot be taken at once (its topic is not known yet, or buffer.memory is used up)
// waits in a task of its own, which keeps the chunk that it came in; so callers meet
// HandOver's bound when the producer meets its own.

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <set>

#include "app/clientlib/engine.h"
#include "app/clientlib/hand_over.h"
#include "app/clientlib/promise.h"
#include "app/clientlib/slots.h"
#include "client/properties.h"

namespace weir::clientlib {

// Made by any thread; every task keeps it alive.
class ProducerCore final : public std::enable_shared_from_this<ProducerCore>,
                           public StatisticsSource {
 public:
  ProducerCore(Engine& engine, const client::ClientConfig& config, std::size_t hand_over_bytes);

  // --- any thread ---
  HandOver& records() { return records_; }
  // For how long callers wait for room.
  std::chrono::milliseconds block_max() const { return block_max_; }
  std::chrono::nanoseconds delivery_time_max() const { return delivery_time_max_; }
  ProducerStatistics statistics() const;

  // --- on the engine's thread ---
  void start();
  void drain();
  void purge(bool in_flight_too, Promise<> promise);
  static Task<> flush(std::shared_ptr<ProducerCore> self, Promise<> promise,
                      std::chrono::nanoseconds timeout);
  static Task<> close(std::shared_ptr<ProducerCore> self, Promise<> promise,
                      std::chrono::nanoseconds timeout);
  // Ends everything at once.
  static Task<> retire(std::shared_ptr<ProducerCore> self);
  void add_to(Statistics& statistics) const override;

 private:
  using Held = std::shared_ptr<HandOver::Chunk>;  // gives the chunk back
  client::OnDelivery receipt_of(HandOver::Item& item);
  static Task<> take_late(std::shared_ptr<ProducerCore> self, Held chunk,
                          const HandOver::Item& item, client::OnDelivery done,
                          std::uint64_t ticket);
  Task<client::Outcome<>> flush_until(env::Instant deadline);
  env::Instant deadline_in(std::chrono::nanoseconds timeout) const;
  void count(const client::Delivery& delivery);
  static Task<> end(std::shared_ptr<ProducerCore> self);
  static Task<> end_producer(std::shared_ptr<ProducerCore> self);
  void call_ended();

  Engine& engine_;
  HandOver records_;
  client::ClusterOptions cluster_options_;
  client::ProducerOptions options_;
  const std::chrono::milliseconds block_max_;
  const std::chrono::nanoseconds delivery_time_max_;
  Slots<OnDelivery> told_;  // those who are told what becomes of a record
  std::optional<client::Cluster> cluster_;
  std::optional<client::Producer> producer_;
  std::optional<Signal> changed_;  // waiting_, calls_
  std::set<std::uint64_t> waiting_;
  std::uint64_t last_ticket_ = 0;
  std::size_t calls_ = 0;
  bool is_ended_ = false;
  std::atomic<std::uint64_t> delivered_{0}, failed_{0}, buffered_{0};
};

}  // namespace weir::clientlib
