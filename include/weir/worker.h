#pragma once
// Worker: hands each record of some topics to a function of the caller's, many at the same time and
// yet in order by key, until each is done: acknowledged, or rejected and kept in another topic.
//
//   auto worker = client->worker(
//       {.group = "billing", .topics = {"orders"}, .reject_topic = "billing.rejected"},
//       [](const weir::Job& job) {
//         if (job.record->value.is_null()) return weir::Handled::reject("empty");
//         return bill(*job.record) ? weir::Handled::ack() : weir::Handled::retry(30s);
//       });
//   auto ended = worker->run(stop).get();
//
// What becomes of a record:
//   ack      it is done.
//   retry    it is handled again after that time. Until then it is held in memory and blocks the
//            records behind it of the same key (Order), nobody else. At most retries_max records
//            are held: what might become one more is not begun.
//   reject   it is produced to reject_topic, with headers that say where it came from and why
//            (__dlq.errors.topic, .partition, .offset, .group, .delivery.count, .message), as Kafka
//            does (KIP-1191). It is done once that is acknowledged; if it fails it is repeated, and
//            on_error told.
//
// What is committed never passes the lowest record that is not done. After a crash, or when a
// partition goes to another member, records that are not committed are handled again, those that
// were done behind an unfinished one included: at least once.
//
// A handler is a function that returns Handled and may block: it runs by ClientOptions::executor if
// there is one, else on `concurrency` threads of the worker's own. Or one that returns
// Future<Handled> (a coroutine): it begins by the executor, else on the client's own thread, where
// nothing may block; a Future that ends in a Failure counts as retry after failure_backoff. A
// handler must not throw. A coroutine that is a lambda must not capture: its captures may go first.
//
// All calls may be made by any thread at the same time. The destructor waits for no handler; what
// handlers that still run then return counts for nothing.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/api.h"
#include "weir/client.h"
#include "weir/consumer.h"
#include "weir/failure.h"
#include "weir/future.h"
#include "weir/producer.h"
#include "weir/records.h"

namespace weir {

// What a handler says of a record.
class Handled {
 public:
  enum class Kind : std::uint8_t { ack, retry, reject };

  static Handled ack() { return Handled(Kind::ack, {}, {}); }
  static Handled retry(std::chrono::milliseconds after) { return Handled(Kind::retry, after, {}); }
  static Handled reject(std::string why) { return Handled(Kind::reject, {}, std::move(why)); }

  Kind kind() const { return kind_; }
  std::chrono::milliseconds after() const { return after_; }
  const std::string& why() const { return why_; }

 private:
  Handled(Kind kind, std::chrono::milliseconds after, std::string why)
      : kind_(kind), after_(after), why_(std::move(why)) {}
  Kind kind_;
  std::chrono::milliseconds after_;
  std::string why_;
};

struct Job {
  std::shared_ptr<const ReceivedRecord> record{};  // keeps itself alive
  std::uint32_t attempt = 1;  // of this worker; another member that gets the record begins with 1
};

class Handler {
 public:
  template <class F>
    requires std::invocable<F&, const Job&>
  Handler(F handle) {
    if constexpr (std::is_same_v<std::invoke_result_t<F&, const Job&>, Handled>) {
      blocks_ = true;
      handle_ = [handle = std::move(handle)](const Job& job) mutable {
        return Future<Handled>::ready(handle(job));
      };
    } else {
      handle_ = std::move(handle);
    }
  }
  bool may_block() const { return blocks_; }
  // The job can be referred to until the Future is there.
  Future<Handled> operator()(const Job& job) const { return handle_(job); }

 private:
  std::function<Future<Handled>(const Job&)> handle_;
  bool blocks_ = false;
};

// Which records are handled one after the other: those of one partition with the same key (those
// without a key in any order), all of one partition, or none.
enum class Order : std::uint8_t { key, partition, none };

struct WorkerOptions {
  std::string group{};                // required
  std::vector<std::string> topics{};  // required
  std::string reject_topic{};         // required, and none of `topics`
  Order order = Order::key;
  std::size_t concurrency = 16;     // handlers that run at the same time
  std::size_t retries_max = 1'000;  // records that are held for a retry
  // Records taken from the topics and not done; beyond it no more are fetched for a while.
  std::size_t records_max = 10'000;
  std::size_t bytes_max = std::size_t{64} << 20;
  std::chrono::milliseconds failure_backoff{1'000};
  // How long handlers that run are waited for when the worker stops or a partition is given up, so
  // that what they do can be committed.
  std::chrono::milliseconds drain_time{5'000};
  ConsumerOptions consumer;    // group, auto_commit, finishes_by_hand and listener are not used
  ProducerOptions producer{};  // of what is rejected
};

struct WorkerStatistics {
  std::uint64_t acknowledged = 0;
  std::uint64_t retried = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unfinished = 0;  // now, taken and not done
  std::uint64_t held = 0;        // now, for a retry
};

class WEIR_API Worker {
 public:
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;
  ~Worker();

  // Works until a stop is asked for, which waits for what runs (drain_time), commits and leaves the
  // group. Failures: what no repetition heals (not authorized, fenced, a damaged batch): then it
  // has stopped as well; that of the last commit; invalid: it was run before.
  Future<> run(std::stop_token stop = {});

  WorkerStatistics statistics() const;

  class Impl;
  explicit Worker(std::shared_ptr<Impl> impl);  // for the library itself

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace weir
