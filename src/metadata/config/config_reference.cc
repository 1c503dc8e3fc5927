#include "metadata/config/config_reference.h"

#include <map>
#include <string_view>

#include <fmt/format.h>

#include "metadata/config/config_definition.h"

namespace weir::metadata {
namespace {

constexpr std::string_view introduction = R"(# Configuration

`weir server` needs none. What it has comes from, each over the one before: `weir.toml` or Kafka's `server.properties`
(`--config`), the environment, `--set name=value`, and the flags (`--data`, `--listen`, `--shards`, `--log-level`, `--log-format`,
`--log-file`). Names, ranges and error messages are Apache Kafka 4.4's; topics, groups and brokers can be changed while the server runs wherever Kafka
allows it.

- `weir.toml`: Kafka's names are quoted keys (`"log.retention.ms" = 86400000`); `data`, `listen`, `shards` and a table `[log]` with
  `level`, `format` and `file` are ours.
- Environment: `WEIR_LOG_RETENTION_MS` is `log.retention.ms`; `WEIR_DATA`, `WEIR_LISTEN`, `WEIR_SHARDS`,
  `WEIR_LOG_LEVEL`, `WEIR_LOG_FORMAT` and `WEIR_LOG_FILE` are the flags, and `WEIR_CONFIG` is `--config`.
- The log goes to standard error, or is appended to `--log-file`; a line is text or one JSON object (`json`) with time, level
  (`trace`, `debug`, `info`, `warning`, `error`), component and message. Control characters in it are escaped.
- A name nobody knows is an error in `weir.toml` and `--set`, a warning in `server.properties` and the environment.
- Host `localhost` in `listeners` means 127.0.0.1 and ::1.
- `flush.messages` is 1 here: a record counts once it is on disk. Apache Kafka's default leaves that to the system.
- `log.flush.offset.checkpoint.interval.ms` is 5000, not 60000: at our speed a minute is many GB that a start after a
  crash would have to check.
- An unset replication factor of an internal topic is no more than there are brokers.

Not served, so that the server does not start: a listener that is not PLAINTEXT, other `process.roles` than
broker and controller together, other voters than this node, several directories in `log.dirs`, a `metadata.log.dir`
elsewhere, and the settings under "Refused" below with another value than their default. A listener's own configs
(`listener.name.<listener>.<config>`) are known and have no effect yet.

This page is written from the tables in `src/metadata/config`; `REWRITE=1 metadata_test` renews it.
)";

void add_table(std::string& page, ConfigKind kind, ConfigEffect effect) {
  std::map<std::string_view, const ConfigDefinition*> rows;
  for (const ConfigDefinition& definition : config_definitions(kind)) {
    if (definition.effect == effect) rows.emplace(definition.name, &definition);
  }
  page += "\n| name | default | |\n|---|---|---|\n";
  for (const auto& [name, definition] : rows) {
    const std::string_view value = definition->default_value.value_or("");
    page += fmt::format("| `{}` | {} | {}{}{} |\n", name,
                        value.empty() ? std::string() : fmt::format("`{}`", value),
                        definition->documentation,
                        definition->reason.empty() ? "" : " Refused: ", definition->reason);
  }
}

}  // namespace

std::string config_reference() {
  std::string page(introduction);
  page += "\n## Topics: honoured\n";
  add_table(page, ConfigKind::topic, ConfigEffect::honoured);
  page += "\n## Brokers: honoured\n";
  add_table(page, ConfigKind::broker, ConfigEffect::honoured);
  page += "\n## Brokers: refused\n";
  add_table(page, ConfigKind::broker, ConfigEffect::refused);
  page += "\n## Topics: known, without effect yet\n";
  add_table(page, ConfigKind::topic, ConfigEffect::none_yet);
  page += "\n## Groups: known, without effect yet\n";
  add_table(page, ConfigKind::group, ConfigEffect::none_yet);
  page += "\n## Client metrics: known, without effect yet\n";
  add_table(page, ConfigKind::client_metrics, ConfigEffect::none_yet);
  page += "\n## Brokers: known, without effect yet\n";
  add_table(page, ConfigKind::broker, ConfigEffect::none_yet);
  return page;
}

}  // namespace weir::metadata
