// kafka-delete-records (Kafka's DeleteRecordsCommand).

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {
namespace {

using client::TopicPartition;
using Json = nlohmann::json;

constexpr std::string_view mapping_exception =
    "com.fasterxml.jackson.databind.JsonMappingException";

std::unexpected<JavaError> admin_error(std::string message) {
  return std::unexpected(
      JavaError("org.apache.kafka.server.common.AdminOperationException", std::move(message)));
}
std::unexpected<JavaError> mapping_error(std::string message) {
  return std::unexpected(JavaError(std::string(mapping_exception), std::move(message)));
}

Ran<const Json*> field(const Json& of, const char* name) {
  const auto found = of.find(name);
  if (found == of.end()) return mapping_error(fmt::format("No such field exists: `{}`", name));
  return &*found;
}

Ran<std::int64_t> integer(const Json& json, std::string_view type) {
  if (!json.is_number_integer()) {
    return mapping_error(fmt::format("Expected `{}` value, received {}", type, json.dump()));
  }
  return json.get<std::int64_t>();
}

// In the file's order, twice when it stands twice.
Ran<std::vector<std::pair<TopicPartition, Offset>>> read_offsets(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return admin_error("The input string is not a valid JSON");
  if (!json.is_object()) {
    return mapping_error(fmt::format("Expected JSON object, received {}", json.dump()));
  }
  if (const auto version = json.find("version"); version != json.end()) {
    TRY_ASSIGN(const std::int64_t number, integer(*version, "Integer"));
    if (number != 1)
      return admin_error(fmt::format("Not supported version field value {}", number));
  }
  const auto partitions = json.find("partitions");
  if (partitions == json.end()) return admin_error("Missing partitions field");
  if (!partitions->is_array()) {
    return mapping_error(fmt::format("Expected JSON array, received {}", partitions->dump()));
  }
  std::vector<std::pair<TopicPartition, Offset>> offsets;
  for (const Json& entry : *partitions) {
    if (!entry.is_object()) {
      return mapping_error(fmt::format("Expected JSON object, received {}", entry.dump()));
    }
    TRY_ASSIGN(const Json* const topic, field(entry, "topic"));
    if (!topic->is_string()) {
      return mapping_error(fmt::format("Expected `String` value, received {}", topic->dump()));
    }
    TRY_ASSIGN(const Json* const partition, field(entry, "partition"));
    TRY_ASSIGN(const std::int64_t index, integer(*partition, "Integer"));
    TRY_ASSIGN(const Json* const offset, field(entry, "offset"));
    TRY_ASSIGN(const std::int64_t before, integer(*offset, "Long"));
    if (index != static_cast<PartitionIndex>(index)) {
      return mapping_error(fmt::format("Expected `Integer` value, received {}", partition->dump()));
    }
    offsets.emplace_back(
        TopicPartition{topic->get<std::string>(), static_cast<PartitionIndex>(index)}, before);
  }
  return offsets;
}

class DeleteRecords final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-delete-records"; }

 private:
  std::string_view about() const override { return "Deletes records below given offsets."; }

  void describe(ArgumentParser& parser) const override {
    add_connection(parser);
    parser.option("offset-json-file",
                  R"(A file: {"partitions": [{"topic": "a", "partition": 1, "offset": 1}], )"
                  R"("version": 1})");
  }

  Ran<> check(const Arguments& given, Console&) override {
    TRY(need(given, {"bootstrap-server", "offset-json-file"}));
    TRY_ASSIGN(const auto path, given.value("offset-json-file"));
    const auto text = read_text_file(*path);
    if (!text) {
      return std::unexpected(
          JavaError("java.io.IOException", fmt::format("Unable to read file {}", *path)));
    }
    TRY_ASSIGN(const auto offsets, read_offsets(*text));
    std::vector<TopicPartition> twice;
    for (const auto& [partition, offset] : offsets) {
      if (!before_.emplace(partition, offset).second) twice.push_back(partition);
    }
    if (twice.empty()) return {};
    std::ranges::sort(twice);
    twice.erase(std::ranges::unique(twice).begin(), twice.end());
    sort_as_hash_map(twice);
    std::vector<std::string> names;
    for (const auto& of : twice) names.push_back(fmt::format("{}-{}", of.topic, of.partition));
    return std::unexpected(
        JavaError("org.apache.kafka.server.common.AdminCommandFailedException",
                  fmt::format("Offset json file contains duplicate topic partitions: {}",
                              joined(names, ","))));
  }

  Task<Ran<>> play(ToolRun& run) override {
    run.console.out_line("Executing records delete operation");
    auto deleting = run.admin.delete_records(before_, run.deadline());
    const auto deleted = co_await std::move(deleting);
    run.console.out_line("Records delete operation completed:");
    std::vector<TopicPartition> order;
    for (const auto& [partition, outcome] : deleted) order.push_back(partition);
    sort_as_hash_map(order);
    for (const TopicPartition& of : order) {
      const auto& outcome = deleted.at(of);
      run.console.out_line(
          fmt::format("partition: {}-{}\t{}", of.topic, of.partition,
                      outcome ? fmt::format("low_watermark: {}", *outcome)
                              : fmt::format("error: {}", JavaError(outcome.error()).text())));
    }
    co_return Ran<>();
  }

  std::map<TopicPartition, Offset> before_;
};

}  // namespace

std::unique_ptr<Tool> delete_records_tool() { return std::make_unique<DeleteRecords>(); }

}  // namespace weir::app::kafka
