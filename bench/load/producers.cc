#include "load/producers.h"

#include <algorithm>

namespace weir::bench {

Result<Producers> Producers::open(const LapSettings& lap, Poller& poller, std::uint32_t first_tag) {
  if (lap.requests == 0 && lap.length == 0) {
    return fail(Errc::invalid, "requests=N or ms=N says when it ends");
  }
  Producers all;
  all.rate_ = lap.rate;
  all.depth_ = lap.depth;
  all.most_ = lap.requests > 0 ? lap.requests : INT64_MAX;
  all.length_ = lap.length > 0 ? lap.length : INT64_MAX / 2;
  all.first_tag_ = first_tag;
  TRY_ASSIGN(all.payload_, make_payload(lap.payload));
  for (std::int32_t p = 0; p < lap.partitions; ++p) {
    TRY_ASSIGN(Frame frame, produce_frame(lap.topic, p, all.payload_.batch, p));
    all.frames_.push_back(std::move(frame));
  }
  for (std::int32_t i = 0; i < lap.connections; ++i) {
    TRY_ASSIGN(Descriptor fd, connect_to(lap.broker));
    const std::uint32_t tag = first_tag + static_cast<std::uint32_t>(i);
    all.links_.push_back(std::make_unique<Link>(std::move(fd), poller, tag));
  }
  return all;
}

Result<> Producers::begin(Nanos now) {
  begin_ = now;
  if (rate_ > 0) return send_due(now);
  for (auto& link : links_) TRY(refill(*link, now));
  return {};
}

void Producers::end_at(Nanos now) {
  ended_ = ended_ || static_cast<std::int64_t>(sent_) >= most_ || now - begin_ >= length_;
}

void Producers::put(Link& link, Nanos due) {
  const auto partition = static_cast<std::int32_t>(sent_ % frames_.size());
  link.channel.out().refer(frames_[static_cast<std::size_t>(partition)]);
  link.in_flight.push_back({due, partition});
  ++sent_;
  ++in_flight_;
}

Result<> Producers::send_due(Nanos now) {
  if (rate_ == 0) return {};
  const Schedule due = schedule();
  const std::uint64_t first = sent_;
  for (end_at(due.due(sent_)); !ended_ && due.due(sent_) <= now; end_at(due.due(sent_))) {
    put(*links_[sent_ % links_.size()], due.due(sent_));
  }
  const std::uint64_t touched = std::min<std::uint64_t>(sent_ - first, links_.size());
  for (std::uint64_t i = 0; i < touched; ++i) {
    TRY(links_[(first + i) % links_.size()]->channel.flush());
  }
  return {};
}

Result<> Producers::refill(Link& link, Nanos now) {
  for (end_at(now); !ended_ && std::ssize(link.in_flight) < depth_; end_at(now)) put(link, now);
  return link.channel.flush();
}

Result<> Producers::on(const epoll_event& event) {
  Link& link = *links_[tag_of(event) - first_tag_];
  if (is_writable(event)) TRY(link.channel.flush());
  if (!is_readable(event)) return {};
  TRY(link.channel.receive());
  const Nanos now = monotonic_now();
  for (;;) {
    TRY_ASSIGN(const auto frame, link.channel.next_frame());
    if (!frame) break;
    if (link.in_flight.empty()) return fail(Errc::corrupt, "an answer that nobody asked for");
    TRY(read_produced(*frame, link.in_flight.front().partition, arena_));
    latencies_.record(now - link.in_flight.front().due);
    link.in_flight.pop_front();
    ++answered_;
    --in_flight_;
  }
  return rate_ > 0 ? Result<>{} : refill(link, now);
}

std::optional<Nanos> Producers::next_due() const {
  if (rate_ == 0 || ended_) return std::nullopt;
  return schedule().due(sent_);
}

}  // namespace weir::bench
