// kafka-console-consumer (Kafka's ConsoleConsumer).

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "app/cli/consumed_view.h"
#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"
#include "app/kafka_tools/record_printer.h"
#include "client/consumer/fetch/positions.h"

namespace weir::app::kafka {
namespace {

constexpr std::chrono::milliseconds poll_time{200};  // after which Ctrl-C is looked at
constexpr std::string_view logger_name = "org.apache.kafka.tools.consumer.ConsoleConsumer";

class ConsoleConsumer final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-console-consumer"; }

 private:
  std::string_view about() const override {
    return "Reads records of topics and writes them to standard output.";
  }

  void describe(ArgumentParser& parser) const override {
    parser.option("topic", "The topic");
    parser.option("include", "Topics, as a regular expression");
    parser.option("partition", "The partition; from its end without --offset");
    parser.option("offset", "An offset, earliest or latest").preset = "latest";
    parser.option("bootstrap-server", "Brokers to begin with: host:port, with commas between");
    parser.option("group", "The group to read in");
    parser.flag("from-beginning", "Where nothing is committed, begin with the first record");
    parser.option("max-messages", "End after so many records");
    parser.option("timeout-ms", "End when no record has come for so long");
    parser.option("isolation-level", "read_committed or read_uncommitted").preset =
        "read_uncommitted";
    parser.flag("skip-message-on-error", "Pass over a record that cannot be printed");
    parser.flag("enable-systest-events", "Say at the end that it is the end");
    parser.option("command-config", "A file of properties of the consumer");
    parser.option("command-property", "A property of the consumer: name=value");
    parser.option("consumer.config", "As --command-config (deprecated)");
    parser.option("consumer-property", "As --command-property (deprecated)");
    parser.option("formatter", "What prints records").preset =
        "org.apache.kafka.tools.consumer.DefaultMessageFormatter";
    parser.option("formatter-config", "A file of properties of the formatter");
    parser.option("formatter-property", "A property of the formatter: name=value");
    parser.option("property", "As --formatter-property (deprecated)");
    parser.option("key-deserializer", "What keys are");
    parser.option("value-deserializer", "What values are");
  }

  Ran<> check(const Arguments& given, Console& console) override {
    TRY(check_source(given));
    struct Renamed {
      std::string_view old_name, name;
    };
    static constexpr Renamed renamed[] = {{"consumer-property", "command-property"},
                                          {"consumer.config", "command-config"}};
    for (const auto& [old_name, name] : renamed) {
      if (given.has(old_name) && given.has(name)) {
        return bad_usage(
            fmt::format("Options --{} and --{} cannot be specified together.", old_name, name));
      }
    }
    const auto warn = [&](std::string_view old_name, std::string_view name) {
      if (!given.has(old_name)) return;
      console.out_line(
          fmt::format("Option --{} is deprecated and will be removed in a future version. Use --{} "
                      "instead.",
                      old_name, name));
    };
    for (const auto& [old_name, name] : renamed) warn(old_name, name);
    TRY(read_properties(given, console));
    TRY(read_offset(given));
    TRY_ASSIGN(const auto timeout, given.number("timeout-ms"));
    if (timeout && *timeout >= 0) timeout_ = std::chrono::milliseconds(*timeout);
    TRY_ASSIGN(count_max_, given.small_number("max-messages"));
    if (given.has("formatter-property") && given.has("property")) {
      return bad_usage("Options --property and --formatter-property cannot be specified together.");
    }
    warn("property", "formatter-property");
    return read_formatter(given);
  }

  Ran<> check_source(const Arguments& given) {
    if (given.has("topic") == given.has("include")) {
      return bad_usage("Exactly one of the following arguments is required: [topic], [include]");
    }
    TRY_ASSIGN(topic_, given.value("topic"));
    TRY_ASSIGN(partition_, given.small_number("partition"));
    if (partition_ && !topic_) {
      return bad_usage("The topic is required when partition is specified.");
    }
    if (partition_ && given.has("from-beginning") && given.has("offset")) {
      return bad_usage("Options from-beginning and offset cannot be specified together.");
    }
    if (!partition_ && given.has("offset")) {
      return bad_usage("The partition is required when offset is specified.");
    }
    return need(given, {"bootstrap-server"});
  }

