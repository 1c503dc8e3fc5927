// kafka-storage (Kafka's StorageTool).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "app/config/server_options.h"
#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"
#include "app/kafka_tools/subcommands.h"
#include "base/random.h"
#include "broker/format_directory.h"
#include "metadata/image/feature_levels.h"
#include "runtime/entropy.h"
#include "runtime/posix_disk.h"

namespace weir::app::kafka {
namespace {

std::string metadata_version() {
  return metadata::MetadataVersion{metadata::metadata_version_max}.text();
}

class Storage final : public Tool {
 public:
  std::string_view name() const override { return "kafka-storage"; }

  int run(const Program& program, Console& console) override {
    CommandParser tool("kafka-storage", "Formats data directories, and tells what they are.");
    tool.commands({"info", "format", "version-mapping", "feature-dependencies", "random-uuid"});
    const auto line = tool.parse(program.arguments);
    if (!line) return refuse_command_line(tool, line.error(), console);
    if (line->asks_for_help) {
      console.out(tool.help());
      return 0;
    }
    if (line->command == "version-mapping" || line->command == "feature-dependencies") {
      console.err_line(
          fmt::format("kafka-storage {} is not supported: there is one version of features, {}",
                      line->command, metadata_version()));
      return 1;
    }
    const CommandParser parser = command_parser(line->command);
    const auto given = parser.parse(line->words);
    if (!given) return refuse_command_line(parser, given.error(), console);
    if (given->asks_for_help) {
      console.out(parser.help());
      return 0;
    }
    if (const auto checked = parser.check(*given); !checked) {
      return refuse_command_line(parser, checked.error(), console);
    }
    const Ran<int> ran = run(line->command, *given, console);
    if (ran) return *ran;
    const bool is_terse = ran.error().type.ends_with("TerseException");
    console.err_line(is_terse ? ran.error().message
                              : fmt::format("Exception in thread \"main\" {}", ran.error().text()));
    return 1;
  }

 private:
  static CommandParser command_parser(const std::string& command) {
    CommandParser parser(fmt::format("kafka-storage {}", command), "");
    if (command == "random-uuid") return parser;
    parser.option({"--config", "-c"}, "server.properties").required = true;
    if (command == "info") return parser;
    parser.option({"--cluster-id", "-t"}, "The cluster's id").required = true;
    for (const auto& [long_name, short_name, about] :
         {std::tuple("--ignore-formatted", "-g", "A directory that is formatted is no error"),
          {"--standalone", "-s", "A quorum of this node alone"}}) {
      parser.option({long_name, short_name}, about).takes = CommandOption::Takes::nothing;
    }
    constexpr const char* one_version = "there is one version of features";
    constexpr const char* one_quorum = "a quorum is one node: --standalone";
    parser.option({"--release-version", "-r"}, "").refusal = one_version;
    parser.option({"--feature", "-f"}, "").refusal = one_version;
    parser.option({"--add-scram", "-S"}, "").refusal = "SCRAM credentials are not built yet";
    parser.option({"--no-initial-controllers", "-N"}, "").refusal = one_quorum;
    parser.option({"--initial-controllers", "-I"}, "").refusal = one_quorum;
    return parser;
  }

  Ran<int> run(const std::string& command, const CommandLine& given, Console& console) {
    SeededRandom random(runtime::entropy());
    if (command == "random-uuid") {
      // As Kafka's: none that a command line would take for an option.
      Uuid id = Uuid::random(random);
      while (id.text().starts_with('-')) id = Uuid::random(random);
      console.out_line(id.text());
      return 0;
    }
    const std::string path = *given.value("--config");
    TRY_ASSIGN(std::string text, read_text_file(path));
    OptionSources sources;
    sources.file = ConfigFile{path, std::move(text)};
    const auto options = read_server_options(sources);
    if (!options) {
      return std::unexpected(
          JavaError("org.apache.kafka.common.config.ConfigException", options.error().what));
    }
    return command == "info" ? info(*options, console) : format(*options, given, random, console);
  }

  static Ran<std::optional<log::MetaProperties>> read_properties(const std::string& directory) {
    const auto text = read_text_file(directory + "/meta.properties");
    if (!text) return std::nullopt;
    const auto properties = log::parse_meta_properties(*text);
    if (!properties) {
      return std::unexpected(JavaError("java.lang.RuntimeException", properties.error().what));
    }
    return *properties;
  }

