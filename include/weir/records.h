#pragma once
// What a consumer was given: records of one poll, read in place.
//
//   for (const weir::ReceivedRecord& record : *records) use(record.key.text(), record.value);
//
// Records shares the bytes that its records point to: they are valid as long as it, a copy of it,
// or what share() gave lives. Copying it is cheap, and any thread may read it.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "weir/api.h"
#include "weir/bytes.h"
#include "weir/time.h"
#include "weir/topic_partition.h"

namespace weir {

// The headers of a record in the order in which they were written; a name may be there many times.
class WEIR_API Headers {
 public:
  class WEIR_API Iterator {
   public:
    using value_type = Header;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    const Header& operator*() const { return header_; }
    const Header* operator->() const { return &header_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return left_ == 0; }

   private:
    friend class Headers;
    Iterator(std::span<const std::byte> bytes, std::int32_t left) : rest_(bytes), left_(left) {
      read();
    }
    void read();
    std::span<const std::byte> rest_;  // behind this one
    std::int32_t left_ = 0;            // this one counted
    Header header_;
  };

  Headers() = default;
  // For the library itself: well-formed bytes as Kafka encodes headers.
  Headers(std::span<const std::byte> bytes, std::int32_t count) : bytes_(bytes), count_(count) {}

  Iterator begin() const { return {bytes_, count_}; }
  std::default_sentinel_t end() const { return {}; }
  std::size_t size() const { return static_cast<std::size_t>(count_); }
  bool empty() const { return count_ == 0; }
  // The last one of that name, as Kafka's lastHeader. Absent: there is none.
  std::optional<BytesView> find(std::string_view name) const;

 private:
  std::span<const std::byte> bytes_;
  std::int32_t count_ = 0;
};

struct ReceivedRecord {
  std::string_view topic{};
  std::int32_t partition = 0;
  std::int32_t leader_epoch = -1;  // of the leader that wrote it; -1: not known
  std::int64_t offset = -1;
  Timestamp timestamp{};
  bool is_log_append_time = false;  // the timestamp is the broker's, not the producer's
  BytesView key{};
  BytesView value{};  // null: a tombstone
  Headers headers{};

  TopicPartition topic_partition() const { return {std::string(topic), partition}; }
};

class Records {
 public:
  Records() = default;
  // For the library itself.
  Records(std::span<const ReceivedRecord> records, std::shared_ptr<const void> owner)
      : records_(records), owner_(std::move(owner)) {}

  // Those of one partition stand together, in order.
  const ReceivedRecord* begin() const { return records_.data(); }
  const ReceivedRecord* end() const { return records_.data() + records_.size(); }
  std::size_t size() const { return records_.size(); }
  bool empty() const { return records_.empty(); }
  const ReceivedRecord& operator[](std::size_t i) const { return records_[i]; }
  // One record that keeps itself alive.
  std::shared_ptr<const ReceivedRecord> share(std::size_t i) const {
    return {owner_, &records_[i]};
  }

 private:
  std::span<const ReceivedRecord> records_;
  std::shared_ptr<const void> owner_;
};

}  // namespace weir
