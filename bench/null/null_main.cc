// The floor: a broker that parses and answers and stores nothing, on one thread.
//
//   weir_bench_null [port=0] [partitions=1] [record=1024] [batch=64Ki] [fetch=1Mi]
//
// Prints "ready at HOST:PORT" and serves until it is ended.

#include <cstdio>
#include <map>

#include "null/floor_answers.h"
#include "options/options.h"
#include "payload/payload.h"
#include "socket/channel.h"
#include "wire/message/fetch_request.h"

namespace weir::bench {
namespace {

constexpr std::uint32_t listener_tag = 0;

struct Guest {
  Guest(Descriptor fd, Poller& poller, std::uint32_t tag, const FloorOptions& options, Bytes batch)
      : channel(std::move(fd), poller, tag), answers(options, batch) {}

  // Errors end the connection.
  Result<> on(const epoll_event& event) {
    if (is_writable(event)) TRY(channel.flush());
    // While an answer is on its way nothing is read: its batches are still needed.
    if (!channel.out().empty() || !is_readable(event)) return answer_all();
    TRY(channel.receive());
    return answer_all();
  }

  Result<> answer_all() {
    while (channel.out().empty()) {
      const std::size_t answered = requests;
      TRY(answer_some());
      if (requests == answered) return {};
      TRY(channel.flush());
    }
    return {};
  }

  // All requests that are here, up to the first whose answer points into batches.
  Result<> answer_some() {
    while (!has_batches) {
      TRY_ASSIGN(const auto frame, channel.next_frame());
      if (!frame) break;
      TRY(answers.answer(*frame, channel.out()));
      has_batches = load_be<std::int16_t>(frame->data()) == wire::FetchRequest::api_key;
      ++requests;
    }
    has_batches = false;
    return {};
  }

  Channel channel;
  FloorAnswers answers;
  std::size_t requests = 0;
  bool has_batches = false;
};

Result<> serve(const FloorOptions& options, Descriptor listener, Bytes batch) {
  Poller poller;
  poller.add(listener.get(), listener_tag);
  std::map<std::uint32_t, Guest> guests;
  std::uint32_t last_tag = listener_tag;
  for (;;) {
    for (const epoll_event& event : poller.wait(std::nullopt)) {
      const std::uint32_t tag = tag_of(event);
      if (tag == listener_tag) {
        Descriptor fd = accept_from(listener);
        if (fd.get() < 0) continue;
        ++last_tag;
        guests.try_emplace(last_tag, std::move(fd), poller, last_tag, options, batch);
        continue;
      }
      const auto guest = guests.find(tag);
      if (guest == guests.end()) continue;
      if (const auto done = guest->second.on(event); !done) {
        if (done.error().code != Errc::closed && done.error().code != Errc::io) {
          std::fprintf(stderr, "weir_bench_null: %s\n", done.error().message().c_str());
        }
        guests.erase(guest);
      }
    }
  }
}

Result<> run(std::span<const char* const> words) {
  TRY_ASSIGN(Options said, Options::parse(words));
  FloorOptions options;
  options.port = static_cast<std::uint16_t>(said.number("port", 0));
  options.partitions = static_cast<std::int32_t>(said.number("partitions", 1));
  options.fetch_bytes = static_cast<std::size_t>(said.number("fetch", 1 << 20));
  PayloadOptions payload;
  payload.record_bytes = static_cast<std::size_t>(said.number("record", 1024));
  payload.batch_bytes = static_cast<std::size_t>(said.number("batch", 65536));
  TRY(said.check());
  TRY_ASSIGN(const Payload canned, make_payload(payload));
  TRY_ASSIGN(Descriptor listener, listen_at({options.host, options.port}));
  options.port = port_of(listener);
  std::printf("ready at %s:%u\n", options.host.c_str(), options.port);
  std::fflush(stdout);
  return serve(options, std::move(listener), canned.batch);
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  const auto done = weir::bench::run({argv + 1, static_cast<std::size_t>(argc - 1)});
  if (!done) std::fprintf(stderr, "weir_bench_null: %s\n", done.error().message().c_str());
  return done ? 0 : 1;
}