  Ran<int> info(const ServerOptions& options, Console& console) {
    const std::string& directory = options.settings.log_dir;
    TRY_ASSIGN(const auto properties, read_properties(directory));
    const auto attributes = disk_.exists(directory);
    const bool is_there = attributes && *attributes;
    if (is_there) console.out_line(fmt::format("Found log directory:\n  {}\n", directory));
    if (properties) {
      const std::string directory_id =
          properties->directory_id.is_zero()
              ? ""
              : fmt::format("directory.id={}, ", properties->directory_id.text());
      console.out_line(fmt::format("Found metadata: {{cluster.id={}, {}node.id={}, version=1}}\n",
                                   properties->cluster_id, directory_id, properties->node_id));
      return 0;
    }
    console.out_line(fmt::format("Found problem:\n  {} {}\n", directory,
                                 is_there ? "is not formatted." : "does not exist"));
    return 1;
  }

  Ran<int> format(const ServerOptions& options, const CommandLine& given, RandomSource& random,
                  Console& console) {
    const bool has_voters = options.static_config.contains("controller.quorum.voters");
    if (!given.has("--standalone") && !has_voters) {
      return terse(
          "Because controller.quorum.voters is not set on this controller, you must specify one of "
          "the following: --standalone, --initial-controllers, or --no-initial-controllers.");
    }
    const std::string& path = options.settings.log_dir;
    const std::string cluster_id = *given.value("--cluster-id");
    TRY_ASSIGN(const auto found, read_properties(path));
    if (found && found->cluster_id != cluster_id) {
      return std::unexpected(JavaError(
          "java.lang.RuntimeException",
          fmt::format("Invalid cluster.id in: {}/meta.properties. Expected {}, but read {}", path,
                      cluster_id, found->cluster_id)));
    }
    if (found && !given.has("--ignore-formatted")) {
      return terse(fmt::format(
          "Log directory {} is already formatted. Use --ignore-formatted to ignore this directory "
          "and format the others.",
          path));
    }
    if (found) {
      console.out_line("All of the log directories are already formatted.");
      return 0;
    }
    TRY(write(options, cluster_id, random));
    console.out_line(bootstrap_text());
    console.out_line(fmt::format("Formatting {} directory {} with metadata.version {}.",
                                 has_voters ? "metadata" : "dynamic metadata voter", path,
                                 metadata_version()));
    return 0;
  }

  Ran<> write(const ServerOptions& options, const std::string& cluster_id, RandomSource& random) {
    broker::NodeOptions node;
    node.settings = options.settings;
    node.static_config = options.static_config;
    log::MetaProperties properties;
    properties.cluster_id = cluster_id;
    properties.node_id = options.settings.node_id;
    properties.directory_id = Uuid::random(random);
    const TimestampMs now = std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count();
    const auto written = [&]() -> Result<> {
      TRY_ASSIGN(const auto directory, log::LogDirectory::open(disk_, options.settings.log_dir));
      return broker::format_directory(disk_, *directory, node, properties, now);
    }();
    if (written) return {};
    return std::unexpected(JavaError("java.io.IOException", written.error().what));
  }

  // What is written, as Kafka's tool tells it.
  static std::string bootstrap_text() {
    std::vector<std::string> records;
    for (const metadata::FeatureSupport& feature : metadata::supported_features()) {
      // kraft.version is a record of the quorum's own.
      if (feature.name == metadata::kraft_version_feature) continue;
      const auto place =
          feature.name == metadata::metadata_version_feature ? records.begin() : records.end();
      records.insert(
          place,
          fmt::format("ApiMessageAndVersion(FeatureLevelRecord(name='{}', featureLevel={}) at "
                      "version 0)",
                      feature.name, feature.fresh_level));
    }
    return fmt::format(
        "Bootstrap metadata: BootstrapMetadata(records=[{}], metadataVersionLevel={}, "
        "source=format command)",
        joined(records, ", "), metadata::metadata_version_max);
  }

  runtime::PosixDisk disk_;
};

}  // namespace

std::unique_ptr<Tool> storage_tool() { return std::make_unique<Storage>(); }

}  // namespace weir::app::kafka
