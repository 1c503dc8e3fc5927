// kafka-get-offsets (Kafka's GetOffsetShell).

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/partition_filter.h"

namespace weir::app::kafka {
namespace {

using client::OffsetSpec;
using client::TopicPartition;

Ran<OffsetSpec> offset_spec(std::string_view text) {
  if (text == "earliest") return OffsetSpec::earliest();
  if (text == "latest") return OffsetSpec::latest();
  if (text == "max-timestamp") return OffsetSpec::max_timestamp();
  if (text == "earliest-local") return OffsetSpec::earliest_local();
  if (text == "latest-tiered") return OffsetSpec::latest_tiered();
  if (text == "earliest-pending-upload") return OffsetSpec::earliest_pending();
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  TimestampMs time = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), time);
  if (error != std::errc{} || stop != digits.data() + digits.size()) {
    return terse(
        fmt::format("Malformed time argument {}. Please use -1 or latest / -2 or earliest / -3 or "
                    "max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or "
                    "earliest-pending-upload, or a specified long format timestamp",
                    text));
  }
  return OffsetSpec::at(time);
}

class GetOffsets final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-get-offsets"; }

 private:
  std::string_view about() const override { return "Shows offsets of partitions."; }

  void describe(ArgumentParser& parser) const override {
    add_connection(parser);
    parser.option("topic-partitions", "TOPIC[:PARTITIONS],...: 3, 1-4, 1- or -4");
    parser.option("topic", "The topic, or a regular expression");
    parser.option("partitions", "Numbers of partitions, with commas between");
    parser
        .option("time",
                "Milliseconds, latest (-1), earliest (-2), max-timestamp (-3), earliest-local "
                "(-4), latest-tiered (-5), earliest-pending-upload (-6)")
        .preset = "latest";
    parser.flag("exclude-internal-topics", "Leave out topics of the brokers");
  }

  Ran<> check(const Arguments& given, Console&) override {
    TRY(need(given, {"bootstrap-server"}));
    TRY_ASSIGN(const auto bootstrap, given.value("bootstrap-server"));
    TRY(check_bootstrap(*bootstrap));
    if (given.has("topic-partitions") && (given.has("topic") || given.has("partitions"))) {
      return terse("--topic-partitions cannot be used with --topic or --partitions");
    }
    TRY_ASSIGN(const auto time, given.value("time"));
    TRY_ASSIGN(spec_, offset_spec(*time));
    if (given.has("topic-partitions")) {
      TRY_ASSIGN(const auto list, given.value("topic-partitions"));
      TRY_ASSIGN(filter_, PartitionFilter::of_list(*list));
      return {};
    }
    TRY_ASSIGN(const auto topic, given.value("topic"));
    TRY_ASSIGN(const auto partitions, given.value("partitions"));
    TRY_ASSIGN(filter_, PartitionFilter::of_topic(topic.value_or(".*"), partitions));
    return {};
  }

  Ran<ToolConnection> connection(const Arguments& given) const override {
    TRY_ASSIGN(ToolConnection connection, ClientTool::connection(given));
    connection.properties.set("client.id", "GetOffsetShell");
    return connection;
  }

  int refuse(const JavaError& error, const Program&, Console& console) const override {
    console.err_line(fmt::format("Error occurred: {}", error.message));
    return 1;
  }

  Task<Ran<>> play(ToolRun& run) override {
    auto finding = partitions(run);
    CO_TRY_ASSIGN(std::vector<TopicPartition> found, co_await std::move(finding));
    if (found.empty()) {
      co_return terse("Could not match any topic-partitions with the specified filters");
    }
    std::map<TopicPartition, OffsetSpec> wanted;
    for (const TopicPartition& partition : found) wanted[partition] = spec_;
    auto listing = run.admin.list_offsets(std::move(wanted),
                                          client::IsolationLevel::read_uncommitted, run.deadline());
    const auto offsets = co_await std::move(listing);
    std::map<std::string, std::string> lines;  // by "topic-partition"
    for (const auto& [partition, offset] : offsets) {
      const std::string text = fmt::format("{}-{}", partition.topic, partition.partition);
      if (!offset) {
        run.console.err_line(
            fmt::format("Skip getting offsets for topic-partition {} due to error: {}", text,
                        JavaError(offset.error()).text()));
      } else if (offset->offset != no_offset) {
        lines[text] = fmt::format("{}:{}:{}", partition.topic, partition.partition, offset->offset);
      }
    }
    for (const auto& [partition, line] : lines) run.console.out_line(line);
    co_return Ran<>();
  }

  Task<Ran<std::vector<TopicPartition>>> partitions(ToolRun& run) {
    auto listing = run.admin.list_topics(!run.given.has("exclude-internal-topics"), run.deadline());
    const auto listed = co_await std::move(listing);
    if (!listed) co_return std::unexpected(JavaError(listed.error()).in_execution());
    std::vector<std::string> topics;
    for (const auto& [topic, listing_of] : *listed) {
      if (filter_.allows(topic)) topics.push_back(topic);
    }
    auto describing = run.admin.describe_topics(std::move(topics), run.deadline());
    const auto described = co_await std::move(describing);
    std::vector<TopicPartition> found;
    for (const auto& [topic, description] : described) {
      if (!description) co_return std::unexpected(JavaError(description.error()).in_execution());
      for (const auto& partition : description->partitions) {
        if (const TopicPartition of{topic, partition.index}; filter_.allows(of))
          found.push_back(of);
      }
    }
    co_return found;
  }

  OffsetSpec spec_;
  PartitionFilter filter_;
};

}  // namespace

std::unique_ptr<Tool> get_offsets_tool() { return std::make_unique<GetOffsets>(); }

}  // namespace weir::app::kafka
