#include "app/clientlib/hand_over.h"

#include <utility>

namespace weir::clientlib {
namespace {

std::size_t size_of(const Record& record) {
  std::size_t size = record.key.size() + record.value.size();
  for (const Header& each : record.headers) size += each.name.size() + each.value.size();
  return size;
}

// What a record costs on its way beside its bytes.
constexpr std::size_t item_size = sizeof(HandOver::Item);

}  // namespace

wire::Blob inner_of(BytesView bytes) {
  return bytes.is_null() ? wire::Blob::null() : wire::Blob(bytes.bytes());
}

HandOver::Taken HandOver::put(const Record& record, Teller teller, OnDelivery& done,
                              std::chrono::steady_clock::time_point until) {
  const std::size_t size = size_of(record);
  const std::size_t cost = size + item_size;
  std::unique_lock lock(mutex_);
  const auto has_room = [&] { return is_closed_ || under_way_ == 0 || under_way_ + cost <= room_; };
  std::chrono::nanoseconds waited{};
  if (!has_room()) {
    const auto begin = std::chrono::steady_clock::now();
    ++waiting_;
    const bool came = room_came_.wait_until(lock, until, has_room);
    --waiting_;
    if (!came) return Taken::no_room;
    waited = std::chrono::steady_clock::now() - begin;
  }
  const Taken taken = add(record, teller, done, size);
  if (taken != Taken::is_closed) filling_->items.back().waited = waited;
  return taken;
}

HandOver::Taken HandOver::put_always(const Record& record, Teller teller, OnDelivery& done) {
  const std::size_t size = size_of(record);
  const std::lock_guard lock(mutex_);
  return add(record, teller, done, size);
}

HandOver::Taken HandOver::add(const Record& record, Teller teller, OnDelivery& done,
                              std::size_t size) {
  if (is_closed_) return Taken::is_closed;
  Chunk& chunk = *filling_;
  const bool is_shared = record.owner != nullptr;
  const auto keep = [&](BytesView bytes) {
    const wire::Blob inner = inner_of(bytes);
    return is_shared || inner.is_null() ? inner : chunk.bytes.copy(inner.view());
  };
  Item& item = chunk.items.emplace_back();
  item.record.topic = chunk.bytes.copy(record.topic).view();
  item.record.partition = record.partition;
  if (record.timestamp) item.record.timestamp = record.timestamp->time_since_epoch().count();
  item.record.key = keep(record.key);
  item.record.value = keep(record.value);
  if (!record.headers.empty()) {
    const auto headers = chunk.bytes.array<wire::RecordHeader>(record.headers.size());
    for (std::size_t i = 0; i < headers.size(); ++i) {
      const std::string_view name = record.headers[i].name;
      headers[i] = {is_shared ? name : chunk.bytes.copy(name).view(),
                    keep(record.headers[i].value)};
    }
    item.record.headers = {headers.data(), headers.size()};
  }
  item.teller = teller;
  item.done = std::move(done);
  item.owner = record.owner;

  chunk.size += size + item_size;
  under_way_ += size + item_size;
  ++records_;
  bytes_ += size;
  return chunk.items.size() == 1 ? Taken::first : Taken::yes;
}

HandOver::ChunkPtr HandOver::take() {
  const std::lock_guard lock(mutex_);
  if (filling_->items.empty()) return nullptr;
  ++chunks_;
  ChunkPtr next = spare_ ? std::move(spare_) : std::make_unique<Chunk>();
  return std::exchange(filling_, std::move(next));
}

void HandOver::give_back(ChunkPtr chunk) {
  const std::size_t size = std::exchange(chunk->size, 0);
  chunk->items.clear();
  chunk->bytes.clear();
  {
    const std::lock_guard lock(mutex_);
    under_way_ -= size;
    if (!spare_) spare_ = std::move(chunk);
  }
  room_came_.notify_all();
}

void HandOver::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  room_came_.notify_all();
}

std::uint64_t HandOver::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::uint64_t HandOver::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::uint64_t HandOver::chunks() const {
  const std::lock_guard lock(mutex_);
  return chunks_;
}

std::size_t HandOver::waiting_threads() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

}  // namespace weir::clientlib
