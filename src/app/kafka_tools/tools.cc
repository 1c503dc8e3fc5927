#include "app/kafka_tools/tools.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "app/cli/standard_output.h"
#include "app/kafka_tools/all_tools.h"
#include "app/kcat/run_kcat.h"

namespace weir::app {
namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<kafka::Tool> (*make)();
};

class Kcat final : public kafka::Tool {
 public:
  std::string_view name() const override { return "kcat"; }
  int run(const Program& program, kafka::Console&) override { return kcat::run_kcat(program); }
};

std::unique_ptr<kafka::Tool> kcat_tool() { return std::make_unique<Kcat>(); }

constexpr Entry entries[] = {
    {"kafka-broker-api-versions", kafka::broker_api_versions_tool},
    {"kafka-cluster", kafka::cluster_tool},
    {"kafka-configs", kafka::configs_tool},
    {"kafka-console-consumer", kafka::console_consumer_tool},
    {"kafka-console-producer", kafka::console_producer_tool},
    {"kafka-consumer-groups", kafka::consumer_groups_tool},
    {"kafka-consumer-perf-test", kafka::consumer_perf_tool},
    {"kafka-delete-records", kafka::delete_records_tool},
    {"kafka-dump-log", kafka::dump_log_tool},
    {"kafka-e2e-latency", kafka::e2e_latency_tool},
    {"kafka-get-offsets", kafka::get_offsets_tool},
    {"kafka-log-dirs", kafka::log_dirs_tool},
    {"kafka-metadata-quorum", kafka::metadata_quorum_tool},
    {"kafka-producer-perf-test", kafka::producer_perf_tool},
    {"kafka-server-start", kafka::server_start_tool},
    {"kafka-storage", kafka::storage_tool},
    {"kafka-topics", kafka::topics_tool},
    {"kcat", kcat_tool},
};

const Entry* find(std::string_view name) {
  if (name.ends_with(".sh")) name.remove_suffix(3);
  const auto* const found = std::ranges::find(entries, name, &Entry::name);
  return found == std::end(entries) ? nullptr : found;
}

}  // namespace

std::optional<int> run_kafka_tool(std::string_view argv0, Program program) {
  const Entry* entry = find(argv0.substr(argv0.rfind('/') + 1));
  std::vector<std::string>& words = program.arguments;
  if (!entry && !words.empty() && (entry = find(words.front()))) words.erase(words.begin());
  if (!entry) return std::nullopt;
  kafka::Console console;
  const int code = entry->make()->run(program, console);
  if (console.flush()) return code;
  if (const auto what = output_complaint(console.error())) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(entry->name.size()), entry->name.data(),
                 what->c_str());
  }
  return 1;
}

std::vector<std::string_view> kafka_tool_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  return names;
}

}  // namespace weir::app
