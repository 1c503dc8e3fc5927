#include "load/ask.h"

#include "socket/channel.h"

namespace weir::bench {
namespace {

constexpr Nanos patience_for_one = 10'000'000'000;

}  // namespace

Result<> ask(const Address& broker, Bytes request, const std::function<Result<>(Bytes)>& read) {
  Poller poller;
  TRY_ASSIGN(Descriptor fd, connect_to(broker));
  Channel channel(std::move(fd), poller, 0);
  channel.out().refer(request);
  TRY(channel.flush());
  const Nanos until = monotonic_now() + patience_for_one;
  while (monotonic_now() < until) {
    for (const epoll_event& event : poller.wait(until - monotonic_now())) {
      if (is_writable(event)) TRY(channel.flush());
      if (!is_readable(event)) continue;
      TRY(channel.receive());
      TRY_ASSIGN(const auto frame, channel.next_frame());
      if (frame) return read(*frame);
    }
  }
  return fail(Errc::timed_out, "no answer");
}

Result<std::vector<Offset>> list_offsets(const Address& broker, const std::string& topic,
                                         std::int32_t partitions, Where where) {
  TRY_ASSIGN(const Frame request, list_offsets_frame(topic, partitions, where));
  std::vector<Offset> offsets;
  wire::Arena arena;
  TRY(ask(broker, request, [&](Bytes answer) -> Result<> {
    TRY_ASSIGN(offsets, read_listed(answer, partitions, arena));
    return {};
  }));
  return offsets;
}

}  // namespace weir::bench
