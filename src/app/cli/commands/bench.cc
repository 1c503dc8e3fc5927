// weir bench produce, consume, e2e.

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"
#include "app/cli/consume_range.h"
#include "app/cli/delivery_report.h"
#include "app/cli/payloads.h"
#include "app/cli/record_sending.h"
#include "app/cli/text/latencies.h"
#include "app/cli/text/units.h"
#include "base/offload.h"
#include "client/consumer/consumer.h"
#include "client/producer/producer.h"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds measured_poll_time{100};

// Processor time of all threads of this program.
double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double in_seconds(env::Duration time) {
  return std::max(1e-9, std::chrono::duration<double>(time).count());
}

// What every bench tells. Names are those of JSON, where the unit is in the name.
using Fields = std::vector<std::pair<std::string, Cell>>;

Cell seconds_cell(double seconds) { return Lapse{seconds, std::chrono::seconds(1)}; }

// `records` of `bytes` bytes in all.
void put_rates(Fields& fields, std::uint64_t records, std::uint64_t bytes, env::Duration time,
               double cpu) {
  const double seconds = in_seconds(time);
  fields.insert(fields.end(),
                {{"records", static_cast<std::int64_t>(records)},
                 {"bytes", Size{bytes}},
                 {"seconds", seconds_cell(seconds)},
                 {"records_per_second", static_cast<double>(records) / seconds},
                 {"mebibytes_per_second", static_cast<double>(bytes) / seconds / (1 << 20)},
                 {"cpu_seconds", seconds_cell(cpu)},
                 {"cpu_seconds_per_million_records",
                  records == 0 ? Cell{} : seconds_cell(cpu * 1e6 / static_cast<double>(records))}});
}

void put_latencies(Fields& fields, const Latencies& latencies) {
  const auto in_ms = [](env::Duration time) -> Cell {
    return Lapse{std::chrono::duration<double, std::milli>(time).count(),
                 std::chrono::milliseconds(1)};
  };
  fields.insert(fields.end(), {{"latency_ms_mean", in_ms(latencies.mean())},
                               {"latency_ms_p50", in_ms(latencies.percentile(0.5))},
                               {"latency_ms_p95", in_ms(latencies.percentile(0.95))},
                               {"latency_ms_p99", in_ms(latencies.percentile(0.99))},
                               {"latency_ms_p999", in_ms(latencies.percentile(0.999))},
                               {"latency_ms_max", in_ms(latencies.max())}});
}

// Where text shows a unit beside the number the name has none.
Report bench_report(Fields fields) {
  Report report;
  for (Column& column : report.record("", std::move(fields)).columns) {
    std::string text = column.name;
    for (const auto& [unit, instead] :
         {std::pair<std::string_view, std::string_view>{"latency_ms_", "latency_"},
          {"cpu_seconds", "cpu_time"}}) {
      if (text.starts_with(unit)) text.replace(0, unit.size(), instead);
    }
    column.text = text == "seconds" ? "time" : text;
  }
  return report;
}

// 5000, or as people count bytes: 1M is 1048576.
Result<std::uint64_t> parse_count(std::string_view text) {
  const auto count = parse_size(text);
  if (count && *count > 0) return *count;
  return fail(Errc::invalid, fmt::format("--count {}: a number above 0 is expected", text));
}

// How a run ends that failed after so many records.
Exit some_done(std::uint64_t records, Exit failed) { return records > 0 ? Exit::partial : failed; }

struct Load {
  std::string count_text = "1000000", size_text = "1KiB";
  std::optional<std::int64_t> rate;
  std::uint64_t count = 0;
  std::size_t size = 0;

  void describe(Options& options) {
    options.option("-n,--count", "N", count_text,
                   "how many records (" + count_text + "); 64K is 65536, 1M 1048576");
    options.option("-s,--size", "SIZE", size_text, "bytes of each value (1KiB)");
    options.option("--rate", "N", rate, "records per second; as fast as possible if absent");
  }
  Result<> check() {
    TRY_ASSIGN(count, parse_count(count_text));
    const auto bytes = parse_size(size_text);
    if (!bytes) return fail(Errc::invalid, "--size: " + bytes.error().what);
    if (*bytes > (64 << 20)) {
      return fail(Errc::invalid, fmt::format("--size {}: at most 64MiB is expected", size_text));
    }
    size = *bytes;
    return check_number("--rate", rate, 1);
  }
  // When record `i` is due.
  env::Duration due(std::uint64_t i) const {
    return rate ? std::chrono::nanoseconds(1'000'000'000 / *rate) * static_cast<std::int64_t>(i)
                : env::Duration{};
  }
};

class BenchProduce final : public ClientCommand {
 public:
  std::string_view name() const override { return "bench produce"; }
  std::string_view summary() const override { return "Measures how fast records can be written"; }

