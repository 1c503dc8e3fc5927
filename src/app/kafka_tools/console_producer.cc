// kafka-console-producer (Kafka's ConsoleProducer).

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/record_sending.h"
#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/line_reader.h"

namespace weir::app::kafka {
namespace {

constexpr std::size_t piece_size = 256 << 10;

std::unexpected<JavaError> not_together(std::string_view one, std::string_view other) {
  return bad_usage(fmt::format("Options --{} and --{} cannot be specified together.", one, other));
}

class ConsoleProducer final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-console-producer"; }

 private:
  std::string_view about() const override {
    return "Reads lines of standard input and writes each as a record.";
  }

  void describe(ArgumentParser& parser) const override {
    parser.option("topic", "The topic");
    parser.option("bootstrap-server", "Brokers to begin with: host:port, with commas between");
    parser.flag("sync", "Wait for the outcome of each record");
    parser.optional("compression-codec", "none, gzip, snappy, lz4 or zstd; gzip without a value");
    parser.option("batch-size", "batch.size").preset = "16384";
    parser.option("max-partition-memory-bytes", "batch.size (deprecated)").preset = "16384";
    parser.option("message-send-max-retries", "retries").preset = "3";
    parser.option("retry-backoff-ms", "retry.backoff.ms").preset = "100";
    parser.option("timeout", "linger.ms").preset = "1000";
    parser.option("request-required-acks", "acks").preset = "-1";
    parser.option("request-timeout-ms", "request.timeout.ms").preset = "1500";
    parser.option("metadata-expiry-ms", "metadata.max.age.ms").preset = "300000";
    parser.option("max-block-ms", "max.block.ms").preset = "60000";
    parser.option("max-memory-bytes", "buffer.memory").preset = "33554432";
    parser.option("command-config", "A file of properties of the producer");
    parser.option("command-property", "A property of the producer: name=value");
    parser.option("producer.config", "As --command-config (deprecated)");
    parser.option("producer-property", "As --command-property (deprecated)");
    parser.option("reader-config", "A file of properties of the reader of lines");
    parser.option("reader-property", "A property of the reader of lines: name=value");
    parser.option("property", "As --reader-property (deprecated)");
    parser.option("line-reader", "The reader of lines").preset = line_reader;
    parser.refuse("socket-buffer-size", Takes::value, "the system chooses");
  }

  Ran<> check(const Arguments& given, Console& console) override {
    TRY(need(given, {"topic"}));
    struct Renamed {
      std::string_view old_name, name;
    };
    static constexpr Renamed renamed[] = {{"producer.config", "command-config"},
                                          {"producer-property", "command-property"},
                                          {"property", "reader-property"}};
    for (const auto& [old_name, name] : renamed) {
      if (given.has(old_name) && given.has(name)) return not_together(name, old_name);
    }
    constexpr std::string_view removal =
        "Warning: --{} is deprecated and will be removed in {}. Use --{} instead.";
    for (const std::size_t i : {1, 0, 2}) {
      const auto& [old_name, name] = renamed[i];
      if (given.has(old_name)) {
        console.out_line(fmt::format(fmt::runtime(removal), old_name, "a future version", name));
      }
    }
    if (given.has("max-partition-memory-bytes")) {
      console.out_line(fmt::format(fmt::runtime(removal), "max-partition-memory-bytes",
                                   "Apache Kafka 5.0", "batch-size"));
    }
    TRY_ASSIGN(const auto bootstrap, given.value("bootstrap-server"));
    TRY(check_bootstrap(bootstrap.value_or("")));
    TRY_ASSIGN(const auto reader, given.value("line-reader"));
    if (*reader != line_reader) {
      return illegal_argument(
          fmt::format("--line-reader {}: only {} is supported", *reader, line_reader));
    }
    TRY_ASSIGN(topic_, given.value("topic"));
    Properties properties;
    TRY_ASSIGN(const auto file, given.value("reader-config"));
    if (file) TRY(properties.add_file(*file));
    TRY(properties.add_words(given.values("reader-property"), "reader-property"));
    TRY(properties.add_words(given.values("property"), "property"));
    TRY_ASSIGN(form_, LineForm::parse(properties));
    return {};
  }

