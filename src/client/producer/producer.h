#pragma once
// Producer: takes records and delivers each of them to the end that its OnDelivery tells. The
// driver of accumulator.h and sender.h, which say how records are gathered, ordered and repeated;
// over the brokers of a Cluster, which outlives it.
//
//   Producer producer(cluster, {});
//   auto sending = producer.send({.topic = "t", .value = value});            // awaited
//   const Delivery delivery = co_await std::move(sending);
//   if (!producer.try_post(record, done)) {                                  // with a callback
//     auto posting = producer.post(record, std::move(done));
//     co_await std::move(posting);
//   }
//
// Records of one partition are delivered in the order in which they were taken, and records that
// wait to be taken are taken in the order of the calls, by topic. Lives on one shard. close() is
// awaited before a Producer is destroyed.

#include <chrono>
#include <memory>

#include "base/task.h"
#include "client/cluster/cluster.h"
#include "client/producer/accumulator.h"
#include "client/producer/record.h"
#include "client/producer/sender.h"
#include "client/producer/topic_table.h"

namespace weir::client {

struct ProducerOptions {
  AccumulatorOptions batches;
  SenderOptions delivery;
  PartitionOptions partitions;
  std::chrono::milliseconds block_max{60'000};  // max.block.ms
};

class Producer {
 public:
  Producer(Cluster& cluster, ProducerOptions options);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Takes the record at once, or answers false: its topic is not known yet or buffer.memory is used
  // up. `done` is moved from when the record is taken; nothing asks for the outcome when it is
  // empty. A record that can never be taken (too large, no such topic, closed) ends at once.
  bool try_post(const ProducerRecord& record, OnDelivery& done);
  // Ends when the record has been taken, or has ended: after max.block.ms at the latest. What the
  // record points to stays valid that long.
  Task<> post(ProducerRecord record, OnDelivery done, env::Duration waited = {});
  // ... and with its outcome.
  Task<Delivery> send(ProducerRecord record);

  // Sends what has been taken without linger.ms, and ends when each `done` of it was called.
  // Failure: timed_out.
  Task<Outcome<>> flush(env::Instant deadline);
  // Ends what waits; and what is in flight, which then may have been written.
  void purge(bool in_flight_too);
  // No more records are taken. What was taken is delivered until the deadline, then purged; a
  // deadline that has passed waits for nothing. Connections whose answers are given up are closed.
  Task<> close(env::Instant deadline);

  std::size_t memory_in_use() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace weir::client
