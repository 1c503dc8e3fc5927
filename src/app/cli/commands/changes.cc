#include "app/cli/commands/changes.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "app/cli/text/units.h"
#include "app/cli/topic_descriptions.h"

namespace weir::app {
namespace {

constexpr PartitionIndex partitions_named_max = 1'000'000;

std::optional<PartitionIndex> index_of(std::string_view text) {
  PartitionIndex index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc{} || end != text.data() + text.size() || index < 0) return std::nullopt;
  return index;
}

}  // namespace

void Consent::describe(Options& options) {
  options.flag("-y,--yes", yes, "do not ask");
  options.flag("--dry-run", dry_run, "say what would be done, and do nothing");
}

Task<Exit> Consent::ask(Session& session, std::string what) const {
  if (yes || dry_run) co_return Exit::done;
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
    co_return session.complain(fmt::format("this will {}; say --yes, or try --dry-run first", what),
                               Exit::usage);
  }
  const std::string question = fmt::format("This will {}. Go on? [y/N] ", what);
  std::fwrite(question.data(), 1, question.size(), stderr);
  auto reading = session.read_input(64);
  const auto answer = co_await std::move(reading);
  const bool agreed = answer && (*answer == "y\n" || *answer == "yes\n" || *answer == "Y\n");
  co_return agreed ? Exit::done : session.complain("nothing was done", Exit::failed);
}

Result<std::map<std::string, std::string>> parse_configs(const std::vector<std::string>& words) {
  std::map<std::string, std::string> configs;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) {
      return fail(Errc::invalid, fmt::format("'{}': name=value is expected", word));
    }
    const std::string name = word.substr(0, equals);
    configs[name] = config_value(name, std::string_view(word).substr(equals + 1));
  }
  return configs;
}

std::vector<Column> setting_columns(std::string_view of) {
  return {{std::string(of)}, {"name"}, {"value"}, {"altered"}};
}

void put_settings(Section& table, const std::string& of,
                  const std::vector<client::ConfigAlteration>& changes, bool altered) {
  for (const client::ConfigAlteration& change : changes) {
    const bool is_set = change.operation != client::AlterOperation::remove;
    table.add(
        {of, change.name, is_set ? Cell{SettingText{change.name, change.value}} : Cell{}, altered});
  }
}

Result<std::vector<PartitionIndex>> parse_partitions(std::string_view list) {
  std::vector<PartitionIndex> partitions;
  std::string_view rest = list;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const std::size_t dash = one.find('-');
    const auto first = index_of(one.substr(0, dash));
    const auto last = dash == one.npos ? first : index_of(one.substr(dash + 1));
    if (!first || !last || *last < *first || *last - *first >= partitions_named_max) {
      return fail(Errc::invalid, fmt::format("'{}' names no partitions; as in 0,1,5-7", list));
    }
    for (PartitionIndex index = *first; index <= *last; ++index) partitions.push_back(index);
  }
  if (partitions.empty()) return fail(Errc::invalid, "no partition is named");
  return partitions;
}

Result<PartitionWord> parse_partition_word(std::string_view word) {
  const std::size_t colon = word.find(':');
  PartitionWord parsed{std::string(word.substr(0, colon)), {}};
  if (parsed.topic.empty()) return fail(Errc::invalid, fmt::format("'{}' names no topic", word));
  if (colon != word.npos) {
    TRY_ASSIGN(parsed.partitions, parse_partitions(word.substr(colon + 1)));
  }
  return parsed;
}

Task<std::vector<client::TopicPartition>> existing_partitions(Session& session,
                                                              std::vector<PartitionWord> words,
                                                              Exits& exits) {
  std::vector<std::string> names;
  for (const PartitionWord& word : words) names.push_back(word.topic);
  auto describing = describe_patiently(session, std::move(names), session.deadline());
  const DescribedTopics described = co_await std::move(describing);
  std::vector<client::TopicPartition> partitions;
  for (const PartitionWord& word : words) {
    const auto& topic = described.at(word.topic);
    if (!topic) {
      exits.add(session.complain("", topic.error()));
      continue;
    }
    for (const auto& partition : topic->partitions) {
      const bool is_named =
          word.partitions.empty() || std::ranges::count(word.partitions, partition.index) > 0;
      if (is_named) partitions.push_back({word.topic, partition.index});
    }
    for (const PartitionIndex index : word.partitions) {
      if (static_cast<std::size_t>(index) < topic->partitions.size()) continue;
      exits.add(session.complain(fmt::format("topic '{}' has no partition {}; it has {}",
                                             word.topic, index, topic->partitions.size()),
                                 Exit::not_found));
    }
  }
  co_return partitions;
}

Task<Exit> look_for_topic(Session& session, PartitionWord word) {
  if (session.settings.config.cluster.creates_topics) co_return Exit::done;
  Exits exits;
  std::vector<PartitionWord> words{std::move(word)};
  auto finding = existing_partitions(session, std::move(words), exits);
  static_cast<void>(co_await std::move(finding));
  co_return exits.result();
}

}  // namespace weir::app
