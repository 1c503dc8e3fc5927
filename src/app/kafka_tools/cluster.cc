// kafka-cluster (Kafka's ClusterTool).

#include <fmt/format.h>

#include <algorithm>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"
#include "app/kafka_tools/subcommands.h"

namespace weir::app::kafka {
namespace {

class Cluster final : public Tool {
 public:
  std::string_view name() const override { return "kafka-cluster"; }

  int run(const Program& program, Console& console) override {
    CommandParser tool("kafka-cluster", "Tells what a cluster is.");
    tool.commands({"cluster-id", "unregister", "list-endpoints"});
    const auto line = tool.parse(program.arguments);
    if (!line) return refuse_command_line(tool, line.error(), console);
    if (line->asks_for_help) {
      console.out(tool.help());
      return 1;  // as Kafka's
    }
    if (line->command == "unregister") {
      console.err_line("kafka-cluster unregister is not supported: a broker leaves by itself");
      return 1;
    }
    lists_endpoints_ = line->command == "list-endpoints";
    const CommandParser parser = command_parser(line->command);
    const auto given = parser.parse(line->words);
    if (!given) return refuse_command_line(parser, given.error(), console);
    if (given->asks_for_help) {
      console.out(parser.help());
      return 1;
    }
    if (const auto checked = parser.check(*given); !checked) {
      return refuse_command_line(parser, checked.error(), console);
    }
    const Ran<> ran = run(*given, console);
    if (!ran) console.err_line(ran.error().message);
    return ran ? 0 : 1;
  }

 private:
  CommandParser command_parser(const std::string& command) const {
    CommandParser parser(fmt::format("kafka-cluster {}", command), "");
    parser.option({"--bootstrap-server", "-b"}, "Brokers to begin with: host:port,...");
    parser.option({"--bootstrap-controller", "-C"}, "").refusal =
        "controllers are reached by way of brokers";
    parser.option({"--config"}, "As --command-config (deprecated)");
    parser.option({"--command-config", "-c"}, "A file of properties of the administrator");
    if (lists_endpoints_) {
      parser.option({"--include-fenced-brokers"}, "Also brokers that are not in service").takes =
          CommandOption::Takes::nothing;
    }
    parser.exactly_one({"--bootstrap-server", "--bootstrap-controller"});
    return parser;
  }

  Ran<> run(const CommandLine& given, Console& console) const {
    ToolConnection connection;
    connection.bootstrap = *given.value("--bootstrap-server");
    connection.properties.set("client.id", "adminclient-1");
    if (given.has("--config") && given.has("--command-config")) {
      return std::unexpected(JavaError("net.sourceforge.argparse4j.inf.ArgumentParserException",
                                       "--config and --command-config cannot be specified "
                                       "together."));
    }
    if (given.has("--config")) {
      console.out_line(
          "Option --config has been deprecated and will be removed in a future version. Use "
          "--command-config instead.");
    }
    for (const std::string_view option : {"--config", "--command-config"}) {
      if (const auto path = given.value(option)) TRY(connection.properties.add_file(*path));
    }
    TRY_ASSIGN(ClientSettings settings, tool_settings(connection));
    const bool fenced_too = given.has("--include-fenced-brokers");
    return run_on_cluster(std::move(settings), name(), [&](Session& session) -> Task<Ran<>> {
      auto showing = show(session, console, fenced_too);
      co_return co_await std::move(showing);
    });
  }

  Task<Ran<>> show(Session& session, Console& console, bool fenced_too) const {
    auto asking = session.admin.describe_cluster(
        fenced_too, session.env.clock.now() + session.settings.config.call_timeout());
    const auto cluster = co_await std::move(asking);
    if (!cluster) co_return std::unexpected(JavaError(cluster.error()).in_execution());
    if (!lists_endpoints_) {
      console.out_line(fmt::format("Cluster ID: {}", cluster->id));
      co_return Ran<>();
    }
    std::size_t host_width = 0, rack_width = 0;
    for (const auto& broker : cluster->brokers) {
      host_width = std::max(host_width, length(broker.address.host));
      rack_width = std::max(rack_width, length(broker.rack.value_or("")));
    }
    if (rack_width == 0) rack_width = 10;
    const auto line = [&](std::string_view id, std::string_view host, std::string_view port,
                          std::string_view rack, std::string_view state, std::string_view type) {
      console.out_line(fmt::format("{} {} {} {} {} {}", padded(id, 10), padded(host, host_width),
                                   padded(port, 10), padded(rack, rack_width), padded(state, 10),
                                   padded(type, 15)));
    };
    line("ID", "HOST", "PORT", "RACK", "STATE", "ENDPOINT_TYPE");
    for (const auto& broker : cluster->brokers) {
      line(std::to_string(broker.id), broker.address.host, std::to_string(broker.address.port),
           broker.rack.value_or("null"), broker.fenced ? "fenced" : "unfenced", "broker");
    }
    co_return Ran<>();
  }

  bool lists_endpoints_ = false;
};

}  // namespace

std::unique_ptr<Tool> cluster_tool() { return std::make_unique<Cluster>(); }

}  // namespace weir::app::kafka
