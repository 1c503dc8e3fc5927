// kafka-topics (Kafka's TopicCommand).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {
namespace {

using client::TopicDescription;

constexpr std::string_view use_configs =
    " (To alter topic configurations, the kafka-configs tool can be used.)";
const std::vector<std::string> topic_actions = {"create", "list", "alter", "describe", "delete"};

std::vector<std::string> actions_but(std::initializer_list<std::string_view> allowed,
                                     std::vector<std::string> also = {}) {
  for (const std::string& action : topic_actions) {
    if (std::ranges::find(allowed, action) == allowed.end()) also.push_back(action);
  }
  return also;
}

class Topics final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-topics"; }

 private:
  std::string_view about() const override {
    return "Creates, deletes, describes or alters topics.";
  }

  void describe(ArgumentParser& parser) const override {
    add_connection(parser);
    parser.flag("list", "List the topics");
    parser.flag("create", "Create a topic");
    parser.flag("delete", "Delete topics");
    parser.flag("alter", "Add partitions to topics");
    parser.flag("describe", "Describe topics");
    parser.option("topic", "The topic; but for --create a regular expression");
    parser.option("topic-id", "The topic to describe, by its id");
    parser.option("config", "name=value, of a topic that is created; may be repeated");
    parser.option("delete-config", "Not supported any longer: see kafka-configs");
    parser.option("partitions", "How many partitions it has, or shall have");
    parser.option("replication-factor", "How many replicas each partition has");
    parser.option("replica-assignment", "Brokers of each partition: 1:2,2:3,...");
    parser.flag("under-replicated-partitions", "Describe only those with too few replicas in sync");
    parser.flag("unavailable-partitions", "Describe only those without a leader");
    parser.flag("under-min-isr-partitions", "Describe only those below min.insync.replicas");
    parser.flag("at-min-isr-partitions", "Describe only those at min.insync.replicas");
    parser.flag("topics-with-overrides", "Describe only topics with configs of their own");
    parser.flag("if-exists", "A topic that does not exist is no error");
    parser.flag("if-not-exists", "A topic that exists is no error");
    parser.flag("exclude-internal", "Leave out topics of the brokers");
    parser.option("partition-size-limit-per-response", "Partitions in an answer, at most");
  }

  Ran<> check(const Arguments& given, Console& console) override {
    const auto count = std::ranges::count_if(
        topic_actions, [&](const std::string& action) { return given.has(action); });
    if (count != 1) {
      return bad_usage(
          "Command must include exactly one action: --list, --describe, --create, --alter or "
          "--delete");
    }
    if (given.has("delete-config")) {
      console.err_line(
          "delete-config option is no longer supported and deprecated since version 4.0. The "
          "config will be fully removed in future releases.");
    }
    if (!given.has("bootstrap-server")) {
      return illegal_argument("--bootstrap-server must be specified");
    }
    if (given.has("describe") && given.has("if-exists")) {
      if (!given.has("topic") && !given.has("topic-id")) {
        return bad_usage("--topic or --topic-id is required to describe a topic");
      }
      if (given.has("topic") && given.has("topic-id")) {
        console.out_line(
            "Only topic id will be used when both --topic and --topic-id are specified and "
            "topicId is not Uuid.ZERO_UUID");
      }
    }
    if (!given.has("list") && !given.has("describe")) TRY(need(given, {"topic"}));
    if (given.has("alter")) {
      if (given.has("config")) {
        return bad_usage(
            fmt::format("Option combination \"[{}, {}]\" can't be used with option "
                        "\"{}\"{}",
                        shown("bootstrap-server"), shown("config"), shown("alter"), use_configs));
      }
      TRY(need(given, {"partitions"}));
    }
    return check_combinations(given);
  }

  static Ran<> check_combinations(const Arguments& given) {
    TRY(forbid_with(given, "config", actions_but({"alter", "create"})));
    TRY(forbid_with(given, "partitions", actions_but({"alter", "create"})));
    TRY(forbid_with(given, "replication-factor", actions_but({"create"})));
    TRY(forbid_with(given, "replica-assignment", actions_but({"alter", "create"})));
    if (given.has("create")) {
      TRY(forbid_with(given, "replica-assignment", {"partitions", "replication-factor"}));
    }
    for (const std::string_view report : {"under-replicated-partitions", "under-min-isr-partitions",
                                          "at-min-isr-partitions", "unavailable-partitions"}) {
      TRY(forbid_with(given, report, actions_but({"describe"}, {"topics-with-overrides"})));
    }
    TRY(forbid_with(
        given, "topics-with-overrides",
        actions_but({"describe"}, {"under-replicated-partitions", "under-min-isr-partitions",
                                   "at-min-isr-partitions", "unavailable-partitions"})));
    TRY(forbid_with(given, "if-exists", actions_but({"alter", "delete", "describe"})));
    TRY(forbid_with(given, "if-not-exists", actions_but({"create"})));
    return forbid_with(given, "exclude-internal", actions_but({"list", "describe"}));
  }

