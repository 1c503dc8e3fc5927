// kafka-producer-perf-test (Kafka's ProducerPerformance).

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/payloads.h"
#include "app/cli/record_sending.h"
#include "app/cli/text/latencies.h"
#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/subcommands.h"
#include "base/offload.h"
#include "client/producer/producer.h"

namespace weir::app::kafka {
namespace {

using Is = CommandOption::Is;

double ms_of(env::Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

// Records that were delivered, in a window or in all.
struct Deliveries {
  env::Instant began{};
  std::uint64_t records = 0, bytes = 0;
  Latencies latencies;

  void add(env::Duration latency, std::uint64_t size) {
    ++records;
    bytes += size;
    latencies.add(latency);
  }
  std::string rates(env::Instant now, std::string_view record_format) const {
    const double seconds = std::max(1e-9, ms_of(now - began) / 1000);
    const std::string speed =
        fmt::format(fmt::runtime(record_format), static_cast<double>(records) / seconds);
    return fmt::format("{} records/sec ({:.2f} MB/sec)", speed,
                       static_cast<double>(bytes) / seconds / (1 << 20));
  }
  std::string window(env::Instant now) const {
    return fmt::format("{} records sent, {}, {:.1f} ms avg latency, {:.1f} ms max latency.",
                       records, rates(now, "{:.1f}"), ms_of(latencies.mean()),
                       ms_of(latencies.max()));
  }
  std::string total(env::Instant now, std::string_view kind) const {
    const auto percentile = [&](double share) {
      return static_cast<std::int64_t>(ms_of(latencies.percentile(share)));
    };
    return fmt::format(
        "{}{} records sent, {}, {:.2f} ms avg latency, {:.2f} ms max latency, {} ms 50th, {} ms "
        "95th, {} ms 99th, {} ms 99.9th.",
        records, kind, rates(now, "{:.6f}"), ms_of(latencies.mean()), ms_of(latencies.max()),
        percentile(0.5), percentile(0.95), percentile(0.99), percentile(0.999));
  }
};

class ProducerPerf final : public Tool {
 public:
  std::string_view name() const override { return "kafka-producer-perf-test"; }

  int run(const Program& program, Console& console) override {
    const CommandParser parser = command_parser();
    if (program.arguments.empty()) {
      console.out(parser.help());
      return 0;
    }
    const auto line = parser.parse(program.arguments);
    if (!line) return refuse_command_line(parser, line.error(), console);
    if (line->asks_for_help) {
      console.out(parser.help());
      return 1;  // as Kafka's
    }
    Ran<> good = parser.check(*line);
    if (good) good = check(*line);
    if (!good) return refuse_command_line(parser, good.error(), console);
    const Ran<> ran = run(*line, console);
    if (ran) return 0;
    if (ran.error().kind == JavaError::Kind::exit) return ran.error().exit_code;
    console.err_line(fmt::format("Exception in thread \"main\" {}", ran.error().text()));
    return 1;
  }

 private:
  static CommandParser command_parser() {
    CommandParser parser("kafka-producer-perf-test", "Measures how fast records can be written.");
    parser.option({"--bootstrap-server"}, "Brokers to begin with: host:port,...");
    parser.option({"--topic"}, "The topic").required = true;
    CommandOption& count = parser.option({"--num-records"}, "How many records");
    count.required = true;
    count.is = Is::number;
    parser.option({"--payload-delimiter"}, "Between the payloads of --payload-file (\\n)");
    CommandOption& throughput = parser.option({"--throughput"}, "Records per second; -1: no limit");
    throughput.required = true;
    throughput.is = Is::real;
    parser.option({"--producer-props"}, "As --command-property (deprecated)").takes =
        CommandOption::Takes::values;
    parser.option({"--command-property"}, "Properties: name=value ...").takes =
        CommandOption::Takes::values;
    parser.option({"--producer.config"}, "As --command-config (deprecated)");
    parser.option({"--command-config"}, "A file of properties");
    parser.option({"--print-metrics"}, "").refusal = "there are no metrics of Java's producer";
    parser.option({"--transactional-id"}, "").refusal = "transactions are not built yet";
    parser.option({"--transaction-duration-ms"}, "").refusal = "transactions are not built yet";
    parser.option({"--warmup-records"}, "So many first ones do not count").is = Is::number;
    parser.option({"--reporting-interval"}, "Milliseconds between reports (5000)").is = Is::number;
    parser.option({"--record-size"}, "Bytes of each record").is = Is::small_number;
    parser.option({"--payload-file"}, "A file of payloads, one of them at random each time");
    parser.option({"--payload-monotonic"}, "Payloads are 0, 1, 2, ...").takes =
        CommandOption::Takes::nothing;
    parser.exactly_one({"--record-size", "--payload-file", "--payload-monotonic"});
    return parser;
  }

  static std::unexpected<JavaError> mistake(std::string what) {
    return std::unexpected(
        JavaError("net.sourceforge.argparse4j.inf.ArgumentParserException", std::move(what)));
  }

  static Ran<> check(const CommandLine& given) {
    const std::int64_t count = *given.number("--num-records");
    if (count <= 0) return mistake("--num-records should be greater than zero.");
    if (given.number("--warmup-records").value_or(0) >= count) {
      return mistake(
          "The value for --warmup-records must be strictly fewer than the number of records in the "
          "test, --num-records.");
    }
    if (given.number("--record-size").value_or(1) <= 0) {
      return mistake("--record-size should be greater than zero.");
    }
    const bool has_any =
        std::ranges::any_of(std::to_array<std::string_view>(
                                {"--bootstrap-server", "--command-property", "--producer-props",
                                 "--producer.config", "--command-config"}),
                            [&](std::string_view option) { return given.has(option); });
    if (!has_any) {
      return mistake(
          "At least one of --bootstrap-server, --command-property, --producer-props, "
          "--producer.config or --command-config must be specified.");
    }
    if (given.has("--command-property") && given.has("--producer-props")) {
      return mistake("--command-property and --producer-props cannot be specified together.");
    }
    if (given.has("--command-config") && given.has("--producer.config")) {
      return mistake("--command-config and --producer.config cannot be specified together.");
    }
    if (given.number("--reporting-interval").value_or(1) <= 0) {
      return mistake("--reporting-interval should be greater than zero.");
    }
    return {};
  }

  Ran<> run(const CommandLine& given, Console& console) {
    if (const auto path = given.value("--payload-file")) {
      TRY(read_payloads(*path, given.value("--payload-delimiter").value_or("\\n"), console));
    }
    for (const auto& [old_name, new_name] :
         {std::pair("producer-props", "command-property"), {"producer.config", "command-config"}}) {
      if (!given.has(fmt::format("--{}", old_name))) continue;
      console.out_line(
          fmt::format("Option --{} has been deprecated and will be removed in a future "
                      "version. Use --{} instead.",
                      old_name, new_name));
    }
    ToolConnection connection;
    connection.properties.set("allow.auto.create.topics", "true");
    connection.properties.set("client.id", "perf-producer-client");
    for (const std::string_view option : {"--command-config", "--producer.config"}) {
      if (const auto path = given.value(option)) TRY(connection.properties.add_file(*path));
    }
    for (const std::string_view option : {"command-property", "producer-props"}) {
      TRY(connection.properties.add_words(given.values(fmt::format("--{}", option)), option));
    }
    connection.bootstrap =
        given.value("--bootstrap-server")
            .value_or(connection.properties.find("bootstrap.servers").value_or(""));
    TRY_ASSIGN(ClientSettings settings, tool_settings(connection));
    return run_on_cluster(std::move(settings), name(), [&](Session& session) -> Task<Ran<>> {
      auto measuring = measure(session, given, console);
      co_return co_await std::move(measuring);
    });
  }

  Ran<> read_payloads(const std::string& path, std::string delimiter, Console& console) {
    if (delimiter == "\\n") delimiter = "\n";
    console.out_line(fmt::format("Reading payloads from: {}", path));
    auto text = read_text_file(path);
    if (!text || text->empty()) {
      return illegal_argument("File does not exist or empty file provided.");
    }
    for (std::size_t from = 0; from < text->size();) {
      const std::size_t end = std::min(text->find(delimiter, from), text->size());
      payloads_.push_back(text->substr(from, end - from));
      from = end + delimiter.size();
    }
    console.out_line(fmt::format("Number of records read: {}", payloads_.size()));
    return {};
  }

  Task<Ran<>> measure(Session& session, const CommandLine& given, Console& console) {
    const auto count = static_cast<std::uint64_t>(*given.number("--num-records"));
    warmup_ = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, given.number("--warmup-records").value_or(0)));
    interval_ = std::chrono::milliseconds(given.number("--reporting-interval").value_or(5'000));
    if (warmup_ > 0) {
      console.out_line(
          fmt::format("Warmup first {} records. Steady state results will print after "
                      "the complete test summary.",
                      warmup_));
    }
    console.flush();
    topic_ = *given.value("--topic");
    is_monotonic_ = given.has("--payload-monotonic");
    const double speed = *given.real("--throughput");
    Payloads letters(static_cast<std::size_t>(given.number("--record-size").value_or(1)),
                     session.env.random, {.first = 'A', .count = 26});
    client::Producer producer(session.cluster, session.settings.config.producer);
    DeliveryGuard guard(session, producer, [this] { return sent_ - ended_; }, false);
    total_.began = window_.began = session.env.clock.now();
    for (std::uint64_t i = 0; i < count && !session.interrupted(); ++i) {
      if (speed > 0) {
        const auto due =
            total_.began + std::chrono::duration_cast<env::Duration>(
                               std::chrono::duration<double>(static_cast<double>(i) / speed));
        if (session.env.clock.now() < due) {
          co_await session.interruption().wait_until(session.env.timers, due);
        }
      }
      if (warmup_ > 0 && i == warmup_) steady_.began = session.env.clock.now();
      auto sending = send(session, producer, letters, i, console);
      co_await std::move(sending);
    }
    auto delivering = guard.deliver();
    co_await std::move(delivering);
    const env::Instant now = session.env.clock.now();
    auto closing = guard.close();
    co_await std::move(closing);
    console.out_line(total_.total(now, ""));
    if (warmup_ > 0) console.out_line(steady_.total(now, " steady state"));
    if (session.interrupted()) co_return std::unexpected(JavaError::ended(130));
    co_return Ran<>();
  }

  Task<> send(Session& session, client::Producer& producer, Payloads& letters, std::uint64_t i,
              Console& console) {
    const std::string number = std::to_string(i);
    client::ProducerRecord record;
    record.topic = topic_;
    record.value = wire::Blob(is_monotonic_ ? as_bytes(number) : letters.next());
    if (!payloads_.empty()) {
      record.value = wire::Blob(as_bytes(payloads_[session.env.random.below(payloads_.size())]));
    }
    ++sent_;
    const bool is_steady = warmup_ > 0 && i >= warmup_;
    client::OnDelivery done = [this, &session, &console, is_steady, size = record.value.size(),
                               sent = session.env.clock.now()](const client::Delivery& delivery) {
      ended(session, console, delivery, size, sent, is_steady);
    };
    if (!producer.try_post(record, done)) {
      auto posting = producer.post(record, std::move(done));
      co_await std::move(posting);
    } else if (i % turn_records == turn_records - 1) {
      // Time stands still within a turn of the loop: it is let go, so that latencies are true.
      co_await sleep_for(session.env, {});
    }
  }

  void ended(Session& session, Console& console, const client::Delivery& delivery,
             std::uint64_t size, env::Instant sent, bool is_steady) {
    ++ended_;
    if (!delivery) {
      if (session.interrupted()) return;
      console.err_line(JavaError(delivery.error().why).text());
      console.flush();
      return;
    }
    const env::Instant now = session.env.clock.now();
    for (Deliveries* of : {&total_, &window_}) of->add(now - sent, size);
    if (is_steady) steady_.add(now - sent, size);
    if (now - window_.began < interval_) return;
    if (is_steady && !std::exchange(is_steady_told_, true)) console.out_line("In steady state.");
    console.out_line(window_.window(now));
    console.flush();
    window_ = {};
    window_.began = now;
  }

  static constexpr std::uint64_t turn_records = 256;
  std::string topic_;
  std::vector<std::string> payloads_;  // of --payload-file
  bool is_monotonic_ = false;
  std::uint64_t warmup_ = 0, sent_ = 0, ended_ = 0;
  env::Duration interval_{};
  bool is_steady_told_ = false;
  Deliveries total_, window_, steady_;
};

}  // namespace

std::unique_ptr<Tool> producer_perf_tool() { return std::make_unique<ProducerPerf>(); }

}  // namespace weir::app::kafka
