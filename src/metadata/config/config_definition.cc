#include "metadata/config/config_definition.h"

#include <algorithm>
#include <map>
#include <ranges>

#include "base/nearest_name.h"
#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

struct Tables {
  std::vector<ConfigDefinition> all;
  std::map<std::string_view, std::size_t> by_name;

  explicit Tables(std::initializer_list<std::span<const ConfigDefinition>> tables) {
    for (const auto table : tables) all.insert(all.end(), table.begin(), table.end());
    for (std::size_t at = 0; at < all.size(); ++at) by_name.emplace(all[at].name, at);
  }
};

const Tables& tables_of(ConfigKind kind) {
  static const Tables topic{topic_table()};
  static const Tables group{group_table()};
  static const Tables client_metrics{client_metrics_table()};
  static const Tables broker{
      broker_server_table(), broker_network_table(),     broker_log_table(),
      broker_group_table(),  broker_controller_table(),  broker_replication_table(),
      broker_share_table(),  broker_transaction_table(), broker_streams_table(),
      broker_remote_table(), broker_security_table(),    broker_sasl_table()};
  static const Tables none{};
  switch (kind) {
    case ConfigKind::topic:
      return topic;
    case ConfigKind::broker:
      return broker;
    case ConfigKind::group:
      return group;
    case ConfigKind::client_metrics:
      return client_metrics;
    case ConfigKind::broker_logger:
      break;
  }
  return none;
}

std::string canonical(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (c == '_' || c == '-') c = '.';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::span<const ConfigDefinition> config_definitions(ConfigKind kind) {
  return tables_of(kind).all;
}

const ConfigDefinition* find_config(ConfigKind kind, std::string_view name) {
  const Tables& tables = tables_of(kind);
  const auto at = tables.by_name.find(name);
  return at == tables.by_name.end() ? nullptr : &tables.all[at->second];
}

std::string_view nearest_config_name(ConfigKind kind, std::string_view name) {
  const std::string wanted = canonical(name.substr(0, 1'000));
  if (kind == ConfigKind::broker) {  // a topic's config, where the broker's was meant
    const ConfigDefinition* topic = find_config(ConfigKind::topic, wanted);
    if (topic != nullptr && topic->synonym_count > 0) return topic->synonyms[0].name;
  }
  return nearest_name(wanted, std::views::keys(tables_of(kind).by_name));
}

}  // namespace weir::metadata