 private:
  void describe_own(Options& options) override {
    options.argument("TOPIC", topic_, "the topic").completes = Completes::topics;
    load_.describe(options);
    options.option("-z,--compression", "CODEC", codec_, "none, gzip, snappy, lz4 or zstd")
        .completes = Completes::codecs;
    options.flag("--keys", keys_, "with a key of 8 digits");
  }
  Result<> check() override { return load_.check(); }
  Result<> adjust(ClientSettings& settings) override {
    if (codec_) TRY(client::set_property(settings.config, "compression.type", *codec_));
    auto& block_max = settings.config.producer.block_max;
    block_max = std::min(block_max,
                         std::chrono::duration_cast<std::chrono::milliseconds>(settings.timeout));
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    auto looking = look_for_topic(session, {topic_, {}});
    if (const Exit missing = co_await std::move(looking); missing != Exit::done) co_return missing;
    client::Producer producer(session.cluster, session.settings.config.producer);
    Payloads payloads(load_.size, session.env.random);
    const double cpu = cpu_seconds();
    const env::Instant began = session.env.clock.now();
    DeliveryReport report(session.env.clock);
    DeliveryGuard guard(session, producer, [&report] { return report.pending(); }, true);
    for (std::uint64_t i = 0; i < load_.count && !session.interrupted() && report.failed() == 0;
         ++i) {
      const env::Instant due = began + load_.due(i);
      if (load_.rate && session.env.clock.now() < due) {
        co_await session.interruption().wait_until(session.env.timers, due);
      }
      auto sending = send(session, producer, payloads, i, report);
      co_await std::move(sending);
    }
    auto flushing = producer.flush(session.env.clock.now() + session.settings.timeout);
    co_await std::move(flushing);
    const env::Duration time = session.env.clock.now() - began;
    const double used = cpu_seconds() - cpu;
    auto closing = guard.close();
    co_await std::move(closing);
    Fields fields;
    put_rates(fields, report.delivered(), report.bytes(), time, used);
    put_latencies(fields, report.latencies());
    auto showing = session.show(bench_report(std::move(fields)));
    if (!co_await std::move(showing)) co_return Exit::failed;
    if (session.interrupted()) {
      co_return session.complain("interrupted: " + report.summary(), Exit::interrupted);
    }
    if (!report.first_failure()) co_return Exit::done;
    const std::string what =
        fmt::format("{} of {} records were not delivered", report.failed(), report.taken());
    co_return some_done(report.delivered(), session.complain(what, *report.first_failure()));
  }

  // The loop's time stands still within a turn: the program lets go of it now and then, so that
  // answers are read and times are true.
  Task<> send(Session& session, client::Producer& producer, Payloads& payloads, std::uint64_t i,
              DeliveryReport& report) {
    const std::string key =
        keys_ ? fmt::format("{:08}", session.env.random.below(100'000'000)) : "";
    client::ProducerRecord record;
    record.topic = topic_;
    record.value = wire::Blob(payloads.next());
    if (keys_) record.key = wire::Blob(as_bytes(key));
    const std::uint64_t bytes = record.key.size() + record.value.size();
    report.take();
    const env::Instant sent = load_.rate ? report_began(session, i) : session.env.clock.now();
    // Three words are kept without an allocation.
    client::OnDelivery done = [&report, sent, bytes](const client::Delivery& delivery) {
      report.ended(delivery, bytes, sent);
    };
    if (!producer.try_post(record, done)) {
      auto posting = producer.post(record, std::move(done));
      co_await std::move(posting);
    } else if (i % turn_records == turn_records - 1) {
      co_await sleep_for(session.env, {});
    }
  }
  // With a rate latency counts from when the record was due, not from when it could be sent.
  env::Instant report_began(Session& session, std::uint64_t i) {
    if (i == 0) first_due_ = session.env.clock.now();
    return first_due_ + load_.due(i);
  }

  static constexpr std::uint64_t turn_records = 256;
  std::string topic_;
  Load load_;
  std::optional<std::string> codec_;
  bool keys_ = false;
  env::Instant first_due_{};
};

class BenchConsume final : public ClientCommand {
 public:
  std::string_view name() const override { return "bench consume"; }
  std::string_view summary() const override { return "Measures how fast records can be read"; }

