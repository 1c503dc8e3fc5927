// kafka-consumer-groups (Kafka's ConsumerGroupCommand).

#include "app/kafka_tools/consumer_groups.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {
namespace {

using client::TopicPartition;

const std::vector<std::string> group_actions = {
    "list", "describe", "delete", "reset-offsets", "delete-offsets", "validate-regex"};
const std::vector<std::string> scenarios = {"to-offset",   "to-datetime", "by-duration",
                                            "to-earliest", "to-latest",   "to-current",
                                            "shift-by",    "from-file"};

// A word as Kafka spells it, in any case.
std::optional<std::string> spelled(std::string_view word, std::span<const std::string_view> known) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  for (const std::string_view each : known) {
    if (std::ranges::equal(each, trimmed(word), {}, lower, lower)) return std::string(each);
  }
  return std::nullopt;
}

class ConsumerGroups final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-consumer-groups"; }

 private:
  std::string_view about() const override {
    return "Lists, describes and deletes consumer groups, and moves their offsets.";
  }

  void describe(ArgumentParser& parser) const override {
    add_connection(parser);
    parser.flag("list", "List the groups");
    parser.flag("describe", "Describe groups");
    parser.flag("delete", "Delete groups");
    parser.flag("reset-offsets", "Move the offsets of a group");
    parser.flag("delete-offsets", "Delete offsets of a group");
    parser.option("validate-regex", "Say whether this is a regular expression of RE2's");
    parser.option("group", "The group; may be repeated");
    parser.flag("all-groups", "All groups");
    parser.option("topic", "TOPIC or TOPIC:0,1,2; may be repeated");
    parser.flag("all-topics", "All topics that the group has committed");
    parser.flag("dry-run", "Only show what would be done");
    parser.flag("execute", "Do it");
    parser.flag("export", "As CSV");
    parser.option("to-offset", "This offset");
    parser.option("from-file", "Offsets of a CSV file");
    parser.option("to-datetime", "The offset at a time: YYYY-MM-DDThh:mm:ss.sss");
    parser.option("by-duration", "The offset so long ago: PnDTnHnMnS");
    parser.flag("to-earliest", "The first offset");
    parser.flag("to-latest", "The end");
    parser.flag("to-current", "The committed offset");
    parser.option("shift-by", "So many offsets further, or back");
    parser.option("timeout", "Milliseconds for each question").preset = "30000";
    for (const char* const part : {"members", "offsets", "verbose"}) {
      parser.flag(part, fmt::format("Of --describe: {}", part)).only_with = {"describe"};
    }
    parser.optional("state", "Of --describe: the state; of --list: states, with commas between")
        .only_with = {"describe", "list"};
    parser.optional("type", "Of --list: types, with commas between").only_with = {"list"};
  }

  Ran<> check(const Arguments& given, Console& console) override {
    if (!given.has("validate-regex")) TRY(need(given, {"bootstrap-server"}));
    TRY(check_describe(given));
    if (given.has("delete")) {
      TRY(need_groups(given, "delete"));
      if (given.has("topic")) {
        return bad_usage(
            "The consumer does not support topic-specific offset deletion from a consumer group.");
      }
    }
    if (given.has("delete-offsets") && (!given.has("group") || !given.has("topic"))) {
      return bad_usage("Option [delete-offsets] takes the following options: [group], [topic]");
    }
    TRY(check_reset(given, console));
    TRY(forbid_with(given, "group", {"all-groups"}));
    TRY(forbid_with(given, "group", {"list"}));
    TRY(forbid_with(given, "topic", {"list", "describe"}));
    const auto count = std::ranges::count_if(
        group_actions, [&](const std::string& action) { return given.has(action); });
    if (count != 1) {
      return bad_usage(fmt::format("Command must include exactly one action: --{}",
                                   joined(group_actions, ", --")));
    }
    return {};
  }

  static Ran<> need_groups(const Arguments& given, std::string_view action) {
    if (given.has("group") || given.has("all-groups")) return {};
    return bad_usage(
        fmt::format("Option [{}] takes one of these options: [group], [all-groups]", action));
  }

  static Ran<> check_describe(const Arguments& given) {
    if (!given.has("describe")) return {};
    TRY(need_groups(given, "describe"));
    const int parts = given.has("members") + given.has("offsets") + given.has("state");
    if (parts > 1) {
      return bad_usage(
          "Option [describe] takes at most one of these options: [members], [offsets], [state]");
    }
    TRY_ASSIGN(const auto state, given.value("state"));
    if (state) return bad_usage("Option [describe] does not take a value for [state]");
    return {};
  }

  static Ran<> check_reset(const Arguments& given, Console& console) {
    if (!given.has("reset-offsets")) return {};
    if (given.has("dry-run") && given.has("execute")) {
      return bad_usage("Option [reset-offsets] only accepts one of [execute] and [dry-run]");
    }
    if (!given.has("dry-run") && !given.has("execute")) {
      console.err_line(
          "WARN: No action will be performed as the --execute option is missing. In version 5.0, "
          "this command will require either --dry-run or --execute to be specified. You should add "
          "the --dry-run option explicitly if you are scripting this command and want to keep the "
          "current default behavior without prompting.");
    }
    TRY(need_groups(given, "reset-offsets"));
    for (const std::string& scenario : scenarios) {
      std::vector<std::string> others = scenarios;
      std::erase(others, scenario);
      TRY(forbid_with(given, scenario, others));
    }
    return {};
  }

  bool plays_alone(const Arguments& given, Console& console) override {
    if (!given.has("validate-regex")) return false;
    const std::string text = given.values("validate-regex").front();
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 regex(text, options);
    console.out_line(regex.ok() ? fmt::format("The regular expression `{}` is valid.", text)
                                : fmt::format("The regular expression `{}` is invalid: {}.", text,
                                              regex.error()));
    return true;
  }

  std::chrono::milliseconds timeout(const Arguments& given, const ClientSettings&) const override {
    const auto timeout = given.number("timeout");
    return std::chrono::milliseconds(timeout ? timeout->value_or(30'000) : 30'000);
  }

  int refuse(const JavaError& error, const Program& program, Console& console) const override {
    // What the parser itself does not understand nobody catches in Kafka's tool.
    const bool is_conversion = error.type == "joptsimple.OptionArgumentConversionException";
    if (!is_option_error(error) || is_conversion) {
      return ClientTool::refuse(error, program, console);
    }
    console.err_line(fmt::format("Exception in thread \"main\" {}", error.text()));
    return 1;
  }
  int fail(const JavaError& error, const Program&, Console& console) const override {
    print_error(console,
                fmt::format("Executing consumer group command failed due to {}", error.message));
    console.err_line(error.text());
    return 0;  // as Kafka's
  }

  Task<Ran<>> play(ToolRun& run) override {
    CO_TRY(run.given.number("timeout"));
    auto playing = act(run);
    Ran<> played = co_await std::move(playing);
    if (!played && played.error().type == "java.lang.IllegalArgumentException") {
      played.error().kind = JavaError::Kind::usage;
    }
    co_return played;
  }

  Task<Ran<>> act(ToolRun& run) {
    if (run.given.has("list")) {
      auto listing = list(run);
      co_return co_await std::move(listing);
    }
    if (run.given.has("delete-offsets")) {
      auto deleting = delete_offsets(run);
      co_return co_await std::move(deleting);
    }
    std::vector<std::string> groups = run.given.values("group");
    if (run.given.has("all-groups")) {
      auto listing = list_groups(run, {});
      const auto all = co_await std::move(listing);
      if (!all) co_return std::unexpected(all.error().in_runtime());
      groups.clear();
      for (const auto& [group, listed] : *all) groups.push_back(group);
    }
    std::ranges::sort(groups);
    groups.erase(std::ranges::unique(groups).begin(), groups.end());
    auto acting = run.given.has("describe")        ? describe_groups(run, std::move(groups))
                  : run.given.has("reset-offsets") ? reset_offsets(run, std::move(groups))
                                                   : delete_groups(run, std::move(groups));
    co_return co_await std::move(acting);
  }

  // --- list ---
  using Listings = std::map<std::string, client::GroupListing>;

  // Consumers' groups, and those that only hold offsets.
  static Task<Ran<Listings>> list_groups(ToolRun& run, client::GroupFilter filter) {
    auto listing = run.admin.list_groups(std::move(filter), run.deadline());
    auto listed = co_await std::move(listing);
    if (!listed) co_return std::unexpected(JavaError(listed.error()).in_execution());
    std::erase_if(*listed, [](const auto& entry) {
      const std::string& protocol = entry.second.protocol_type;
      return !protocol.empty() && protocol != "consumer";
    });
    co_return *std::move(listed);
  }

  static Ran<std::vector<std::string>> words_of(const Arguments& given, std::string_view option,
                                                std::span<const std::string_view> known) {
    std::vector<std::string> words;
    TRY_ASSIGN(const auto text, given.value(option));
    if (!text || text->empty()) return words;
    for (const std::string& part : split(*text, ',')) {
      const auto word = spelled(part, known);
      if (!word) {
        return illegal_argument(fmt::format("Invalid {} list '{}'. Valid {}s are: {}",
                                            option == "type" ? "types" : option, *text, option,
                                            fmt::join(known, ", ")));
      }
      words.push_back(*word);
    }
    return words;
  }

  static Task<Ran<>> list(ToolRun& run) {
    static constexpr std::string_view states[] = {"Assigning", "CompletingRebalance", "Dead",
                                                  "Empty",     "PreparingRebalance",  "Reconciling",
                                                  "Stable"};
    static constexpr std::string_view types[] = {"Classic", "Consumer"};
    const bool shows_types = run.given.has("type"), shows_states = run.given.has("state");
    client::GroupFilter filter;
    CO_TRY_ASSIGN(filter.types, words_of(run.given, "type", types));
    CO_TRY_ASSIGN(filter.states, words_of(run.given, "state", states));
    auto listing = list_groups(run, std::move(filter));
    const auto listed = co_await std::move(listing);
    const bool is_plain = !shows_types && !shows_states;
    if (!listed) {
      co_return std::unexpected(is_plain ? listed.error().in_runtime() : listed.error());
    }
    std::vector<std::string> groups;
    std::size_t width = 15;
    for (const auto& [group, found] : *listed) {
      groups.push_back(group);
      width = std::max(width, length(group));
    }
    sort_as_hash_map(groups);
    if (is_plain) {
      for (const std::string& group : groups) run.console.out_line(group);
      co_return Ran<>();
    }
    const auto line = [&](std::string_view group, std::string_view type, std::string_view state) {
      std::string text = padded(group, width + 10);
      if (shows_types) text += " " + padded(type, 20);
      if (shows_states) text += " " + padded(state, 20);
      run.console.out_line(text);
    };
    line("GROUP", "TYPE", "STATE");
    for (const std::string& group : groups) {
      const client::GroupListing& found = listed->at(group);
      line(group, found.type.empty() ? "Unknown" : found.type,
           found.state.empty() ? "Unknown" : found.state);
    }
    co_return Ran<>();
  }

  // --- delete ---
  static Task<Ran<>> delete_groups(ToolRun& run, std::vector<std::string> groups) {
    sort_as_hash_map(groups);
    auto deleting = run.admin.delete_groups(groups, run.deadline());
    const auto outcomes = co_await std::move(deleting);
    std::vector<std::string> deleted, refused;
    for (const std::string& group : groups) {
      const auto& outcome = outcomes.at(group);
      if (outcome) {
        deleted.push_back(fmt::format("'{}'", group));
      } else {
        refused.push_back(fmt::format("* Group '{}' could not be deleted due to: {}", group,
                                      JavaError(outcome.error()).text()));
      }
    }
    if (refused.empty()) {
      run.console.out_line(fmt::format("Deletion of requested consumer groups ({}) was successful.",
                                       joined(deleted, ", ")));
      co_return Ran<>();
    }
    print_error(run.console, "Deletion of some consumer groups failed:");
    for (const std::string& line : refused) run.console.out_line(line);
    if (!deleted.empty()) {
      run.console.out_line(fmt::format("\nThese consumer groups were deleted successfully: {}",
                                       joined(deleted, ", ")));
    }
    co_return Ran<>();
  }

  // --- delete-offsets ---
  static Task<Ran<>> delete_offsets(ToolRun& run) {
    std::vector<std::string> whole;
    std::map<TopicPartition, std::optional<JavaError>> outcomes;
    std::vector<TopicPartition> partitions;
    for (const std::string& text : run.given.values("topic")) {
      CO_TRY_ASSIGN(const TopicArgument argument, parse_topic_argument(text));
      if (argument.partitions.empty()) whole.push_back(argument.topic);
      for (const PartitionIndex index : argument.partitions) {
        partitions.push_back({argument.topic, index});
      }
    }
    auto describing = run.admin.describe_topics(whole, run.deadline());
    const auto described = co_await std::move(describing);
    for (const auto& [topic, description] : described) {
      if (!description) {
        outcomes.emplace(TopicPartition{topic, -1}, JavaError(description.error()).in_execution());
        continue;
      }
      for (const auto& partition : description->partitions) {
        partitions.push_back({topic, partition.index});
      }
    }
    CO_TRY_ASSIGN(const auto group, run.given.value("group"));
    auto deleting = run.admin.delete_offsets(*group, partitions, run.deadline());
    const auto deleted = co_await std::move(deleting);
    std::optional<JavaError> first;
    for (const auto& [of, outcome] : deleted) {
      outcomes[of] = std::nullopt;
      if (outcome) continue;
      const JavaError error(outcome.error());
      if (!first) first = error;
      outcomes[of] = error.in_execution();
    }
    print_deletion(run.console, *group, first);
    print_outcomes(run.console, outcomes);
    co_return Ran<>();
  }

  static void print_deletion(Console& console, const std::string& group,
                             const std::optional<JavaError>& error) {
    using wire::ErrorCode;
    if (!error) {
      console.out_line(fmt::format("Request succeeded for deleting offsets from group {}.", group));
      return;
    }
    switch (error->answer) {
      case ErrorCode::invalid_group_id:
      case ErrorCode::group_id_not_found:
      case ErrorCode::group_authorization_failed:
      case ErrorCode::non_empty_group:
        return print_error(console, error->message);
      case ErrorCode::group_subscribed_to_topic:
      case ErrorCode::topic_authorization_failed:
      case ErrorCode::unknown_topic_or_partition:
        return print_error(console,
                           "Encountered some partition-level error, see the follow-up details.");
      default:
        return print_error(console, fmt::format("Encountered some unknown error: {}",
                                                wire::error_info(error->answer).name));
    }
  }

  static void print_outcomes(Console& console,
                             const std::map<TopicPartition, std::optional<JavaError>>& outcomes) {
    std::size_t width = 15;
    std::map<std::string, TopicPartition> order;
    for (const auto& [of, error] : outcomes) {
      width = std::max(width, length(of.topic));
      order[fmt::format("{}{}", of.topic, of.partition)] = of;
    }
    const auto line = [&](std::string_view topic, std::string_view partition,
                          std::string_view status) {
      console.out(fmt::format("\n{} {} {}", padded(topic, width), padded(partition, 10),
                              padded(status, 15)));
    };
    line("TOPIC", "PARTITION", "STATUS");
    for (const auto& [key, of] : order) {
      const auto& error = outcomes.at(of);
      line(of.topic, of.partition < 0 ? "-" : std::to_string(of.partition),
           error ? fmt::format("Error: {}", error->message) : "Successful");
    }
    console.out("\n");
  }
};

}  // namespace

std::unique_ptr<Tool> consumer_groups_tool() { return std::make_unique<ConsumerGroups>(); }

}  // namespace weir::app::kafka
