// kafka-log-dirs (Kafka's LogDirsCommand).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <set>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {
namespace {

using client::LogDirDescription;
using OrderedJson = nlohmann::ordered_json;

class LogDirs final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-log-dirs"; }

 private:
  std::string_view about() const override {
    return "Shows what lies in the brokers' log directories.";
  }

  void describe(ArgumentParser& parser) const override {
    add_connection(parser);
    parser.flag("describe", "Describe log directories");
    parser.option("topic-list", "Topics, with commas between; all of them without it").preset = "";
    parser.option("broker-list", "Brokers, with commas between; all of them without it").preset =
        "";
  }

  Ran<> check(const Arguments& given, Console&) override {
    return need(given, {"bootstrap-server", "describe"});
  }

  Ran<ToolConnection> connection(const Arguments& given) const override {
    TRY_ASSIGN(ToolConnection connection, ClientTool::connection(given));
    connection.properties.set("client.id", "log-dirs-tool");
    return connection;
  }

  Task<Ran<>> play(ToolRun& run) override {
    CO_TRY_ASSIGN(const auto topic_list, run.given.value("topic-list"));
    std::set<std::string> topics;
    for (const std::string& topic : split(*topic_list, ',')) {
      if (!topic.empty()) topics.insert(topic);
    }
    auto asking = run.admin.describe_cluster(false, run.deadline());
    const auto cluster = co_await std::move(asking);
    if (!cluster) co_return std::unexpected(JavaError(cluster.error()).in_execution());
    std::set<BrokerId> known, wanted;
    for (const auto& broker : cluster->brokers) known.insert(broker.id);
    CO_TRY_ASSIGN(const auto broker_list, run.given.value("broker-list"));
    for (const std::string& broker : split(*broker_list, ',')) {
      if (broker.empty()) continue;
      CO_TRY_ASSIGN(const BrokerId id, parse_int(broker));
      wanted.insert(id);
    }
    std::vector<BrokerId> unknown, asked;
    for (const BrokerId id : wanted.empty() ? known : wanted) {
      (known.contains(id) ? asked : unknown).push_back(id);
    }
    if (!unknown.empty()) {
      co_return std::unexpected(JavaError(
          "org.apache.kafka.tools.TerseException",
          fmt::format(
              "ERROR: The given brokers do not exist from --broker-list: {}. Current existent "
              "brokers: {}",
              fmt::join(unknown, ","), fmt::join(known, ","))));
    }
    run.console.out_line("Querying brokers for log directories information");
    auto describing = run.admin.describe_log_dirs(asked, std::nullopt, run.deadline());
    const auto described = co_await std::move(describing);
    if (!described) co_return std::unexpected(JavaError(described.error()).in_execution());
    OrderedJson brokers = OrderedJson::array();
    for (const auto& [broker, directories] : *described) {
      if (!directories) co_return std::unexpected(JavaError(directories.error()).in_execution());
      OrderedJson list = OrderedJson::array();
      std::vector<std::string> paths;
      for (const auto& [path, directory] : *directories) paths.push_back(path);
      sort_as_hash_map(paths);
      for (const std::string& path : paths) {
        list.push_back(directory_json(path, directories->at(path), topics));
      }
      brokers.push_back({{"broker", broker}, {"logDirs", std::move(list)}});
    }
    run.console.out_line(
        fmt::format("Received log directory information from brokers {}", fmt::join(asked, ",")));
    // A path may be no text.
    run.console.out_line(OrderedJson{{"brokers", std::move(brokers)}, {"version", 1}}.dump(
        -1, ' ', false, OrderedJson::error_handler_t::replace));
    co_return Ran<>();
  }

  static OrderedJson directory_json(const std::string& path, const LogDirDescription& directory,
                                    const std::set<std::string>& topics) {
    std::vector<client::TopicPartition> order;
    for (const auto& replica : directory.replicas) {
      if (topics.empty() || topics.contains(replica.of.topic)) order.push_back(replica.of);
    }
    sort_as_hash_map(order);
    OrderedJson partitions = OrderedJson::array();
    for (const client::TopicPartition& of : order) {
      for (const auto& replica : directory.replicas) {
        if (replica.of != of) continue;
        partitions.push_back({{"partition", fmt::format("{}-{}", of.topic, of.partition)},
                              {"size", replica.bytes},
                              {"offsetLag", replica.offset_lag},
                              {"isFuture", replica.is_future}});
      }
    }
    OrderedJson error;
    if (directory.error != wire::ErrorCode::none) {
      error = JavaError(client::Failure(directory.error, "")).type;
    }
    return {{"partitions", std::move(partitions)}, {"error", std::move(error)}, {"logDir", path}};
  }
};

}  // namespace

std::unique_ptr<Tool> log_dirs_tool() { return std::make_unique<LogDirs>(); }

}  // namespace weir::app::kafka
