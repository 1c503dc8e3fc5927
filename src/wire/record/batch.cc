#include "wire/record/batch.h"

#include <isa-l.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/steps.h"

namespace weir::wire {
namespace {

constexpr std::size_t crc_position = 17;
constexpr std::size_t attributes_position = 21;  // the CRC covers all from here
constexpr std::size_t max_timestamp_position = 35;
constexpr std::size_t producer_id_position = 43;
constexpr std::size_t producer_epoch_position = 51;
constexpr std::size_t base_sequence_position = 53;
constexpr int attributes_known = 0x7f;  // what Kafka keeps when it writes the attributes anew

void restamp_crc(MutableBytes batch) {
  store_be(batch.data() + crc_position, crc32c(batch.subspan(attributes_position)));
}

}  // namespace

Sequence BatchView::last_sequence() const {
  const auto first = base_sequence();
  if (first < 0) return no_sequence;
  return sequence_after(first, last_offset_delta());
}

bool BatchView::crc_is_good() const { return crc() == crc32c(data_.subspan(attributes_position)); }

Sequence sequence_after(Sequence sequence, std::int32_t increment) {
  // 2^31-1 is followed by 0; the sum is done in 64 bits, so that a hostile delta cannot overflow.
  constexpr auto values = std::int64_t{std::numeric_limits<Sequence>::max()} + 1;
  const auto sum = (std::int64_t{sequence} + increment) % values;
  return static_cast<Sequence>(sum < 0 ? sum + values : sum);
}

Result<std::size_t> batch_size_at(Bytes front) {
  if (front.size() < batch_overhead) {
    return fail(Errc::corrupt, "record batch is cut short in its first 12 bytes", front.size());
  }
  const auto length = load_be<std::int32_t>(front.data() + 8);
  if (length < static_cast<std::int32_t>(batch_header_size - batch_overhead)) {
    return fail(Errc::corrupt,
                "record batch has length " + std::to_string(length) + ", less than its own header");
  }
  return batch_overhead + static_cast<std::size_t>(length);
}

Result<BatchView> read_batch(Bytes bytes) {
  count_steps();
  TRY_ASSIGN(const auto size, batch_size_at(bytes));
  if (bytes.size() < size) {
    return fail(Errc::corrupt, "record batch of " + std::to_string(size) + " bytes is cut short",
                bytes.size());
  }
  const BatchView batch(bytes.first(size));
  if (batch.magic() != batch_magic) {
    return fail(Errc::corrupt, "record batch has magic " + std::to_string(batch.magic()));
  }
  return batch;
}

void set_base_offset(MutableBytes batch, Offset base_offset) {
  store_be(batch.data(), base_offset);
}

void set_leader_epoch(MutableBytes batch, LeaderEpoch epoch) {
  store_be(batch.data() + batch_overhead, epoch);
}

void set_log_append_time(MutableBytes batch, TimestampMs now) {
  const auto attributes = load_be<std::int16_t>(batch.data() + attributes_position);
  store_be(batch.data() + attributes_position,
           static_cast<std::int16_t>((attributes & attributes_known) | attribute_log_append_time));
  store_be(batch.data() + max_timestamp_position, now);
  restamp_crc(batch);
}

void set_max_timestamp(MutableBytes batch, TimestampMs max_timestamp) {
  const auto attributes = load_be<std::int16_t>(batch.data() + attributes_position);
  store_be(batch.data() + attributes_position,
           static_cast<std::int16_t>(attributes & attributes_known & ~attribute_log_append_time));
  store_be(batch.data() + max_timestamp_position, max_timestamp);
  restamp_crc(batch);
}

void set_identity(MutableBytes batch, const BatchIdentity& identity) {
  store_be(batch.data() + producer_id_position, identity.producer_id);
  store_be(batch.data() + producer_epoch_position, identity.producer_epoch);
  store_be(batch.data() + base_sequence_position, identity.base_sequence);
  restamp_crc(batch);
}

std::uint32_t crc32c(Bytes bytes, std::uint32_t seed) {
  // ISA-L works on the register itself; CRC-32C inverts it before and after. Its length is an int.
  auto state = ~seed;
  while (!bytes.empty()) {
    constexpr std::size_t piece_max = std::size_t{1} << 30;
    const auto piece = bytes.first(std::min(bytes.size(), piece_max));
    auto* data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(piece.data()));
    state = crc32_iscsi(data, static_cast<int>(piece.size()), state);
    bytes = bytes.subspan(piece.size());
  }
  return ~state;
}

}  // namespace weir::wire
