#pragma once
// HandOver: records on their way from the callers' threads to the engine's. A caller copies its
// record into the chunk that is being filled; the engine's thread takes the whole chunk, so that
// threads meet once a burst and not once a record.
//
// At most `room` bytes are under way, those counted whose chunk has not come back; a single record
// is taken however large it is. Every member may be called by any thread.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "client/producer/record.h"
#include "weir/producer.h"
#include "wire/codec/arena.h"

namespace weir::clientlib {

// Kafka's view of bytes.
wire::Blob inner_of(BytesView bytes);

class HandOver {
 public:
  // Who is told of the outcome.
  enum class Teller : std::uint8_t {
    on_error,  // of a failure
    executor,  // runs `done`
    future,    // `done` completes it
  };
  struct Item {
    client::ProducerRecord record;  // points into the chunk, or to what `owner` keeps
    Teller teller = Teller::on_error;
    OnDelivery done;
    std::shared_ptr<const void> owner;
    std::chrono::nanoseconds waited{};  // for room, by the caller
  };
  struct Chunk {
    wire::Arena bytes;
    std::vector<Item> items;
    std::size_t size = 0;  // bytes that count against the room
  };
  using ChunkPtr = std::unique_ptr<Chunk>;

  enum class Taken : std::uint8_t {
    yes,
    first,      // ... of a chunk: somebody has to take() it
    no_room,    // nor was `done` taken
    is_closed,  // ...
  };

  explicit HandOver(std::size_t room) : room_(room), filling_(std::make_unique<Chunk>()) {}

  // Waits for room until `until`. A time that has passed: not at all.
  Taken put(const Record& record, Teller teller, OnDelivery& done,
            std::chrono::steady_clock::time_point until);
  // ... whether there is room or not.
  Taken put_always(const Record& record, Teller teller, OnDelivery& done);

  ChunkPtr take();  // null: nothing is there
  void give_back(ChunkPtr chunk);
  // No more records are taken. What is there can still be.
  void close();

  std::uint64_t records() const;  // taken since the beginning, and their bytes
  std::uint64_t bytes() const;
  std::uint64_t chunks() const;
  std::size_t waiting_threads() const;  // that wait for room, now

 private:
  Taken add(const Record& record, Teller teller, OnDelivery& done, std::size_t size);

  mutable std::mutex mutex_;
  std::condition_variable room_came_;
  const std::size_t room_;
  ChunkPtr filling_;
  ChunkPtr spare_;
  std::size_t under_way_ = 0;
  std::size_t waiting_ = 0;
  bool is_closed_ = false;
  std::uint64_t records_ = 0, bytes_ = 0, chunks_ = 0;
};

}  // namespace weir::clientlib