  int fail(const JavaError& error, const Program&, Console& console) const override {
    console.out_line(fmt::format("Error while executing topic command : {}", error.message));
    console.err_line(log_line("ERROR", error.text(), "org.apache.kafka.tools.TopicCommand"));
    return 1;
  }

  Task<Ran<>> play(ToolRun& run) override {
    if (run.given.has("create")) {
      auto creating = create(run);
      co_return co_await std::move(creating);
    }
    if (run.given.has("describe")) {
      auto describing = describe_topics(run);
      co_return co_await std::move(describing);
    }
    CO_TRY_ASSIGN(const auto filter, run.given.value("topic"));
    auto finding = topics_named(run, filter, run.given.has("exclude-internal"));
    CO_TRY_ASSIGN(const std::vector<std::string> topics, co_await std::move(finding));
    if (run.given.has("list")) {
      run.console.out_line(joined(topics, "\n"));
      co_return Ran<>();
    }
    CO_TRY(must_exist(run, filter, topics));
    if (run.given.has("alter")) {
      auto altering = alter(run, topics);
      co_return co_await std::move(altering);
    }
    auto deleting = run.admin.delete_topics(topics, run.deadline());
    const auto deleted = co_await std::move(deleting);
    for (const auto& [topic, outcome] : deleted) {
      if (!outcome) co_return std::unexpected(JavaError(outcome.error()));
    }
    co_return Ran<>();
  }

  static Task<Ran<std::vector<std::string>>> topics_named(ToolRun& run,
                                                          std::optional<std::string> filter,
                                                          bool leave_out_internal) {
    auto listing = run.admin.list_topics(!leave_out_internal, run.deadline());
    CO_TRY_ASSIGN(const auto all, co_await std::move(listing));
    std::optional<Pattern> pattern;
    if (filter) {
      CO_TRY_ASSIGN(pattern, Pattern::of_topics(*filter));
    }
    std::vector<std::string> found;
    for (const auto& [topic, listed] : all) {
      if (leave_out_internal && is_internal_topic(topic)) continue;
      if (!pattern || pattern->matches(topic)) found.push_back(topic);
    }
    co_return found;
  }

  static Ran<> must_exist(const ToolRun& run, const std::optional<std::string>& filter,
                          const std::vector<std::string>& found) {
    if (!filter || filter->empty() || run.given.has("if-exists") || !found.empty()) return {};
    return illegal_argument(fmt::format("Topic '{}' does not exist as expected", *filter));
  }

  // --replica-assignment: by partition.
  static Ran<std::map<PartitionIndex, std::vector<BrokerId>>> assignment(const Arguments& given) {
    std::map<PartitionIndex, std::vector<BrokerId>> all;
    TRY_ASSIGN(const auto text, given.value("replica-assignment"));
    if (!text || text->empty()) return all;
    for (const std::string& partition : split(*text, ',')) {
      const auto index = static_cast<PartitionIndex>(all.size());
      std::vector<BrokerId> brokers, twice;
      for (const std::string& broker : split(partition, ':')) {
        TRY_ASSIGN(const BrokerId id, parse_int(trimmed(broker)));
        if (std::ranges::find(brokers, id) != brokers.end()) twice.push_back(id);
        brokers.push_back(id);
      }
      if (!twice.empty()) {
        return std::unexpected(
            JavaError("org.apache.kafka.tools.AdminCommandFailedException",
                      fmt::format("Partition replica lists may not contain duplicate entries: {}",
                                  fmt::join(std::set<BrokerId>(twice.begin(), twice.end()), ","))));
      }
      if (!all.empty() && all.begin()->second.size() != brokers.size()) {
        return std::unexpected(
            JavaError("org.apache.kafka.tools.AdminOperationException",
                      fmt::format("Partition {} has different replication factor: [{}]", index,
                                  fmt::join(brokers, ", "))));
      }
      all[index] = std::move(brokers);
    }
    return all;
  }

