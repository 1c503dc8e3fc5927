// kafka-server-start (Kafka's kafka.Kafka): `weir server` with a server.properties.

#include <fmt/format.h>

#include <algorithm>

#include "app/kafka_tools/all_tools.h"
#include "app/server/serve.h"

namespace weir::app::kafka {
namespace {

class ServerStart final : public Tool {
 public:
  std::string_view name() const override { return "kafka-server-start"; }

  int run(const Program& program, Console& console) override {
    const std::vector<std::string>& words = program.arguments;
    constexpr std::string_view usage =
        "USAGE: kafka-server-start server.properties [--override property=value]*";
    const auto asks = [&](std::string_view option) {
      return std::ranges::find(words, option) != words.end();
    };
    if (asks("--version")) {
      console.out_line(kafka_version);
      return 0;
    }
    if (words.empty() || asks("--help")) {
      console.err_line(usage);
      return 1;
    }
    if (asks("-daemon")) {
      console.err_line(
          "kafka-server-start: -daemon is not supported: use a service (systemd), or &");
      return 1;
    }
    std::vector<std::string> arguments{"--config", words.front()};
    for (std::size_t i = 1; i < words.size(); ++i) {
      const bool is_one_word = words[i].starts_with("--override=");
      if (!is_one_word && (words[i] != "--override" || i + 1 == words.size())) {
        console.err_line(fmt::format("Found non argument parameters: {}", words[i]));
        console.err_line(usage);
        return 1;
      }
      arguments.emplace_back("--set");
      arguments.push_back(is_one_word ? words[i].substr(std::string_view("--override=").size())
                                      : words[++i]);
    }
    return serve(arguments, program.environment) == 0 ? 0 : 1;  // Kafka's has one code for all
  }
};

}  // namespace

std::unique_ptr<Tool> server_start_tool() { return std::make_unique<ServerStart>(); }

}  // namespace weir::app::kafka
