// kafka-metadata-quorum (Kafka's MetadataQuorumCommand).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"
#include "app/kafka_tools/subcommands.h"

namespace weir::app::kafka {
namespace {

using client::QuorumDescription;
using client::QuorumReplica;

std::string directory_id(const Uuid& id) {
  return id.is_zero() ? "AAAAAAAAAAAAAAAAAAAAAA" : id.text();
}

class MetadataQuorum final : public Tool {
 public:
  std::string_view name() const override { return "kafka-metadata-quorum"; }

  int run(const Program& program, Console& console) override {
    CommandParser tool("kafka-metadata-quorum", "Describes the quorum of the controllers.");
    tool.option({"--bootstrap-server"}, "Brokers to begin with: host:port,...");
    tool.option({"--bootstrap-controller"}, "").refusal =
        "controllers are reached by way of brokers";
    tool.option({"--command-config"}, "A file of properties of the administrator");
    tool.exactly_one({"--bootstrap-server", "--bootstrap-controller"});
    tool.commands({"describe", "add-controller", "remove-controller"});
    const auto line = tool.parse(program.arguments);
    if (!line) return refuse_command_line(tool, line.error(), console);
    if (line->asks_for_help) {
      console.out(tool.help());
      return 0;
    }
    CommandParser parser("kafka-metadata-quorum describe", "Shows the quorum.");
    for (const char* const flag : {"--status", "--replication", "--human-readable"}) {
      parser.option({flag}, "").takes = CommandOption::Takes::nothing;
    }
    if (line->command != "describe") {
      console.err_line(fmt::format(
          "kafka-metadata-quorum {} is not supported: voters do not change yet", line->command));
      return 1;
    }
    const auto given = parser.parse(line->words);
    if (!given) return refuse_command_line(parser, given.error(), console);
    if (given->asks_for_help) {
      console.out(parser.help());
      return 0;
    }
    if (const auto checked = tool.check(*line); !checked) {
      return refuse_command_line(tool, checked.error(), console);
    }
    const Ran<> ran = run(*line, *given, console);
    if (!ran) console.err_line(ran.error().message);
    return ran ? 0 : 1;
  }

 private:
  Ran<> run(const CommandLine& line, const CommandLine& given, Console& console) const {
    const bool status = given.has("--status"), replication = given.has("--replication");
    const bool for_people = given.has("--human-readable");
    ToolConnection connection;
    connection.bootstrap = *line.value("--bootstrap-server");
    connection.properties.set("client.id", "adminclient-1");
    if (const auto path = line.value("--command-config")) {
      const auto added = connection.properties.add_file(*path);
      if (!added) return terse(fmt::format("Properties file {} does not exists!", *path));
    }
    if (status && replication) {
      return terse(
          "Only one of --status or --replication should be specified with describe sub-command");
    }
    if (status && for_people) {
      return terse("The option --human-readable is only supported along with --replication");
    }
    if (!status && !replication) {
      return terse("One of --status or --replication must be specified with describe sub-command");
    }
    TRY_ASSIGN(ClientSettings settings, tool_settings(connection));
    return run_on_cluster(std::move(settings), name(), [&](Session& session) -> Task<Ran<>> {
      auto showing = show(session, console, status, for_people);
      co_return co_await std::move(showing);
    });
  }

  static Task<Ran<>> show(Session& session, Console& console, bool status, bool for_people) {
    const env::Instant deadline = session.env.clock.now() + session.settings.config.call_timeout();
    auto asking_cluster = session.admin.describe_cluster(false, deadline);
    const auto cluster = co_await std::move(asking_cluster);
    if (!cluster) co_return std::unexpected(JavaError(cluster.error()).in_execution());
    auto asking = session.admin.describe_quorum(deadline);
    const auto quorum = co_await std::move(asking);
    if (!quorum) co_return std::unexpected(JavaError(quorum.error()).in_execution());
    const auto leader = std::ranges::find(quorum->voters, quorum->leader, &QuorumReplica::id);
    if (leader == quorum->voters.end()) {
      co_return std::unexpected(JavaError("java.util.NoSuchElementException", "No value present"));
    }
    status
        ? print_status(console, cluster->id, *quorum, *leader)
        : print_replication(console, *quorum, *leader,
                            for_people ? std::optional(session.env.clock.wall_ms()) : std::nullopt);
    co_return Ran<>();
  }

