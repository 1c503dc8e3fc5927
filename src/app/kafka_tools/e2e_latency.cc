// kafka-e2e-latency (Kafka's EndToEndLatency).

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/payloads.h"
#include "app/cli/record_sending.h"
#include "app/cli/topic_descriptions.h"
#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"
#include "client/consumer/consumer.h"
#include "client/producer/producer.h"

namespace weir::app::kafka {
namespace {

constexpr std::chrono::milliseconds answer_time{60'000};
constexpr std::chrono::milliseconds echo_poll_time{200};  // after which Ctrl-C is looked at

// The words that the tool took before it had options: server, topic, count, acks, size, [config].
const std::vector<std::string> old_words = {"--bootstrap-server", "--topic",
                                            "--num-records",      "--producer-acks",
                                            "--record-size",      "--command-config"};

class EndToEndLatency final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-e2e-latency"; }

 private:
  std::string_view about() const override {
    return "Measures the time from a record's sending to its reading.";
  }

  void describe(ArgumentParser& parser) const override {
    add_connection(parser);
    parser.option("topic", "The topic");
    parser.option("num-records", "How many records");
    parser.option("producer-acks", "1 or all");
    parser.option("record-size", "Bytes of each value");
    parser.option("record-key-size", "Bytes of each key").preset = "0";
    parser.option("record-header-key-size", "Bytes of each header's name").preset = "0";
    parser.option("record-header-size", "Bytes of each header's value; -1: null").preset = "0";
    parser.option("num-headers", "Headers of each record").preset = "0";
  }

  Ran<std::vector<std::string>> arguments(const Program& program, Console& console) const override {
    const std::vector<std::string>& words = program.arguments;
    const bool has_options = std::ranges::any_of(
        words, [](const std::string& word) { return word.starts_with("--bootstrap-server"); });
    if (has_options || words.empty()) return words;
    if (words.size() != 5 && words.size() != 6) {
      console.err_line(fmt::format(
          "Invalid number of arguments. Expected 5 or 6 positional arguments, but got {}. Usage: "
          "bootstrap-server topic num-records producer-acks record-size [optional] command-config",
          words.size()));
      return std::unexpected(JavaError::ended(1));
    }
    console.out_line(
        "WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. "
        "Please use named arguments instead: --bootstrap-server, --topic, --num-records, "
        "--producer-acks, --record-size, --command-config");
    std::vector<std::string> named;
    for (std::size_t i = 0; i < words.size(); ++i) {
      named.push_back(old_words[i]);
      named.push_back(words[i]);
    }
    return named;
  }

  Ran<> check(const Arguments& given, Console&) override {
    TRY(need(given, {"bootstrap-server", "topic", "num-records", "producer-acks", "record-size"}));
    TRY_ASSIGN(topic_, given.value("topic"));
    TRY_ASSIGN(const auto acks, given.value("producer-acks"));
    if (*acks != "1" && *acks != "all") {
      return bad_usage(
          "Invalid value for --producer-acks. Latency testing requires synchronous "
          "acknowledgement. Please use '1' or 'all'.");
    }
    struct Number {
      std::string_view option;
      std::int32_t min;
      std::string_view what;
      std::int32_t* into;
    };
    const Number numbers[] = {
        {"num-records", 1, "a positive integer", &count_},
        {"record-size", 0, "a non-negative integer", &value_size_},
        {"record-key-size", 0, "a non-negative integer", &key_size_},
        {"record-header-key-size", 0, "a non-negative integer", &header_key_size_},
        {"record-header-size", -1, "a non-negative integer or -1 for null header value",
         &header_size_},
        {"num-headers", 0, "a non-negative integer", &headers_}};
    for (const Number& number : numbers) {
      TRY_ASSIGN(const auto value, given.small_number(number.option));
      if (*value < number.min) {
        return bad_usage(fmt::format("Value for --{} must be {}.", number.option, number.what));
      }
      *number.into = *value;
    }
    return {};
  }

  Ran<ToolConnection> connection(const Arguments& given) const override {
    TRY_ASSIGN(ToolConnection connection, ClientTool::connection(given));
    TRY_ASSIGN(const auto acks, given.value("producer-acks"));
    connection.properties.set("linger.ms", "0");
    connection.properties.set("acks", *acks, "--producer-acks");
    connection.properties.set("enable.auto.commit", "false");
    connection.properties.set("auto.offset.reset", "latest");
    connection.properties.set("fetch.max.wait.ms", "0");
    return connection;
  }

  Task<Ran<>> play(ToolRun& run) override {
    auto making = make_topic(run);
    CO_TRY_ASSIGN(const client::Partitions partitions, co_await std::move(making));
    // Side by side: a fetch that waits for records would hold back the record behind it.
    client::Cluster reading_side(run.session.env, run.session.settings.config.cluster);
    client::Consumer consumer(reading_side, run.session.settings.config.consumer);
    client::Producer producer(run.session.cluster, run.session.settings.config.producer);
    DeliveryGuard guard(run.session, producer, [] { return 0; }, false);
    auto measuring = measure(run, consumer, producer, partitions);
    const Ran<> measured = co_await std::move(measuring);
    auto closing_producer = guard.close();
    co_await std::move(closing_producer);
    auto closing = consumer.close(run.closing_deadline());
    co_await std::move(closing);
    auto closing_cluster = reading_side.close();
    co_await std::move(closing_cluster);
    if (run.session.interrupted()) co_return std::unexpected(JavaError::ended(130));
    co_return measured;
  }

  Task<Ran<client::Partitions>> make_topic(ToolRun& run) {
    auto listing = run.admin.list_topics(true, run.deadline());
    CO_TRY_ASSIGN(const auto topics, co_await std::move(listing));
    if (!topics.contains(*topic_)) {
      run.console.out_line(
          fmt::format("Topic \"{}\" does not exist. Will create topic with 1 partition(s) and "
                      "replication factor = 1",
                      *topic_));
      client::NewTopic topic;
      topic.name = *topic_;
      topic.partitions = 1;
      topic.replication_factor = 1;
      auto creating = run.admin.create_topics({topic}, false, run.deadline());
      const auto created = co_await std::move(creating);
      if (const auto& outcome = created.at(*topic_); !outcome) {
        run.console.out_line(fmt::format("Creation of topic {} failed", *topic_));
        co_return std::unexpected(JavaError(outcome.error()).in_execution().in_runtime());
      }
    }
    auto describing = describe_patiently(run.session, {*topic_}, run.deadline());
    const auto described = co_await std::move(describing);
    const auto& found = described.at(*topic_);
    if (!found) co_return std::unexpected(JavaError(found.error()));
    client::Partitions partitions;
    for (const auto& partition : found->partitions)
      partitions.push_back({*topic_, partition.index});
    co_return partitions;
  }

  Task<Ran<>> measure(ToolRun& run, client::Consumer& consumer, client::Producer& producer,
                      const client::Partitions& partitions) {
    Session& session = run.session;
    auto asking = consumer.end_offsets(partitions, run.deadline());
    CO_TRY_ASSIGN(const auto ends, co_await std::move(asking));
    consumer.assign(partitions);
    for (const auto& [of, end] : ends) CO_TRY(consumer.seek(of, end));
    Payloads values(static_cast<std::size_t>(value_size_), session.env.random,
                    {.first = 'A', .count = 26});
    Payloads keys(static_cast<std::size_t>(key_size_), session.env.random,
                  {.first = 'A', .count = 26});
    std::vector<std::int64_t> latencies;  // whole milliseconds, as Kafka's tool counts them
    env::Duration whole{};
    for (std::int32_t i = 0; i < count_ && !session.interrupted(); ++i) {
      const Bytes value = values.next();
      const env::Instant sent = session.env.clock.now();
      auto going = round(run, consumer, producer, value, keys.next());
      CO_TRY(co_await std::move(going));
      const env::Duration took = session.env.clock.now() - sent;
      const double ms = std::chrono::duration<double, std::milli>(took).count();
      if (i % 1000 == 0) {
        run.console.out_line(fmt::format("{}\t{}", i, ms));
        run.console.flush();
      }
      whole += took;
      latencies.push_back(static_cast<std::int64_t>(ms));
    }
    if (session.interrupted()) co_return Ran<>();
    std::ranges::sort(latencies);
    const auto percentile = [&](double share) {
      return latencies[static_cast<std::size_t>(static_cast<double>(latencies.size()) * share)];
    };
    run.console.out_line(
        fmt::format("Avg latency: {:.4f} ms",
                    std::chrono::duration<double, std::milli>(whole).count() / count_));
    run.console.out_line(fmt::format("Percentiles: 50th = {}, 99th = {}, 99.9th = {}",
                                     percentile(0.5), percentile(0.99), percentile(0.999)));
    co_return Ran<>();
  }

  // One record there and back.
  Task<Ran<>> round(ToolRun& run, client::Consumer& consumer, client::Producer& producer,
                    Bytes value, Bytes key) {
    const std::string header_name(static_cast<std::size_t>(header_key_size_), 'H');
    const std::string header_text(static_cast<std::size_t>(std::max(0, header_size_)), 'V');
    const std::vector<wire::RecordHeader> headers(
        static_cast<std::size_t>(headers_),
        {header_name, header_size_ < 0 ? wire::Blob::null() : wire::Blob(as_bytes(header_text))});
    client::ProducerRecord record;
    record.topic = *topic_;
    record.value = wire::Blob(value);
    if (key_size_ > 0) record.key = wire::Blob(key);
    record.headers = headers;
    auto sending = producer.send(record);
    const client::Delivery delivery = co_await std::move(sending);
    if (!delivery) co_return std::unexpected(JavaError(delivery.error().why).in_execution());
    const env::Instant deadline = run.session.env.clock.now() + answer_time;
    while (run.session.env.clock.now() < deadline && !run.session.interrupted()) {
      auto polling =
          consumer.poll(std::min(deadline, run.session.env.clock.now() + echo_poll_time));
      CO_TRY_ASSIGN(const auto polled, co_await std::move(polling));
      if (polled.empty()) continue;
      const auto& records = polled.front().batch.records;
      if (polled.size() != 1 || records.size() != 1) {
        co_return std::unexpected(JavaError(
            "java.lang.RuntimeException",
            "Only one result was expected during this test: does somebody else write the topic?"));
      }
      if (!std::ranges::equal(records.front().value.view(), value)) {
        co_return std::unexpected(
            JavaError("java.lang.RuntimeException",
                      "The message value read did not match the message value sent"));
      }
      co_return Ran<>();
    }
    if (run.session.interrupted()) co_return Ran<>();
    co_return std::unexpected(
        JavaError("java.lang.RuntimeException",
                  fmt::format("poll() timed out before finding a result (timeout:[{}ms])",
                              answer_time.count())));
  }

  std::optional<std::string> topic_;
  std::int32_t count_ = 0, value_size_ = 0, key_size_ = 0, header_key_size_ = 0, header_size_ = 0,
               headers_ = 0;
};

}  // namespace

std::unique_ptr<Tool> e2e_latency_tool() { return std::make_unique<EndToEndLatency>(); }

}  // namespace weir::app::kafka
