// kafka-consumer-perf-test (Kafka's ConsumerPerformance).

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"
#include "client/consumer/consumer.h"

namespace weir::app::kafka {
namespace {

constexpr std::chrono::milliseconds measured_poll_time{100};

// As java.text.SimpleDateFormat with these letters: yyyy MM dd HH mm ss SSS. Nothing: others.
std::optional<std::string> date_text(std::string_view pattern, TimestampMs time) {
  const std::time_t seconds = static_cast<std::time_t>(time / 1000);
  const std::tm local = fmt::localtime(seconds);
  std::string text;
  while (!pattern.empty()) {
    const char letter = pattern.front();
    const std::size_t run = std::min(pattern.find_first_not_of(letter), pattern.size());
    pattern.remove_prefix(run);
    const int value = letter == 'y'   ? local.tm_year + 1900
                      : letter == 'M' ? local.tm_mon + 1
                      : letter == 'd' ? local.tm_mday
                      : letter == 'H' ? local.tm_hour
                      : letter == 'm' ? local.tm_min
                      : letter == 's' ? local.tm_sec
                                      : static_cast<int>(time % 1000);
    if (std::string_view("yMdHmsS").contains(letter)) {
      text += fmt::format("{:0{}}", value, run);
    } else if (std::isalpha(static_cast<unsigned char>(letter)) != 0 || letter == '\'') {
      return std::nullopt;
    } else {
      text.append(run, letter);
    }
  }
  return text;
}

class ConsumerPerf final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-consumer-perf-test"; }

 private:
  std::string_view about() const override { return "Measures how fast records can be read."; }

  void describe(ArgumentParser& parser) const override {
    add_connection(parser);
    parser.option("topic", "The topic");
    parser.option("include", "Topics, as a regular expression");
    parser.option("group", "The group to read in; one of its own without it");
    parser.option("fetch-size", "max.partition.fetch.bytes").preset = "1048576";
    parser.flag("from-latest", "Begin at the end where nothing is committed");
    parser.option("command-property", "A property of the consumer: name=value");
    parser.option("consumer.config", "As --command-config (deprecated)");
    parser.flag("show-detailed-stats", "A line each interval");
    parser.optional("timeout", "End when no record has come for so many milliseconds").preset =
        "10000";
    parser.option("num-records", "How many records");
    parser.option("messages", "As --num-records (deprecated)");
    parser.option("reporting-interval", "Milliseconds between lines").preset = "5000";
    parser.option("date-format", "yyyy MM dd HH mm ss SSS").preset = "yyyy-MM-dd HH:mm:ss:SSS";
    parser.flag("hide-header", "No names of columns");
    parser.refuse("print-metrics", Takes::nothing, "there are no metrics of Java's consumer");
    parser.refuse("socket-buffer-size", Takes::value, "the system chooses");
  }