  Ran<> read_properties(const Arguments& given, Console& console) {
    properties_.set("allow.auto.create.topics", "true");
    properties_.set("client.id", "console-consumer");
    std::set<std::string> groups;
    TRY_ASSIGN(const auto group, given.value("group"));
    if (group) groups.insert(*group);
    Properties file, words;
    for (const std::string_view option : {"command-config", "consumer.config"}) {
      TRY_ASSIGN(const auto path, given.value(option));
      if (path) TRY(file.add_file(*path));
    }
    for (const std::string_view option : {"command-property", "consumer-property"}) {
      TRY(words.add_words(given.values(option), option));
    }
    for (const Properties* from : {&file, &words}) {
      if (const auto named = from->find("group.id")) groups.insert(*named);
      for (const auto& [name, value, place] : from->entries()) properties_.set(name, value, place);
    }
    if (groups.size() > 1) {
      std::vector<std::string> names;
      names.assign(groups.begin(), groups.end());
      sort_as_hash_map(names);
      return bad_usage(
          fmt::format("The group ids provided in different places (directly using '--group', via "
                      "'--consumer-property', or via '--consumer.config') do not match. Detected "
                      "group ids: '{}'",
                      joined(names, "', '")));
    }
    if (!groups.empty() && partition_) {
      return bad_usage("Options group and partition cannot be specified together.");
    }
    TRY(read_reset(given, console));
    TRY(properties_.merge("isolation.level", given, "isolation-level"));
    properties_.set("group.id", groups.empty() ? "" : *groups.begin());
    if (groups.empty() && !properties_.find("enable.auto.commit")) {
      properties_.set("enable.auto.commit", "false");
    }
    return {};
  }

  Ran<> read_reset(const Arguments& given, Console& console) {
    const auto reset = properties_.find("auto.offset.reset");
    const bool from_beginning = given.has("from-beginning");
    if (!reset) {
      properties_.set("auto.offset.reset", from_beginning ? "earliest" : "latest");
    } else if (from_beginning && *reset != "earliest") {
      console.err_line(
          fmt::format("Can't simultaneously specify --from-beginning and 'auto.offset.reset={}', "
                      "please remove one option",
                      *reset));
      return std::unexpected(JavaError::ended(1));
    }
    return {};
  }