 private:
  void describe_own(Options& options) override {
    options.argument("TOPIC", topic_, "the topic").completes = Completes::topics;
    options.option("-n,--count", "N", count_text_,
                   "how many records; all that are there if absent; 1M is 1048576");
  }
  Result<> check() override {
    if (count_text_) {
      TRY_ASSIGN(count_, parse_count(*count_text_));
    }
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    Exits exits;
    std::vector<PartitionWord> words{{topic_, {}}};
    auto finding = existing_partitions(session, std::move(words), exits);
    auto partitions = co_await std::move(finding);
    if (exits.result() != Exit::done) co_return exits.result();
    auto resolving = resolve_range(session, partitions, {}, false);
    const auto bounds = co_await std::move(resolving);
    if (!bounds) co_return session.complain("", bounds.error());
    std::uint64_t wanted = 0;
    for (const auto& [of, bound] : *bounds)
      wanted += static_cast<std::uint64_t>(bound.to - bound.from);
    if (count_ != 0) wanted = std::min(wanted, count_);
    client::ConsumerOptions options = session.settings.config.consumer;
    options.reset.to = client::OffsetReset::earliest;
    options.commits_by_itself = false;
    client::Consumer consumer(session.cluster, std::move(options));
    consumer.assign(std::move(partitions));
    const double cpu = cpu_seconds();
    const env::Instant began = session.env.clock.now();
    auto reading = read(session, consumer, *bounds, wanted);
    const auto read_all = co_await std::move(reading);
    const env::Duration time = session.env.clock.now() - began;
    const double used = cpu_seconds() - cpu;
    auto closing = consumer.close(session.closing_deadline());
    co_await std::move(closing);
    Fields fields;
    put_rates(fields, records_, bytes_, time, used);
    auto showing = session.show(bench_report(std::move(fields)));
    if (!co_await std::move(showing)) co_return Exit::failed;
    if (session.interrupted()) co_return Exit::interrupted;
    if (read_all) co_return Exit::done;
    const std::string what = fmt::format("after {} of {} records", records_, wanted);
    co_return some_done(records_, session.complain(what, read_all.error()));
  }

  // Offsets may have gaps, so that fewer than wanted may come: the end of all partitions ends it,
  // too. Failure: nothing came for as long as --timeout says.
  Task<client::Outcome<>> read(Session& session, client::Consumer& consumer,
                               const RangeBounds& bounds, std::uint64_t wanted) {
    env::Instant deadline = session.deadline();
    while (records_ < wanted && !session.interrupted()) {
      auto polling = consumer.poll(session.env.clock.now() + measured_poll_time);
      CO_TRY_ASSIGN(const auto polled, co_await std::move(polling));
      for (const client::ConsumedRecords& consumed : polled) {
        records_ += consumed.batch.records.size();
        for (const wire::Record& record : consumed.batch.records)
          bytes_ += record.key.size() + record.value.size();
      }
      if (!polled.empty()) {
        deadline = session.deadline();
        continue;
      }
      auto asking = unfinished(session, consumer, bounds);
      const auto left = co_await std::move(asking);
      if (!left) break;
      if (session.env.clock.now() < deadline) continue;
      if (const auto trouble = consumer.trouble(*left)) co_return std::unexpected(*trouble);
      co_return fail(Errc::timed_out, fmt::format("nothing more came of {} partition {}",
                                                  left->topic, left->partition));
    }
    co_return client::Outcome<>{};
  }

  // A partition that was not read to its end.
  static Task<std::optional<client::TopicPartition>> unfinished(Session& session,
                                                                client::Consumer& consumer,
                                                                const RangeBounds& bounds) {
    for (const auto& entry : bounds) {
      if (entry.second.from >= entry.second.to) continue;
      auto asking = consumer.position(entry.first, session.env.clock.now() + measured_poll_time);
      const auto position = co_await std::move(asking);
      if (!position || position->offset < entry.second.to) co_return entry.first;
    }
    co_return std::nullopt;
  }

