#include "client/producer/accumulator.h"

#include <algorithm>

#include "base/check.h"
#include "wire/record/record.h"

namespace weir::client {

Accumulator::Accumulator(AccumulatorOptions options) : options_(options) {
  // A batch goes in one request: it may not grow beyond max.request.size either.
  const std::size_t most = std::min(options_.buffer_memory, options_.request_size_max);
  options_.batch_size = std::max(wire::batch_header_size, std::min(options_.batch_size, most));
}

PartitionSlot Accumulator::add_partition() {
  queues_.emplace_back();
  return static_cast<PartitionSlot>(queues_.size() - 1);
}

std::size_t Accumulator::size_alone(const wire::NewRecord& record) {
  return wire::batch_header_size + wire::record_size(0, 0, record);
}

Appended Accumulator::append(PartitionSlot slot, const wire::NewRecord& record, OnDelivery& done,
                             env::Instant now) {
  Queue& queue = queues_[slot];
  if (Batch* open = queue.open) {
    const std::size_t before = open->open.size();
    const std::size_t after = open->open.size_with(record);
    if (after <= options_.batch_size) {
      add(*open, record, done);
      // Another record like this one would not fit.
      if (after + (after - before) <= options_.batch_size) return Appended::joined;
      queue.open = nullptr;
      return Appended::completed;
    }
  }
  const std::size_t size = size_alone(record);
  const std::size_t capacity = std::max(options_.batch_size, size);
  if (size > options_.request_size_max || capacity > options_.buffer_memory) {
    return Appended::too_large;
  }
  const bool completes = std::exchange(queue.open, nullptr) != nullptr;
  if (reserved_ + capacity > options_.buffer_memory) return Appended::no_memory;
  BatchPtr batch = make(capacity, now, generation_);
  add(*batch, record, done);
  if (options_.linger_adapts && queue.last_count <= 1) batch->due = now;
  const bool is_full = 2 * size - wire::batch_header_size > options_.batch_size;
  if (!is_full) queue.open = batch.get();
  queue.batches.push_back(std::move(batch));
  return completes || is_full ? Appended::completed : Appended::began;
}

void Accumulator::add(Batch& batch, const wire::NewRecord& record, OnDelivery& done) {
  if (done) batch.receipts.push_back({batch.open.count(), record.timestamp, std::move(done)});
  batch.open.add(record);
}

BatchPtr Accumulator::make(std::size_t capacity, env::Instant now, std::uint64_t generation) {
  BatchPtr batch;
  if (spare_.empty()) {
    batch = std::make_unique<Batch>();
  } else {
    batch = std::move(spare_.back());
    spare_.pop_back();
  }
  if (!spare_receipts_.empty()) {
    batch->receipts = std::move(spare_receipts_.back());
    spare_receipts_.pop_back();
  }
  batch->open.clear({}, memory_of(capacity));
  batch->reserved = capacity;
  batch->created = now;
  batch->due = now + options_.linger;
  batch->generation = generation;
  ++untold_[generation];
  reserved_ += capacity;
  return batch;
}

std::vector<std::byte> Accumulator::memory_of(std::size_t capacity) {
  std::vector<std::byte> memory;
  if (capacity == options_.batch_size && !spare_memory_.empty()) {
    memory = std::move(spare_memory_.back());
    spare_memory_.pop_back();
  } else if (capacity > options_.batch_size) {
    const std::size_t kept = spare_memory_.size() * options_.batch_size;
    if (reserved_ + kept + capacity > options_.buffer_memory) spare_memory_.clear();
  }
  memory.reserve(capacity);
  return memory;
}

void Accumulator::keep(std::vector<std::byte> memory) {
  const std::size_t kept = (spare_memory_.size() + 1) * options_.batch_size;
  const bool is_usual =
      memory.capacity() >= options_.batch_size && memory.capacity() <= 2 * options_.batch_size;
  if (is_usual && reserved_ + kept <= options_.buffer_memory) {
    spare_memory_.push_back(std::move(memory));
  }
}

bool Accumulator::is_ready(PartitionSlot slot, env::Instant now) const {
  const Queue& queue = queues_[slot];
  if (queue.batches.empty()) return false;
  const Batch* front = queue.batches.front().get();
  return front != queue.open || flushes_ > 0 || starving_ || front->due <= now;
}

env::Instant Accumulator::ready_at(PartitionSlot slot) const {
  const Queue& queue = queues_[slot];
  const Batch* front = queue.batches.front().get();
  const bool is_ready = front != queue.open || flushes_ > 0 || starving_;
  return is_ready ? front->created : front->due;
}

env::Instant Accumulator::created_at(PartitionSlot slot) const {
  return queues_[slot].batches.front()->created;
}

std::size_t Accumulator::front_size(PartitionSlot slot) const {
  return queues_[slot].batches.front()->open.size();
}

BatchPtr Accumulator::take(PartitionSlot slot) {
  Queue& queue = queues_[slot];
  BatchPtr batch = std::move(queue.batches.front());
  queue.batches.pop_front();
  if (queue.open == batch.get()) queue.open = nullptr;
  queue.last_count = batch->open.count();
  close(*batch);
  return batch;
}

void Accumulator::close(Batch& batch) {
  batch.count = batch.open.count();
  if (options_.compression.codec != wire::Codec::none) {
    std::vector<std::byte> compressed;
    if (batch.reserved == options_.batch_size) compressed = memory_of(options_.batch_size);
    compressed.clear();
    if (batch.open.build_to(compression_, options_.compression, compressed)) {
      batch.bytes = std::move(compressed);
      keep(batch.open.take());
      return;
    }
  }
  batch.bytes = batch.open.take();
}

void Accumulator::end(Batch& batch) {
  CHECK(!batch.is_over, "a batch ends once");
  batch.is_over = true;
  reserved_ -= batch.reserved;
  keep(std::exchange(batch.bytes, {}));
}

void Accumulator::recycle(BatchPtr batch) {
  CHECK(batch->is_over, "a batch has ended before it is used again");
  if (spare_.size() >= options_.buffer_memory / options_.batch_size) return;
  batch->receipts.clear();
  batch->count = 0;
  batch->identity = {};
  batch->in_doubt = batch->denied = batch->was_cut = batch->is_over = false;
  batch->attempts = 0;
  spare_.push_back(std::move(batch));
}

void Accumulator::told(std::uint64_t generation, std::vector<Receipt> receipts) {
  const auto untold = untold_.find(generation);
  CHECK(untold != untold_.end(), "a batch is told once");
  if (--untold->second == 0) untold_.erase(untold);
  if (receipts.capacity() == 0 || spare_receipts_.size() >= spare_.size() + 64) return;
  receipts.clear();
  spare_receipts_.push_back(std::move(receipts));
}

std::pair<BatchPtr, BatchPtr> Accumulator::split(Batch& batch) {
  const wire::BatchView view(batch.bytes);
  std::vector<std::byte> storage;
  const auto records = wire::decompressed_records(compression_, view, INT32_MAX, storage);
  CHECK(records.has_value(), "a batch of our own can be read");
  wire::RecordIterator iterator(view, *records);
  const std::int32_t half = batch.count / 2;
  CHECK(half > 0, "a batch of one record cannot be split");
  const std::size_t capacity = wire::batch_header_size + records->size();
  std::pair parts{make(capacity, batch.created, batch.generation),
                  make(capacity, batch.created, batch.generation)};
  for (std::int32_t index = 0; index < batch.count; ++index) {
    wire::Record record;
    CHECK(iterator.next(record).value_or(false), "a batch of our own holds what it counts");
    wire::BatchBuilder& part = index < half ? parts.first->open : parts.second->open;
    part.add_at(part.next_offset(), record);
  }
  for (Receipt& receipt : batch.receipts) {
    const bool is_first = receipt.index < half;
    if (!is_first) receipt.index -= half;
    (is_first ? parts.first : parts.second)->receipts.push_back(std::move(receipt));
  }
  close(*parts.first);
  close(*parts.second);
  end(batch);
  told(batch.generation, std::exchange(batch.receipts, {}));
  return parts;
}

std::uint64_t Accumulator::flush_began() {
  ++flushes_;
  return generation_++;
}

void Accumulator::flush_ended() {
  CHECK(flushes_ > 0);
  --flushes_;
}

bool Accumulator::is_flushed(std::uint64_t flush) const {
  return untold_.empty() || untold_.begin()->first > flush;
}

}  // namespace weir::client