  Ran<> read_offset(const Arguments& given) {
    TRY_ASSIGN(const auto text, given.value("offset"));
    const bool from_beginning = !given.has("offset") && given.has("from-beginning");
    std::string lower = *text;
    for (char& letter : lower)
      letter = letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
    if (from_beginning || lower == "earliest") {
      begin_ = client::time_of_earliest;
      return {};
    }
    if (lower == "latest") return {};
    Offset offset = 0;
    const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), offset);
    if (error != std::errc{} || stop != text->data() + text->size() || offset < 0) {
      return bad_usage(
          fmt::format("The provided offset value '{}' is incorrect. Valid values are 'earliest', "
                      "'latest', or a non-negative long.",
                      *text));
    }
    offset_ = offset;
    return {};
  }

  Ran<> read_formatter(const Arguments& given) {
    Properties properties;
    TRY_ASSIGN(const auto path, given.value("formatter-config"));
    if (path) TRY(properties.add_file(*path));
    for (const std::string_view side : {"key", "value"}) {
      const std::string option = fmt::format("{}-deserializer", side);
      TRY_ASSIGN(const auto named, given.value(option));
      if (named && !named->empty()) {
        properties.set(fmt::format("{}.deserializer", side), *named, "--" + option);
      }
    }
    for (const std::string_view option : {"formatter-property", "property"}) {
      TRY(properties.add_words(given.values(option), option));
    }
    TRY_ASSIGN(const auto formatter, given.value("formatter"));
    auto printer = RecordPrinter::parse(*formatter, properties);
    if (!printer) return bad_usage(printer.error().message);
    printer_ = *std::move(printer);
    return {};
  }

  Ran<ToolConnection> connection(const Arguments& given) const override {
    TRY_ASSIGN(const auto bootstrap, given.value("bootstrap-server"));
    return ToolConnection{*bootstrap, properties_};
  }

  int refuse(const JavaError& error, const Program& program, Console& console) const override {
    if (is_option_error(error)) return ClientTool::refuse(error, program, console);
    // Java's consumer finds it when it is made.
    if (error.type.ends_with("ConfigException")) return fail(error, program, console);
    console.err_line(fmt::format("Exception in thread \"main\" {}", error.text()));
    return 1;
  }
  int fail(const JavaError& error, const Program&, Console& console) const override {
    console.err_line(log_line("ERROR", "Unknown error when running consumer: ", logger_name));
    console.err_line(error.text());
    return 1;
  }

  Task<Ran<>> play(ToolRun& run) override {
    run.console.flush();
    Session& session = run.session;
    client::ConsumerOptions options = session.settings.config.consumer;
    options.finishes_by_hand = true;
    if (options.group.group_id.empty() && !partition_) {
      // As Kafka's: a group of its own, which commits nothing.
      options.group.group_id =
          fmt::format("console-consumer-{}", session.env.random.below(100'000));
    }
    client::Consumer consumer(session.cluster, std::move(options));
    CO_TRY(begin(run.given, consumer));
    auto reading = read(run, consumer);
    const Ran<> read_all = co_await std::move(reading);
    auto closing = consumer.close(run.closing_deadline());
    const auto closed = co_await std::move(closing);
    run.console.err_line(fmt::format("Processed a total of {} messages", count_));
    if (run.given.has("enable-systest-events")) run.console.out_line("shutdown_complete");
    CO_TRY(read_all);
    if (session.interrupted()) co_return std::unexpected(JavaError::ended(130));
    if (!closed) co_return std::unexpected(JavaError(closed.error()));
    co_return Ran<>();
  }

  Ran<> begin(const Arguments& given, client::Consumer& consumer) {
    if (partition_) {
      const client::TopicPartition of{*topic_, *partition_};
      consumer.assign({of});
      const auto sought =
          offset_ ? consumer.seek(of, {.offset = *offset_}) : consumer.seek_to_time(of, begin_);
      if (!sought) return std::unexpected(JavaError(sought.error()));
      return {};
    }
    client::Outcome<> subscribed;
    if (topic_) {
      subscribed = consumer.subscribe({*topic_});
    } else {
      TRY_ASSIGN(const auto include, given.value("include"));
      TRY_ASSIGN(const Pattern pattern, Pattern::compile(*include));
      subscribed = consumer.subscribe_matching(
          [pattern](std::string_view topic) { return pattern.matches(topic); });
    }
    if (!subscribed) return std::unexpected(JavaError(subscribed.error()));
    return {};
  }

  // Errors of reading are logged and end it well, as Kafka's tool has it; errors of printing are
  // errors.
  Task<Ran<>> read(ToolRun& run, client::Consumer& consumer) {
    Session& session = run.session;
    const auto is_done = [&] {
      return count_max_ && *count_max_ >= 0 && count_ >= static_cast<std::uint64_t>(*count_max_);
    };
    env::Instant waits_from = session.env.clock.now();
    while (!is_done() && !session.interrupted()) {
      const env::Instant now = session.env.clock.now();
      const env::Duration left =
          timeout_ ? std::max(env::Duration{}, *timeout_ - (now - waits_from)) : poll_time;
      auto polling = consumer.poll(now + std::min<env::Duration>(left, poll_time));
      const auto polled = co_await std::move(polling);
      std::optional<JavaError> error;
      if (!polled && !polled.error().is_retriable()) error = JavaError(polled.error());
      const bool is_empty = !polled || polled->empty();
      if (!error && is_empty && timeout_ && session.env.clock.now() - waits_from > *timeout_) {
        error = JavaError("org.apache.kafka.common.errors.TimeoutException", "");
      }
      if (error) {
        run.console.err_line(log_line(
            "ERROR", "Error processing message, terminating consumer process: ", logger_name));
        run.console.err_line(error->text());
        co_return Ran<>();
      }
      if (is_empty) continue;
      auto showing = show(run, consumer, *polled);
      CO_TRY(co_await std::move(showing));
      if (output_closed_) co_return Ran<>();
      waits_from = session.env.clock.now();
    }
    co_return Ran<>();
  }

  // What is printed is finished, no more: a commit covers what somebody saw.
  Task<Ran<>> show(ToolRun& run, client::Consumer& consumer, const client::Polled& polled) {
    std::string out;
    std::map<client::TopicPartition, Offset> next;
    Ran<> printed;
    for (const client::ConsumedRecords& consumed : polled) {
      for (const wire::Record& record : consumed.batch.records) {
        if (!printed ||
            (count_max_ && *count_max_ >= 0 && count_ >= static_cast<std::uint64_t>(*count_max_))) {
          break;
        }
        ++count_;
        printed = printer_.print(view_of(consumed, record), out);
        if (!printed && run.given.has("skip-message-on-error")) {
          run.console.err_line(
              log_line("ERROR", "Error processing message, skipping this message: ", logger_name));
          run.console.err_line(printed.error().text());
          run.console.flush();
          printed = {};
        }
        if (printed) next[consumed.partition] = record.offset + 1;
      }
    }
    auto writing = run.session.write(std::move(out));
    if (const auto written = co_await std::move(writing); !written) {
      run.console.err_line("Unable to write to standard out, closing consumer.");
      output_closed_ = true;
      co_return Ran<>();
    }
    for (const auto& [of, offset] : next) {
      // Given up meanwhile: its next owner reads it again.
      [[maybe_unused]] const auto finished = consumer.finished(of, offset);
    }
    co_return printed;
  }

  Properties properties_;
  std::optional<std::string> topic_;
  std::optional<std::int32_t> partition_, count_max_;
  std::optional<Offset> offset_;
  std::int64_t begin_ = client::time_of_latest;
  std::optional<std::chrono::milliseconds> timeout_;
  RecordPrinter printer_;
  std::uint64_t count_ = 0;
  bool output_closed_ = false;
};

}  // namespace

std::unique_ptr<Tool> console_consumer_tool() { return std::make_unique<ConsoleConsumer>(); }

}  // namespace weir::app::kafka