  std::string topic_;
  std::optional<std::string> count_text_;
  std::uint64_t count_ = 0, records_ = 0, bytes_ = 0;
};

class BenchE2e final : public ClientCommand {
 public:
  std::string_view name() const override { return "bench e2e"; }
  std::string_view summary() const override {
    return "Measures the time from a record's sending to its reading";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("TOPIC", topic_, "the topic; its first partition is used").completes =
        Completes::topics;
    load_.count_text = "10000";
    load_.describe(options);
  }
  Result<> check() override {
    TRY(load_.check());
    if (load_.size < sizeof(std::uint64_t))
      return fail(Errc::invalid, "--size: at least 8 is expected");
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    auto looking = look_for_topic(session, {topic_, {0}});
    if (const Exit missing = co_await std::move(looking); missing != Exit::done) co_return missing;
    client::ClusterOptions options = session.settings.config.cluster;
    client::Cluster reading_side(session.env, options);
    client::Consumer consumer(reading_side, session.settings.config.consumer);
    auto measuring = measure(session, consumer);
    const Exit exit = co_await std::move(measuring);
    auto closing = consumer.close(session.closing_deadline());
    co_await std::move(closing);
    auto closing_cluster = reading_side.close();
    co_await std::move(closing_cluster);
    co_return exit;
  }

  Task<Exit> measure(Session& session, client::Consumer& consumer) {
    const client::TopicPartition of{topic_, 0};
    auto asking = consumer.end_offsets({of}, session.deadline());
    const auto ends = co_await std::move(asking);
    if (!ends || !ends->contains(of)) {
      co_return ends
          ? session.complain(fmt::format("topic '{}' is not there", topic_), Exit::not_found)
          : session.complain("", ends.error());
    }
    consumer.assign({of});
    if (const auto sought = consumer.seek(of, ends->at(of)); !sought)
      co_return session.complain("", sought.error());
    client::Producer producer(session.cluster, session.settings.config.producer);
    const env::Instant began = session.env.clock.now();
    Latencies latencies;
    std::optional<client::Failure> failure;
    for (std::uint64_t i = 0; i < load_.count && !session.interrupted() && !failure; ++i) {
      const env::Instant due = began + load_.due(i);
      if (load_.rate && session.env.clock.now() < due) {
        co_await session.interruption().wait_until(session.env.timers, due);
      }
      auto going = round(session, producer, consumer, i, latencies);
      failure = co_await std::move(going);
    }
    const env::Duration time = session.env.clock.now() - began;
    auto closing = producer.close(session.closing_deadline());
    co_await std::move(closing);
    Fields fields{{"records", static_cast<std::int64_t>(latencies.count())},
                  {"seconds", seconds_cell(in_seconds(time))}};
    if (latencies.count() > 0) put_latencies(fields, latencies);
    auto showing = session.show(bench_report(std::move(fields)));
    if (!co_await std::move(showing)) co_return Exit::failed;
    if (failure) co_return some_done(latencies.count(), session.complain("", *failure));
    co_return session.interrupted() ? Exit::interrupted : Exit::done;
  }

  // One record there and back; it carries its number.
  Task<std::optional<client::Failure>> round(Session& session, client::Producer& producer,
                                             client::Consumer& consumer, std::uint64_t i,
                                             Latencies& latencies) {
    std::vector<std::byte> value(load_.size, std::byte{'.'});
    store_be(value.data(), i);
    const env::Instant sent = session.env.clock.now();
    client::ProducerRecord record;
    record.topic = topic_;
    record.partition = 0;
    record.value = wire::Blob(Bytes(value));
    refused_.reset();
    client::OnDelivery done = [this](const client::Delivery& delivery) {
      if (!delivery) refused_ = delivery.error().why;
    };
    auto posting = producer.post(record, std::move(done));
    co_await std::move(posting);
    const env::Instant deadline = session.deadline();
    while (session.env.clock.now() < deadline && !session.interrupted() && !refused_) {
      auto polling =
          consumer.poll(std::min(deadline, session.env.clock.now() + measured_poll_time));
      const auto polled = co_await std::move(polling);
      if (!polled) co_return polled.error();
      for (const client::ConsumedRecords& consumed : *polled) {
        for (const wire::Record& read : consumed.batch.records) {
          if (read.value.size() != value.size() ||
              load_be<std::uint64_t>(read.value.view().data()) != i)
            continue;
          latencies.add(session.env.clock.now() - sent);
          co_return std::nullopt;
        }
      }
    }
    if (session.interrupted()) co_return std::nullopt;
    if (refused_) co_return refused_;
    co_return client::Failure(
        Error{Errc::timed_out, fmt::format("record {} did not come back in time", i)});
  }

  std::string topic_;
  Load load_;
  std::optional<client::Failure> refused_;  // the record that is under way
};

}  // namespace

void add_bench_commands(Commands& commands) {
  commands.push_back(std::make_unique<BenchProduce>());
  commands.push_back(std::make_unique<BenchConsume>());
  commands.push_back(std::make_unique<BenchE2e>());
}

}  // namespace weir::app