  static std::string replicas_text(const QuorumDescription& quorum,
                                   const std::vector<QuorumReplica>& replicas) {
    std::vector<std::string> texts;
    for (const QuorumReplica& replica : replicas) {
      const std::string directory =
          replica.directory.is_zero() ? "null" : fmt::format("\"{}\"", replica.directory.text());
      std::string text = fmt::format("{{\"id\": {}, \"directoryId\": {}", replica.id, directory);
      std::vector<std::string> endpoints;
      if (const auto node = quorum.nodes.find(replica.id); node != quorum.nodes.end()) {
        for (const client::QuorumListener& listener : node->second) {
          const std::string& host = listener.address.host;
          endpoints.push_back(
              fmt::format(fmt::runtime(host.contains(':') ? "\"{}://[{}]:{}\"" : "\"{}://{}:{}\""),
                          listener.name, host, listener.address.port));
        }
      }
      if (!endpoints.empty()) text += fmt::format(", \"endpoints\": [{}]", joined(endpoints, ", "));
      texts.push_back(text + "}");
    }
    return fmt::format("[{}]", joined(texts, ", "));
  }

  static void print_status(Console& console, std::string_view cluster,
                           const QuorumDescription& quorum, const QuorumReplica& leader) {
    const QuorumReplica& last =
        *std::ranges::min_element(quorum.voters, {}, &QuorumReplica::log_end);
    std::int64_t lag_ms = -1;
    if (last.id == leader.id) {
      lag_ms = 0;
    } else if (leader.last_caught_up >= 0 && last.last_caught_up >= 0) {
      lag_ms = leader.last_caught_up - last.last_caught_up;
    }
    console.out(
        fmt::format("ClusterId:              {}\n"
                    "LeaderId:               {}\n"
                    "LeaderEpoch:            {}\n"
                    "HighWatermark:          {}\n"
                    "MaxFollowerLag:         {}\n"
                    "MaxFollowerLagTimeMs:   {}\n"
                    "CurrentVoters:          {}\n"
                    "CurrentObservers:       {}\n",
                    cluster, quorum.leader, quorum.leader_epoch, quorum.high_watermark,
                    leader.log_end - last.log_end, lag_ms, replicas_text(quorum, quorum.voters),
                    replicas_text(quorum, quorum.observers)));
  }

  // `now`: times are told as so long ago.
  static void print_replication(Console& console, const QuorumDescription& quorum,
                                const QuorumReplica& leader, std::optional<TimestampMs> now) {
    std::vector<std::vector<std::string>> rows{{"NodeId", "DirectoryId", "LogEndOffset", "Lag",
                                                "LastFetchTimestamp", "LastCaughtUpTimestamp",
                                                "Status"}};
    const auto time = [&](TimestampMs at) {
      return now && at >= 0 ? fmt::format("{} ms ago", *now - at) : fmt::format("{}", at);
    };
    const auto row = [&](const QuorumReplica& replica, const char* status) {
      rows.push_back({std::to_string(replica.id), directory_id(replica.directory),
                      std::to_string(replica.log_end),
                      std::to_string(leader.log_end - replica.log_end), time(replica.last_fetch),
                      time(replica.last_caught_up), status});
    };
    row(leader, "Leader");
    for (const QuorumReplica& voter : quorum.voters) {
      if (voter.id != leader.id) row(voter, "Follower");
    }
    for (const QuorumReplica& observer : quorum.observers) row(observer, "Observer");
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto& cells : rows) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        widths[i] = std::max(widths[i], length(cells[i]));
      }
    }
    for (const auto& cells : rows) {
      std::string text;
      for (std::size_t i = 0; i < cells.size(); ++i) text += padded(cells[i], widths[i]) + "\t";
      console.out_line(text);
    }
  }
};

}  // namespace

std::unique_ptr<Tool> metadata_quorum_tool() { return std::make_unique<MetadataQuorum>(); }

}  // namespace weir::app::kafka