  static Ran<client::NewTopic> new_topic(const Arguments& given) {
    client::NewTopic topic;
    TRY_ASSIGN(const auto name, given.value("topic"));
    TRY_ASSIGN(const auto partitions, given.small_number("partitions"));
    TRY_ASSIGN(const auto replication, given.small_number("replication-factor"));
    TRY_ASSIGN(topic.assignment, assignment(given));
    topic.name = *name;
    for (const std::string& config : given.values("config")) {
      const std::size_t equals = config.find('=');
      const std::size_t second = equals == config.npos ? equals : config.find('=', equals + 1);
      if (equals == config.npos || equals + 1 == config.size() || second != config.npos) {
        return illegal_argument(
            "requirement failed: Invalid topic config: all configs to be added must be in the "
            "format \"key=val\".");
      }
      const std::string_view text = config;
      topic.configs[std::string(trimmed(text.substr(0, equals)))] =
          trimmed(text.substr(equals + 1));
    }
    if (replication &&
        (*replication > std::numeric_limits<std::int16_t>::max() || *replication < 1)) {
      return illegal_argument("The replication factor must be between 1 and 32767 inclusive");
    }
    if (partitions && *partitions < 1) {
      return illegal_argument("The partitions must be greater than 0");
    }
    topic.partitions = partitions.value_or(client::default_partitions);
    topic.replication_factor =
        static_cast<std::int16_t>(replication.value_or(std::int32_t{client::default_replication}));
    return topic;
  }

  static Task<Ran<>> create(ToolRun& run) {
    auto made = new_topic(run.given);
    const auto name = run.given.value("topic");
    const bool is_numeric_mistake = !made && made.error().message.starts_with("The ");
    if ((made || is_numeric_mistake) && name->value().find_first_of("._") != std::string::npos) {
      run.console.out_line(
          "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore "
          "('_') could collide. To avoid issues it is best to use either, but not both.");
    }
    CO_TRY(made);
    const client::NewTopic topic = *made;
    auto creating = run.admin.create_topics({topic}, false, run.deadline());
    const auto created = co_await std::move(creating);
    const auto& outcome = created.at(topic.name);
    if (outcome) {
      run.console.out_line(fmt::format("Created topic {}.", topic.name));
    } else if (outcome.error().answer != wire::ErrorCode::topic_already_exists ||
               !run.given.has("if-not-exists")) {
      co_return std::unexpected(JavaError(outcome.error()));
    }
    co_return Ran<>();
  }

  static Task<Ran<>> alter(ToolRun& run, const std::vector<std::string>& topics) {
    CO_TRY_ASSIGN(const auto total, run.given.small_number("partitions"));
    CO_TRY_ASSIGN(const auto assigned, assignment(run.given));
    auto describing = run.admin.describe_topics(topics, run.deadline());
    const auto described = co_await std::move(describing);
    std::map<std::string, client::NewPartitions> changes;
    for (const std::string& topic : topics) {
      client::NewPartitions& change = changes[topic];
      change.total = *total;
      if (assigned.empty()) continue;
      const auto& found = described.at(topic);
      if (!found) co_return std::unexpected(JavaError(found.error()).in_execution().in_runtime());
      const auto first = static_cast<PartitionIndex>(found->partitions.size());
      for (const auto& [index, brokers] : assigned) {
        if (index >= first) change.assignment.push_back(brokers);
      }
    }
    auto creating = run.admin.create_partitions(std::move(changes), false, run.deadline());
    const auto created = co_await std::move(creating);
    for (const auto& [topic, outcome] : created) {
      if (!outcome) co_return std::unexpected(JavaError(outcome.error()));
    }
    co_return Ran<>();
  }

  // The names to describe: by --topic-id when it is given and not zero, else by --topic.
  static Task<Ran<std::vector<std::string>>> names_to_describe(ToolRun& run) {
    const bool leave_out_internal = run.given.has("exclude-internal");
    CO_TRY_ASSIGN(const auto id_text, run.given.value("topic-id"));
    std::optional<Uuid> id;
    if (id_text) {
      const auto parsed = Uuid::parse(*id_text);
      if (parsed) {
        id = *parsed;
      } else {
        co_return illegal_argument(
            fmt::format("Input string with prefix `{}` is too long to be "
                        "decoded as a base64 UUID",
                        id_text->substr(0, 24)));
      }
    }
    if (!id || id->is_zero()) {
      CO_TRY_ASSIGN(const auto filter, run.given.value("topic"));
      auto finding = topics_named(run, filter, leave_out_internal);
      CO_TRY_ASSIGN(std::vector<std::string> names, co_await std::move(finding));
      CO_TRY(must_exist(run, filter, names));
      co_return names;
    }
    auto listing = run.admin.list_topics(!leave_out_internal, run.deadline());
    CO_TRY_ASSIGN(const auto all, co_await std::move(listing));
    std::vector<std::string> names;
    for (const auto& [name, listed] : all) {
      if (listed.id == *id) names.push_back(name);
    }
    if (names.empty() && !run.given.has("if-exists")) {
      co_return illegal_argument(
          fmt::format("TopicId '{}' does not exist as expected", id->text()));
    }
    co_return names;
  }