  Ran<> check(const Arguments& given, Console& console) override {
    TRY(need(given, {"bootstrap-server"}));
    for (const auto& [one, other] : {std::pair("topic", "include"), {"messages", "num-records"}}) {
      if (given.has(one) != given.has(other)) continue;
      return bad_usage(fmt::format("Exactly one of the following arguments is required: [{}], [{}]",
                                   one, other));
    }
    TRY(forbid_with(given, "consumer.config", {"command-config"}));
    if (given.has("messages")) {
      console.out_line("Warning: --messages is deprecated. Use --num-records instead.");
    }
    if (given.has("consumer.config")) {
      console.out_line("Warning: --consumer.config is deprecated. Use --command-config instead.");
    }
    TRY_ASSIGN(const auto count, given.number(given.has("messages") ? "messages" : "num-records"));
    count_max_ = static_cast<std::uint64_t>(std::max<std::int64_t>(0, count.value_or(0)));
    TRY_ASSIGN(const auto timeout, given.number("timeout"));
    timeout_ = std::chrono::milliseconds(timeout.value_or(10'000));
    TRY_ASSIGN(const auto interval, given.number("reporting-interval"));
    if (*interval <= 0) return illegal_argument("Reporting interval must be greater than 0.");
    interval_ = std::chrono::milliseconds(*interval);
    TRY_ASSIGN(const auto format, given.value("date-format"));
    date_format_ = *format;
    if (!date_text(date_format_, 0)) {
      return illegal_argument(fmt::format(
          "--date-format {}: only the letters y, M, d, H, m, s and S are supported", date_format_));
    }
    return {};
  }

  Ran<ToolConnection> connection(const Arguments& given) const override {
    ToolConnection connection;
    Properties& properties = connection.properties;
    TRY_ASSIGN(const auto bootstrap, given.value("bootstrap-server"));
    connection.bootstrap = *bootstrap;
    properties.set("allow.auto.create.topics", "true");
    properties.set("client.id", "perf-consumer-client");
    for (const std::string_view option : {"command-config", "consumer.config"}) {
      TRY_ASSIGN(const auto path, given.value(option));
      if (path) TRY(properties.add_file(*path));
    }
    TRY(properties.add_words(given.values("command-property"), "command-property"));
    TRY_ASSIGN(const auto group, given.value("group"));
    properties.set("group.id", group.value_or(""), "--group");
    TRY_ASSIGN(const auto fetch_size, given.small_number("fetch-size"));
    properties.set("max.partition.fetch.bytes", std::to_string(*fetch_size), "--fetch-size");
    properties.set("auto.offset.reset", given.has("from-latest") ? "latest" : "earliest");
    properties.set("check.crcs", "false");
    return connection;
  }

  // Counts, and what was counted when the last line was printed.
  struct Totals {
    std::uint64_t records = 0, bytes = 0;
    double megabytes() const { return static_cast<double>(bytes) / (1 << 20); }
  };

  Task<Ran<>> play(ToolRun& run) override {
    Session& session = run.session;
    print_header(run);
    client::ConsumerOptions options = session.settings.config.consumer;
    if (options.group.group_id.empty()) {
      options.group.group_id = fmt::format("perf-consumer-{}", session.env.random.below(100'000));
    }
    const TimestampMs start_ms = session.env.clock.wall_ms();
    const env::Instant began = session.env.clock.now();
    Joining joining{session, began};
    client::RebalanceListener listener;
    listener.assigned = [&joining](client::Partitions partitions) {
      return Joining::assigned(joining, std::move(partitions));
    };
    listener.revoked = listener.lost = [&joining](client::Partitions partitions) {
      return Joining::revoked(joining, std::move(partitions));
    };
    client::Consumer consumer(session.cluster, std::move(options), std::move(listener));
    CO_TRY(subscribe(run.given, consumer));
    auto reading = read(run, consumer, joining);
    const Ran<> read_all = co_await std::move(reading);
    const env::Duration time = session.env.clock.now() - began;
    auto closing = consumer.close(run.closing_deadline());
    co_await std::move(closing);
    CO_TRY(read_all);
    if (!run.given.has("show-detailed-stats")) print_total(run, start_ms, time, joining.whole);
    if (session.interrupted()) co_return std::unexpected(JavaError::ended(130));
    co_return Ran<>();
  }

  static Ran<> subscribe(const Arguments& given, client::Consumer& consumer) {
    client::Outcome<> subscribed;
    TRY_ASSIGN(const auto topic, given.value("topic"));
    if (topic) {
      subscribed = consumer.subscribe({*topic});
    } else {
      TRY_ASSIGN(const auto include, given.value("include"));
      TRY_ASSIGN(const Pattern pattern, Pattern::compile(*include));
      subscribed = consumer.subscribe_matching(
          [pattern](std::string_view name) { return pattern.matches(name); });
    }
    if (!subscribed) return std::unexpected(JavaError(subscribed.error()));
    return {};
  }

  // How long the consumer had no partitions.
  struct Joining {
    Session& session;
    env::Instant began;
    env::Duration whole{}, in_interval{};
    std::set<client::TopicPartition> has{};
    static Task<> assigned(Joining& self, client::Partitions partitions) {
      if (self.has.empty()) {
        const env::Duration took = self.session.env.clock.now() - self.began;
        self.whole += took;
        self.in_interval += took;
      }
      self.has.insert(partitions.begin(), partitions.end());
      co_return;
    }
    static Task<> revoked(Joining& self, client::Partitions partitions) {
      for (const client::TopicPartition& of : partitions) self.has.erase(of);
      if (self.has.empty()) self.began = self.session.env.clock.now();
      co_return;
    }
  };

  Task<Ran<>> read(ToolRun& run, client::Consumer& consumer, Joining& joining) {
    Session& session = run.session;
    env::Instant last_record = session.env.clock.now(), last_line = last_record;
    Totals told;
    while (totals_.records < count_max_ && !session.interrupted() &&
           session.env.clock.now() - last_record <= timeout_) {
      auto polling = consumer.poll(session.env.clock.now() + measured_poll_time);
      const auto polled = co_await std::move(polling);
      if (!polled && !polled.error().is_retriable()) {
        co_return std::unexpected(JavaError(polled.error()));
      }
      const env::Instant now = session.env.clock.now();
      if (polled && !polled->empty()) last_record = now;
      for (const client::ConsumedRecords& consumed : polled ? *polled : client::Polled()) {
        totals_.records += consumed.batch.records.size();
        for (const wire::Record& record : consumed.batch.records) {
          totals_.bytes += record.key.size() + record.value.size();
        }
      }
      if (now - last_line < interval_) continue;
      if (run.given.has("show-detailed-stats")) {
        print_interval(run, told, now - last_line, joining.in_interval);
      }
      joining.in_interval = {};
      last_line = now;
      told = totals_;
    }
    if (totals_.records < count_max_ && !session.interrupted()) {
      run.console.out_line(
          fmt::format("WARNING: Exiting before consuming the expected number of records: timeout "
                      "({} ms) exceeded. You can use the --timeout option to increase the timeout.",
                      timeout_.count()));
    }
    co_return Ran<>();
  }

  static void print_header(ToolRun& run) {
    if (run.given.has("hide-header")) return;
    run.console.out_line(fmt::format(
        "{}, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, "
        "fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec",
        run.given.has("show-detailed-stats") ? "time, threadId" : "start.time, end.time"));
    run.console.flush();
  }

  static double seconds(env::Duration time) { return std::chrono::duration<double>(time).count(); }
  static std::int64_t whole_ms(env::Duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  }

  void print_total(ToolRun& run, TimestampMs start_ms, env::Duration time,
                   env::Duration join) const {
    const auto records = static_cast<double>(totals_.records);
    const double fetch = seconds(time - join);
    run.console.out_line(fmt::format(
        "{}, {}, {:.4f}, {:.4f}, {}, {:.4f}, {}, {}, {:.4f}, {:.4f}",
        *date_text(date_format_, start_ms), *date_text(date_format_, start_ms + whole_ms(time)),
        totals_.megabytes(), totals_.megabytes() / seconds(time), totals_.records,
        records / seconds(time), whole_ms(join), whole_ms(time - join), totals_.megabytes() / fetch,
        records / fetch));
  }

  void print_interval(ToolRun& run, const Totals& told, env::Duration time,
                      env::Duration join) const {
    const double megabytes = totals_.megabytes() - told.megabytes();
    const auto records = static_cast<double>(totals_.records - told.records);
    const double fetch = seconds(time - join);
    run.console.out_line(fmt::format("{}, 0, {:.4f}, {:.4f}, {}, {:.4f}, {}, {}, {:.4f}, {:.4f}",
                                     *date_text(date_format_, run.session.env.clock.wall_ms()),
                                     totals_.megabytes(), megabytes / seconds(time),
                                     totals_.records, records / seconds(time), whole_ms(join),
                                     whole_ms(time - join), fetch <= 0 ? 0.0 : megabytes / fetch,
                                     fetch <= 0 ? 0.0 : records / fetch));
    run.console.flush();
  }

  std::uint64_t count_max_ = 0;
  std::chrono::milliseconds timeout_{}, interval_{};
  std::string date_format_;
  Totals totals_;
};

}  // namespace

std::unique_ptr<Tool> consumer_perf_tool() { return std::make_unique<ConsumerPerf>(); }

}  // namespace weir::app::kafka
