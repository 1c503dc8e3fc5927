// kafka-broker-api-versions (Kafka's BrokerApiVersionsCommand).

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"
#include "wire/api_key.h"

namespace weir::app::kafka {
namespace {

std::string range_text(std::int16_t min, std::int16_t max) {
  return min == max ? fmt::format("{}", min) : fmt::format("{} to {}", min, max);
}

// `usable` is the newest version that this program's release of the protocol shares with the
// broker.
std::string api_text(const client::ApiRange& api) {
  const std::string versions = range_text(api.min, api.max);
  const wire::ApiInfo* const info = wire::find_api(api.key);
  if (!info) return fmt::format("UNKNOWN({}): {}", api.key, versions);
  const std::string name = fmt::format("{}({}): {}", info->name, api.key, versions);
  if (info->max_version < api.min) return name + " [unusable: node too new]";
  if (api.max < info->min_version) return name + " [unusable: node too old]";
  return fmt::format("{} [usable: {}]", name, std::min(info->max_version, api.max));
}

class BrokerApiVersions final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-broker-api-versions"; }

 private:
  std::string_view about() const override {
    return "Shows which versions of requests brokers serve.";
  }
  void describe(ArgumentParser& parser) const override { add_connection(parser); }

  Ran<> check(const Arguments& given, Console&) override {
    return need(given, {"bootstrap-server"});
  }

  Task<Ran<>> play(ToolRun& run) override {
    auto asking = run.admin.describe_cluster(false, run.deadline());
    CO_TRY_ASSIGN(const auto cluster, co_await std::move(asking));
    auto asking_all = run.admin.api_versions(std::nullopt, run.deadline());
    CO_TRY_ASSIGN(const auto versions, co_await std::move(asking_all));
    for (const auto& broker : cluster.brokers) {
      const std::string node =
          fmt::format("{}:{} (id: {} rack: {} isFenced: {}) -> ", broker.address.host,
                      broker.address.port, broker.id, broker.rack.value_or("null"), broker.fenced);
      const auto found = versions.find(broker.id);
      if (found == versions.end()) continue;
      if (!found->second) {
        run.console.out_line(
            fmt::format("{}ERROR: {}", node, JavaError(found->second.error()).message));
        continue;
      }
      std::map<std::int16_t, std::string> lines;
      for (const wire::ApiInfo& api : wire::all_apis()) {
        if (!api.on_broker) continue;
        const auto key = static_cast<std::int16_t>(api.key);
        lines[key] = fmt::format("{}({}): UNSUPPORTED", api.name, key);
      }
      for (const client::ApiRange& api : found->second->apis) lines[api.key] = api_text(api);
      std::vector<std::string> texts;
      for (auto& [key, text] : lines) texts.push_back(std::move(text));
      run.console.out_line(fmt::format("{}(\n\t{}\n)", node, joined(texts, ",\n\t")));
    }
    co_return Ran<>();
  }
};

}  // namespace

std::unique_ptr<Tool> broker_api_versions_tool() { return std::make_unique<BrokerApiVersions>(); }

}  // namespace weir::app::kafka
