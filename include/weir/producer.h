#pragma once
// Producer: hands records to a cluster. By default idempotent and acknowledged by all in-sync
// replicas: each record is written once, and in the order in which one thread sent it to its
// partition.
//
//   auto sent = producer->send({.topic = "orders", .key = "o-17", .value = "..."}).get();
//
// Every record ends in exactly one outcome: Delivered, or a Failure whose may_be_written() says
// whether it may be in the log all the same.
//
// All calls may be made by any thread at the same time. A call copies the record's bytes before it
// returns, unless Record::owner shares them. send() and post() wait for room for up to max.block.ms
// when records come faster than they go; inside of a callback on the client's own thread they never
// wait, and take the record. A record whose topic is not known yet waits without the caller.
//
// The destructor waits for nothing: what is not delivered by then ends with `closed`. close()
// waits.

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/api.h"
#include "weir/bytes.h"
#include "weir/client.h"
#include "weir/failure.h"
#include "weir/future.h"
#include "weir/statistics.h"
#include "weir/time.h"

namespace weir {

// Views: copied by the call that takes the record.
struct Record {
  std::string_view topic{};
  std::optional<std::int32_t> partition{};  // absent: by the key, or where it suits
  BytesView key{};
  BytesView value{};  // null: a tombstone
  std::vector<Header> headers{};
  std::optional<Timestamp> timestamp{};  // absent: now
  // Keeps key, value and the headers' bytes alive until the record has been taken into a batch:
  // then they are not copied by the call. The topic always is.
  std::shared_ptr<const void> owner{};
};

struct Delivered {
  std::int32_t partition = 0;
  // -1: not known, with acks=0, or when the answer to a first attempt was lost.
  std::int64_t offset = -1;
  Timestamp timestamp{};  // the record's, or the log's where the topic says LogAppendTime
};

enum class Acks : std::int8_t { all = -1, none = 0, leader = 1 };
enum class Codec : std::uint8_t { none, gzip, snappy, lz4, zstd };

// By the key's hash as Java's client does it (murmur2) or librdkafka (crc32); records without a key
// stick to a partition for a batch. `sticky` does not look at keys.
enum class Partitioner : std::uint8_t { murmur2, crc32, sticky };
// A rule of one's own: below `partition_count`, or nothing for the sticky partition. Runs on the
// client's own thread.
using OwnPartitioner = std::function<std::optional<std::int32_t>(
    std::string_view topic, BytesView key, std::int32_t partition_count)>;

// What is absent is what the client's properties say, else Kafka's default (but of the batch size).
struct ProducerOptions {
  std::optional<Acks> acks{};                                   // all
  std::optional<bool> idempotence{};                            // enable.idempotence, true
  std::optional<Codec> compression{};                           // none
  std::optional<int> compression_level{};                       // the codec's own
  std::optional<std::size_t> batch_size{};                      // bytes, 65536
  std::optional<std::chrono::milliseconds> linger{};            // 5 ms
  std::optional<std::size_t> buffer_memory{};                   // bytes, 32 MiB
  std::optional<std::size_t> request_size_max{};                // bytes, 1 MiB
  std::optional<std::chrono::milliseconds> block_max{};         // max.block.ms, 60 s
  std::optional<std::chrono::milliseconds> delivery_timeout{};  // 2 min
  std::optional<int> in_flight_max{};                           // requests of a connection, 5
  std::optional<Partitioner> partitioner{};                     // murmur2
  OwnPartitioner own_partitioner{};
  // Bytes on their way from the callers to the client's thread, beside buffer_memory.
  std::size_t hand_over_bytes = std::size_t{1} << 20;
  Properties properties{};  // win over the fields above
};

using OnDelivery = std::move_only_function<void(const std::expected<Delivered, Failure>&)>;

class WEIR_API Producer {
 public:
  Producer(Producer&&) noexcept;
  Producer& operator=(Producer&&) noexcept;
  ~Producer();

  // The future has the outcome, also when the record could not be taken.
  Future<Delivered> send(const Record& record);
  // `done` is called exactly once, where ClientOptions::executor says.
  void send(const Record& record, OnDelivery done);
  // Nobody asks for the outcome; a failure goes to ClientOptions::on_error. Failure: the record was
  // not even taken.
  std::expected<void, Failure> post(const Record& record);
  // Never waits. Failure: `done` was not taken; timed_out when there is just no room right now.
  std::expected<void, Failure> try_send(const Record& record, OnDelivery& done);

  // Sends what was handed over before without waiting for linger.ms; the future is there when each
  // of these records has ended. Failure: timed_out.
  Future<> flush(std::chrono::milliseconds timeout);
  Future<> flush();  // within delivery.timeout.ms and max.block.ms
  // Ends what waits with `closed`; what is in flight too, which then may have been written.
  Future<> purge(bool in_flight_too = true);
  // No more records are taken. What was taken is delivered within `timeout` or ends with `closed`;
  // the future is there when each record has ended. Failure: timed_out (not all were delivered).
  Future<> close(std::chrono::milliseconds timeout);

  ProducerStatistics statistics() const;

  class Impl;
  explicit Producer(std::shared_ptr<Impl> impl);  // for the library itself

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace weir