  Ran<ToolConnection> connection(const Arguments& given) const override {
    ToolConnection connection;
    Properties& properties = connection.properties;
    TRY_ASSIGN(const auto bootstrap, given.value("bootstrap-server"));
    connection.bootstrap = *bootstrap;
    properties.set("allow.auto.create.topics", "true");
    properties.set("client.id", "console-producer");
    for (const std::string_view option : {"command-config", "producer.config"}) {
      TRY_ASSIGN(const auto file, given.value(option));
      if (file) TRY(properties.add_file(*file));
    }
    for (const std::string_view option : {"command-property", "producer-property"}) {
      TRY(properties.add_words(given.values(option), option));
    }
    TRY_ASSIGN(const auto codec, given.value("compression-codec"));
    const bool is_named = codec && !codec->empty();
    const std::string unnamed = given.has("compression-codec") ? "gzip" : "none";
    properties.set("compression.type", is_named ? *codec : unnamed, "--compression-codec");
    TRY(properties.merge_number("linger.ms", given, "timeout"));
    TRY(properties.merge("acks", given, "request-required-acks"));
    TRY(properties.merge_number("request.timeout.ms", given, "request-timeout-ms"));
    TRY(properties.merge_number("retries", given, "message-send-max-retries"));
    TRY(properties.merge_number("retry.backoff.ms", given, "retry-backoff-ms"));
    TRY(properties.merge_number("buffer.memory", given, "max-memory-bytes"));
    TRY(properties.merge_number("batch.size", given, "batch-size"));
    TRY(properties.merge_number("batch.size", given, "max-partition-memory-bytes"));
    TRY(properties.merge_number("metadata.max.age.ms", given, "metadata-expiry-ms"));
    TRY(properties.merge_number("max.block.ms", given, "max-block-ms"));
    return connection;
  }

  int refuse(const JavaError& error, const Program&, Console& console) const override {
    console.err_line(is_option_error(error) ? error.message : error.text());
    return 1;
  }

  Task<Ran<>> play(ToolRun& run) override {
    run.console.flush();
    shows_prompt_ = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
    client::Producer producer(run.session.cluster, run.session.settings.config.producer);
    DeliveryGuard guard(run.session, producer, [this] { return taken_ - ended_; }, false);
    auto sending = send_lines(run, producer, guard);
    const Ran<> sent = co_await std::move(sending);
    // What was taken is delivered: delivery.timeout.ms bounds it.
    auto delivering = guard.deliver();
    co_await std::move(delivering);
    auto closing = guard.close();
    co_await std::move(closing);
    run.console.flush();
    if (run.session.interrupted()) co_return std::unexpected(JavaError::ended(130));
    co_return sent;
  }

  Task<Ran<>> send_lines(ToolRun& run, client::Producer& producer, DeliveryGuard& guard) {
    LineSplitter lines;
    for (bool more = true; more && !run.session.interrupted();) {
      if (shows_prompt_) prompt();
      auto reading = run.session.read_input(piece_size);
      CO_TRY_ASSIGN(const std::string piece, co_await std::move(reading));
      more = !piece.empty();
      more ? lines.add(piece) : lines.end();
      while (const auto line = run.session.interrupted() ? std::nullopt : lines.next()) {
        CO_TRY_ASSIGN(const RecordText record, form_.read(*line, ++line_number_));
        auto sending = send(run, producer, guard, record);
        CO_TRY(co_await std::move(sending));
      }
    }
    co_return Ran<>();
  }

  Task<Ran<>> send(ToolRun& run, client::Producer& producer, DeliveryGuard& guard,
                   const RecordText& record) {
    ++taken_;
    const bool waits = run.given.has("sync");
    const auto size = [](const std::optional<std::string>& bytes) {
      return bytes ? fmt::format("{} bytes", bytes->size()) : std::string("null");
    };
    const std::string what =
        waits ? ""
              : fmt::format(
                    "Error when sending message to topic {} with key: {}, value: {} with "
                    "error:",
                    *topic_, size(record.key), size(record.value));
    client::OnDelivery done = [this, &run, waits, what](const client::Delivery& delivery) {
      ++ended_;
      if (delivery) return;
      if (waits) {
        failure_ = delivery.error().why;
        return;
      }
      run.console.err_line(log_line(
          "ERROR", what, "org.apache.kafka.clients.producer.internals.ErrorLoggingCallback"));
      run.console.err_line(JavaError(delivery.error().why).text());
      run.console.flush();
    };
    auto sending = send_record(producer, *topic_, record, std::move(done));
    co_await std::move(sending);
    if (waits) {
      auto delivering = guard.deliver();
      co_await std::move(delivering);
    }
    if (failure_) co_return std::unexpected(JavaError(*failure_).in_execution());
    co_return Ran<>();
  }

  static void prompt() {
    Console console;
    console.out(">");
    console.flush();
  }

  static constexpr const char* line_reader = "org.apache.kafka.tools.LineMessageReader";
  std::optional<std::string> topic_;
  LineForm form_;
  bool shows_prompt_ = false;
  std::size_t line_number_ = 0;
  std::uint64_t taken_ = 0, ended_ = 0;
  std::optional<client::Failure> failure_;  // with --sync
};

}  // namespace

std::unique_ptr<Tool> console_producer_tool() { return std::make_unique<ConsoleProducer>(); }

}  // namespace weir::app::kafka