  static Task<Ran<>> describe_topics(ToolRun& run) {
    CO_TRY(run.given.small_number("partition-size-limit-per-response"));
    auto naming = names_to_describe(run);
    CO_TRY_ASSIGN(std::vector<std::string> names, co_await std::move(naming));
    if (names.empty()) co_return Ran<>();
    auto describing = run.admin.describe_topics(names, run.deadline());
    const auto topics = co_await std::move(describing);
    std::vector<client::ConfigResource> resources;
    for (const auto& [name, topic] : topics) {
      if (!topic) co_return std::unexpected(JavaError(topic.error()));
      resources.push_back({client::ConfigResourceType::topic, name});
    }
    auto asking = run.admin.describe_configs(std::move(resources), {}, run.deadline());
    const auto configs = co_await std::move(asking);
    auto asking_brokers = run.admin.describe_cluster(false, run.deadline());
    CO_TRY_ASSIGN(const auto cluster, co_await std::move(asking_brokers));
    std::set<BrokerId> live;
    for (const auto& broker : cluster.brokers) live.insert(broker.id);
    sort_as_hash_map(names, names.size());
    for (const std::string& name : names) {
      const auto& entries = configs.at({client::ConfigResourceType::topic, name});
      if (!entries) co_return std::unexpected(JavaError(entries.error()));
      print(run, name, *topics.at(name), *entries, live);
    }
    co_return Ran<>();
  }

  static void print(ToolRun& run, const std::string& name, const TopicDescription& topic,
                    const std::vector<client::ConfigEntry>& configs,
                    const std::set<BrokerId>& live) {
    const Arguments& given = run.given;
    const bool is_filtered =
        given.has("unavailable-partitions") || given.has("under-replicated-partitions") ||
        given.has("under-min-isr-partitions") || given.has("at-min-isr-partitions");
    if (!is_filtered) print_topic(run, name, topic, configs);
    if (given.has("topics-with-overrides")) return;
    std::int32_t min_isr = 1;
    for (const client::ConfigEntry& entry : configs) {
      if (entry.name == "min.insync.replicas" && entry.value) {
        min_isr = parse_int(*entry.value).value_or(1);
      }
    }
    for (const client::PartitionDescription& partition : topic.partitions) {
      const bool has_leader = partition.leader != no_broker;
      const auto in_sync = static_cast<std::int32_t>(partition.in_sync.size());
      const bool shows =
          !is_filtered ||
          (given.has("under-replicated-partitions") &&
           partition.replicas.size() > partition.in_sync.size()) ||
          (given.has("unavailable-partitions") &&
           (!has_leader || !live.contains(partition.leader))) ||
          (given.has("under-min-isr-partitions") && (!has_leader || in_sync < min_isr)) ||
          (given.has("at-min-isr-partitions") && in_sync == min_isr);
      if (shows) print_partition(run, name, partition);
    }
  }

  static void print_topic(ToolRun& run, const std::string& name, const TopicDescription& topic,
                          const std::vector<client::ConfigEntry>& configs) {
    std::vector<std::string> names, own;
    for (const client::ConfigEntry& entry : configs) names.push_back(entry.name);
    sort_as_hash_map(names);
    for (const std::string& of : names) {
      const auto entry = std::ranges::find(configs, of, &client::ConfigEntry::name);
      if (!entry->is_default())
        own.push_back(fmt::format("{}={}", of, entry->value.value_or("null")));
    }
    if (run.given.has("topics-with-overrides") && own.empty()) return;
    std::string line = fmt::format("Topic: {}", name);
    if (!topic.id.is_zero()) line += fmt::format("\tTopicId: {}", topic.id.text());
    line += fmt::format(
        "\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}", topic.partitions.size(),
        topic.partitions.empty() ? 0 : topic.partitions.front().replicas.size(), joined(own, ","));
    run.console.out_line(line);
  }

  static void print_partition(ToolRun& run, const std::string& topic,
                              const client::PartitionDescription& partition) {
    const auto optional_list = [](const std::optional<std::vector<BrokerId>>& ids) {
      return ids ? fmt::format("{}", fmt::join(*ids, ",")) : std::string("N/A");
    };
    run.console.out_line(fmt::format(
        "\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}\tElr: {}\tLastKnownElr: {}",
        topic, partition.index,
        partition.leader == no_broker ? "none" : std::to_string(partition.leader),
        fmt::join(partition.replicas, ","), fmt::join(partition.in_sync, ","),
        optional_list(partition.eligible_leader_replicas),
        optional_list(partition.last_known_eligible)));
  }
};

}  // namespace

std::unique_ptr<Tool> topics_tool() { return std::make_unique<Topics>(); }

}  // namespace weir::app::kafka
