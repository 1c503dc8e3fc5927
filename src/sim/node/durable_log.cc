#include "sim/node/durable_log.h"

#include <fmt/format.h>

#include <charconv>

#include "wire/record/batch.h"

namespace weir::sim {
namespace {

constexpr std::string_view log_suffix = ".log";

// The last segment whose base offset is not above `offset`; empty: there is none.
std::string segment_of(const std::vector<std::string>& sorted_names, Offset offset) {
  std::string found;
  for (const std::string& name : sorted_names) {
    Offset base = 0;
    if (!name.ends_with(log_suffix)) continue;
    std::from_chars(name.data(), name.data() + name.size(), base);
    if (base <= offset) found = name;
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

}  // namespace weir::sim
