#include "sim/node/durable_log.h"

#include <fmt/format.h>

#include <charconv>

#include "wire/record/batch.h"

namespace weir::sim {
namespace {

constexpr std::string_view log_suffix = ".log";

Offset base_of(std::string_view name) {
  Offset base = 0;
  std::from_chars(name.data(), name.data() + name.size(), base);
  return base;
}

// The last segment whose base offset is not above `offset`; empty: there is none.
std::string segment_of(const std::vector<std::string>& sorted_names, Offset offset) {
  std::string found;
  for (const std::string& name : sorted_names) {
    if (name.ends_with(log_suffix) && base_of(name) <= offset) found = name;
  }
  return found;
}

// The batch with `offset`; empty: there is none. What lies behind it may be anything.
Bytes batch_with(Bytes segment, Offset offset) {
  while (segment.size() >= wire::batch_overhead) {
    const auto size = wire::batch_size_at(segment);
    if (!size || *size > segment.size()) break;
    const Bytes whole = segment.first(*size);
    const auto batch = wire::read_batch(whole);
    if (!batch) break;
    if (batch->last_offset() >= offset) return whole;
    segment = segment.subspan(*size);
  }
  return {};
}

}  // namespace

bool DurableLog::holds(const TopicPartition& at, Offset first,
                       std::span<const std::string> values) const {
  const std::string folder = fmt::format("{}/{}-{}", directory_, at.topic, at.partition);
  const std::string segment = segment_of(disk_.durable_names(folder), first);
  const auto content = disk_.durable_content(folder + "/" + segment);
  if (segment.empty() || !content) return false;
  const auto records = records_in(batch_with(as_bytes(*content), first), first);
  if (!records || records->size() < values.size()) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const FetchedRecord expected{first + static_cast<Offset>(i), values[i]};
    if ((*records)[i] != expected) return false;
  }
  return true;
}

Offset DurableLog::end(const TopicPartition& at) const {
  const std::string folder = fmt::format("{}/{}-{}", directory_, at.topic, at.partition);
  Offset next = 0;
  for (const std::string& name : disk_.durable_names(folder)) {
    if (!name.ends_with(log_suffix) || base_of(name) != next) continue;
    const auto content = disk_.durable_content(folder + "/" + name);
    for (Bytes left = content ? as_bytes(*content) : Bytes{};;) {
      const Bytes batch = batch_with(left, next);
      const auto read = wire::read_batch(batch);
      if (!read || !read->crc_is_good() || read->base_offset() != next) break;
      next = read->last_offset() + 1;
      left = left.subspan(static_cast<std::size_t>(batch.data() - left.data()) + batch.size());
    }
  }
  return next;
}

}  // namespace weir::sim
