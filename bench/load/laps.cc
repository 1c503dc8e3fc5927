#include "load/laps.h"

#include <sys/resource.h>

#include "load/ask.h"
#include "load/consumers.h"
#include "load/producers.h"

namespace weir::bench {
namespace {

constexpr Nanos longest_silence = 30'000'000'000;
constexpr std::uint32_t producers_tag = 0, consumers_tag = 1 << 16;

double own_cpu() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// What passes between its making and put().
class Stopwatch {
 public:
  void put(JsonLine& line) const {
    line.put("seconds", static_cast<double>(monotonic_now() - began_) / 1e9);
    line.put("client_cpu_seconds", own_cpu() - cpu_);
  }

 private:
  Nanos began_ = monotonic_now();
  double cpu_ = own_cpu();
};

// Notices that nothing comes any more.
class Silence {
 public:
  Result<> check(std::uint64_t answered, Nanos now) {
    if (answered != answered_) {
      answered_ = answered;
      since_ = now;
    }
    if (now - since_ < longest_silence) return {};
    return fail(Errc::timed_out, "nothing was answered for 30 s");
  }

 private:
  std::uint64_t answered_ = 0;
  Nanos since_ = monotonic_now();
};

// Whether all partitions have a leader, and it knows that.
Result<> serves(const LapSettings& lap, Bytes metadata) {
  wire::Arena arena;
  std::int32_t leaders = 0;
  TRY(ask(lap.broker, metadata, [&](Bytes answer) -> Result<> {
    TRY_ASSIGN(leaders, read_leaders(answer, arena));
    return {};
  }));
  if (leaders < lap.partitions) return fail(Errc::busy, "partitions without a leader");
  TRY(list_offsets(lap.broker, lap.topic, lap.partitions, Where::end));
  return {};
}

// Sleeps until the next request is nearly due, or something has come.
Nanos sleep_before(const Producers& producers, Nanos spin, Nanos now) {
  const auto due = producers.next_due();
  if (!due) return longest_silence;
  return std::max<Nanos>(*due - spin - now, 0);
}

}  // namespace

Result<JsonLine> produce_lap(const LapSettings& lap) {
  Poller poller;
  TRY_ASSIGN(Producers producers, Producers::open(lap, poller, producers_tag));
  wake_in_time();
  Silence silence;
  const Stopwatch watch;
  TRY(producers.begin(monotonic_now()));
  while (!producers.done()) {
    const Nanos now = monotonic_now();
    TRY(silence.check(producers.answered(), now));
    TRY(producers.send_due(now));
    for (const auto& event : poller.wait(sleep_before(producers, lap.spin, now))) {
      TRY(producers.on(event));
    }
  }
  JsonLine line;
  watch.put(line);
  line.put("requests", producers.answered());
  line.put("records", producers.records());
  line.put("bytes", producers.bytes());
  line.put("plain_bytes", producers.plain_bytes());
  line.put(producers.latencies());
  return line;
}

Result<JsonLine> fetch_lap(const LapSettings& lap) {
  TRY_ASSIGN(const auto begins, list_offsets(lap.broker, lap.topic, lap.partitions, Where::begin));
  TRY_ASSIGN(auto ends, list_offsets(lap.broker, lap.topic, lap.partitions, Where::end));
  Poller poller;
  TRY_ASSIGN(Consumers consumers,
             Consumers::open(lap, poller, consumers_tag, begins, std::move(ends)));
  Silence silence;
  const Stopwatch watch;
  TRY(consumers.begin());
  while (!consumers.done()) {
    TRY(silence.check(consumers.records(), monotonic_now()));
    for (const auto& event : poller.wait(longest_silence)) TRY(consumers.on(event));
  }
  JsonLine line;
  watch.put(line);
  line.put("requests", consumers.answered());
  line.put("records", consumers.records());
  line.put("bytes", consumers.bytes());
  return line;
}

Result<JsonLine> end_to_end_lap(const LapSettings& lap) {
  LapSettings writing = lap;
  writing.payload.batch_bytes = 1;  // one record
  LapSettings reading = lap;
  reading.connections = 1;
  if (lap.rate == 0 || lap.partitions % lap.connections != 0) {
    return fail(Errc::invalid, "a rate, and connections that divide partitions, are needed");
  }
  TRY_ASSIGN(const auto begins, list_offsets(lap.broker, lap.topic, lap.partitions, Where::end));
  Poller poller;
  TRY_ASSIGN(Producers producers, Producers::open(writing, poller, producers_tag));
  TRY_ASSIGN(Consumers consumers, Consumers::open(reading, poller, consumers_tag, begins, {}));
  wake_in_time();
  TRY(consumers.begin());
  Silence silence;
  const Stopwatch watch;
  TRY(producers.begin(monotonic_now()));
  consumers.follow(producers.schedule());
  while (!producers.done() || consumers.records() < producers.records()) {
    const Nanos now = monotonic_now();
    TRY(silence.check(producers.answered() + consumers.records(), now));
    TRY(producers.send_due(now));
    for (const auto& event : poller.wait(sleep_before(producers, lap.spin, now))) {
      TRY(producers.owns(tag_of(event)) ? producers.on(event) : consumers.on(event));
    }
  }
  JsonLine line;
  watch.put(line);
  line.put("requests", producers.answered());
  line.put("records", consumers.records());
  line.put("bytes", consumers.bytes());
  line.put("ack_p50_us", static_cast<double>(producers.latencies().percentile(0.5)) / 1000);
  line.put(consumers.latencies());
  return line;
}

Result<JsonLine> first_ack_lap(const LapSettings& lap, Nanos since) {
  constexpr Nanos patience = 120'000'000'000, pause = 1'000'000;
  TRY_ASSIGN(const Payload payload, make_payload(lap.payload));
  TRY_ASSIGN(const Frame metadata, metadata_frame(lap.topic));
  TRY_ASSIGN(const Frame produce, produce_frame(lap.topic, 0, payload.batch, 0));
  Poller nobody;  // to sleep in
  Result<> last = fail(Errc::timed_out, "no time was left");
  while (monotonic_now() - since < patience) {
    last = serves(lap, metadata);
    if (last) {
      wire::Arena arena;
      last =
          ask(lap.broker, produce, [&](Bytes answer) { return read_produced(answer, 0, arena); });
    }
    if (last) {
      JsonLine line;
      line.put("first_ack_seconds", static_cast<double>(monotonic_now() - since) / 1e9);
      return line;
    }
    nobody.wait(pause);
  }
  return fail(Errc::timed_out, "no acknowledgement: " + last.error().message());
}

}  // namespace weir::bench
