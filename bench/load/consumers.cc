#include "load/consumers.h"

#include "wire/record/batch.h"

namespace weir::bench {

Result<Consumers> Consumers::open(const LapSettings& lap, Poller& poller, std::uint32_t first_tag,
                                  const std::vector<Offset>& begins, std::vector<Offset> ends) {
  Consumers all;
  all.lap_ = lap;
  all.first_tag_ = first_tag;
  all.begins_ = begins;
  all.positions_ = begins;
  all.ends_ = std::move(ends);
  for (std::int32_t i = 0; i < lap.connections; ++i) {
    TRY_ASSIGN(Descriptor fd, connect_to(lap.broker));
    const std::uint32_t tag = first_tag + static_cast<std::uint32_t>(i);
    all.links_.push_back(std::make_unique<Link>(std::move(fd), poller, tag));
  }
  for (std::int32_t p = 0; p < lap.partitions; ++p) {
    all.links_[static_cast<std::size_t>(p) % all.links_.size()]->partitions.push_back(p);
  }
  return all;
}

Result<> Consumers::begin() {
  for (auto& link : links_) TRY(ask(*link));
  return {};
}

Result<> Consumers::ask(Link& link) {
  if (lap_.bytes > 0 && bytes_ >= static_cast<std::uint64_t>(lap_.bytes)) return {};
  std::vector<FetchPosition> wanted;
  for (const PartitionIndex partition : link.partitions) {
    const auto p = static_cast<std::size_t>(partition);
    if (ends_.empty() || positions_[p] < ends_[p]) wanted.push_back({partition, positions_[p]});
  }
  if (wanted.empty()) return {};
  TRY_ASSIGN(link.request, fetch_frame(lap_.topic, wanted, lap_.fetch));
  link.channel.out().refer(link.request);
  ++fetching_;
  return link.channel.flush();
}

Result<> Consumers::on(const epoll_event& event) {
  Link& link = *links_[tag_of(event) - first_tag_];
  if (is_writable(event)) TRY(link.channel.flush());
  if (!is_readable(event)) return {};
  TRY(link.channel.receive());
  TRY_ASSIGN(const auto frame, link.channel.next_frame());
  if (!frame) return {};
  TRY_ASSIGN(const auto all, read_fetched(*frame, arena_));
  for (const Fetched& fetched : all) TRY(take(fetched));
  ++answered_;
  --fetching_;
  return ask(link);
}

Result<> Consumers::take(const Fetched& fetched) {
  const Nanos now = monotonic_now();
  const auto p = static_cast<std::size_t>(fetched.partition);
  if (p >= positions_.size()) return fail(Errc::corrupt, "a partition that nobody asked for");
  Bytes left = fetched.records;
  while (left.size() > wire::batch_overhead) {
    TRY_ASSIGN(const std::size_t size, wire::batch_size_at(left));
    if (size > left.size()) break;
    TRY_ASSIGN(const std::size_t taken, take_batch(fetched.partition, left, now));
    left = left.subspan(taken);
  }
  if (left.size() == fetched.records.size() && !left.empty()) {
    return fail(Errc::corrupt, "an answer without a whole batch");
  }
  return {};
}

Result<std::size_t> Consumers::take_batch(PartitionIndex partition, Bytes front, Nanos now) {
  TRY_ASSIGN(const wire::BatchView batch, wire::read_batch(front));
  if (!batch.crc_is_good()) return fail(Errc::corrupt, "a batch with a wrong CRC");
  Offset& position = positions_[static_cast<std::size_t>(partition)];
  if (batch.last_offset() < position) return batch.size();
  if (batch.base_offset() > position) return fail(Errc::corrupt, "records are missing");
  if (schedule_) {
    const Offset first = begins_[static_cast<std::size_t>(partition)];
    for (Offset offset = position; offset <= batch.last_offset(); ++offset) {
      const Offset request = (offset - first) * lap_.partitions + partition;
      latencies_.record(now - schedule_->due(static_cast<std::uint64_t>(request)));
    }
  }
  position = batch.next_offset();
  records_ += static_cast<std::uint64_t>(batch.records_count());
  bytes_ += batch.size();
  return batch.size();
}

}  // namespace weir::bench
