#include "app/config/server_options.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "app/config/properties.h"
#include "app/config/toml_settings.h"

namespace weir::app {
namespace {

using metadata::ConfigKind;
using metadata::ConfigMap;

constexpr std::string_view variable_prefix = "WEIR_";
constexpr std::size_t shards_max = 1024;

// The file's, and those of the commands that talk to a cluster.
bool is_no_setting(std::string_view variable) {
  return variable == "WEIR_CONFIG" || variable == "WEIR_BROKERS" || variable == "WEIR_PROFILE";
}

// Of the process's own log; Kafka has no settings of these names.
constexpr std::string_view log_level_name = "log.level";
constexpr std::string_view log_format_name = "log.format";
constexpr std::string_view log_file_name = "log.file";

std::optional<env::Level> level_named(std::string_view name) {
  if (name == "trace") return env::Level::trace;
  if (name == "debug") return env::Level::debug;
  if (name == "info") return env::Level::info;
  if (name == "warning" || name == "warn") return env::Level::warning;
  if (name == "error") return env::Level::error;
  return std::nullopt;
}

// Where a value was written, for messages: "server.properties:12".
struct Written {
  std::string value;
  std::string where;
  bool is_strict = true;  // an unknown name is an error here, else a warning
};

class Gathering {
 public:
  // The names of Weir's own options are those of its flags.
  void put(std::string_view name, Written written) {
    if (name == "data") {
      settings_["log.dirs"] = std::move(written);
      settings_.erase("log.dir");
      settings_.erase("metadata.log.dir");
    } else if (name == "listen") {
      listen_ = std::move(written);
    } else if (name == "shards") {
      shards_ = std::move(written);
    } else if (name == log_level_name || name == log_format_name || name == log_file_name) {
      log_[std::string(name)] = std::move(written);
    } else {
      settings_[std::string(name)] = std::move(written);
    }
  }

  Result<> finish(ServerOptions& options) {
    TRY(read_shards(options));
    TRY(read_log(options.log));
    TRY(apply_listen());
    complete_node_id();
    for (const auto& [name, written] : settings_) {
      options.static_config[name] = written.value;
    }
    return review(options);
  }

 private:
  Result<> read_shards(ServerOptions& options) const {
    if (!shards_) return {};
    std::size_t count = 0;
    for (const char c : shards_->value) {
      if (c < '0' || c > '9' || count > shards_max)
        count = shards_max + 1;
      else
        count = count * 10 + static_cast<std::size_t>(c - '0');
    }
    if (count == 0 || count > shards_max) {
      return fail(Errc::invalid, fmt::format("{}: shards is {}: a number from 1 to {} is expected",
                                             shards_->where, shards_->value, shards_max));
    }
    options.shards = count;
    return {};
  }

  Result<> read_log(runtime::LogSettings& log) const {
    for (const auto& [name, written] : log_) {
      const std::string& value = written.value;
      const char* expected = nullptr;
      if (name == log_level_name) {
        if (const auto level = level_named(value)) {
          log.level = *level;
        } else {
          expected = "trace, debug, info, warning or error";
        }
      } else if (name == log_format_name) {
        log.form =
            value == "json" ? runtime::LogSettings::Form::json : runtime::LogSettings::Form::text;
        if (value != "text" && value != "json") expected = "text or json";
      } else {
        log.file = value;
      }
      if (expected) {
        return fail(Errc::invalid, fmt::format("{}: {} is {}: {} is expected", written.where, name,
                                               value, expected));
      }
    }
    return {};
  }

  // Takes the place of the client listeners; the controller's stay.
  Result<> apply_listen() {
    if (!listen_) return {};
    const auto address = metadata::parse_host_port(listen_->value);
    if (!address) {
      return fail(Errc::invalid, fmt::format("{}: listen is {}: HOST:PORT is expected",
                                             listen_->where, listen_->value));
    }
    std::string listeners = "PLAINTEXT://" + metadata::format_host_port(*address);
    const auto before = settings_.find("listeners");
    const std::string old = before == settings_.end() ? "" : before->second.value;
    for (std::size_t begin = 0; begin < old.size();) {
      const std::size_t comma = std::min(old.find(',', begin), old.size());
      const std::string entry = old.substr(begin, comma - begin);
      if (entry.find("CONTROLLER://") != entry.npos) listeners += "," + entry;
      begin = comma + 1;
    }
    settings_["listeners"] = {std::move(listeners), listen_->where};
    return {};
  }

  // As in Kafka, each of node.id and broker.id stands for the other.
  void complete_node_id() {
    const auto node = settings_.find("node.id");
    const auto broker = settings_.find("broker.id");
    if (node != settings_.end() && broker == settings_.end()) {
      settings_["broker.id"] = node->second;
    } else if (node == settings_.end() && broker != settings_.end()) {
      settings_["node.id"] = broker->second;
    }
  }

  std::string where(const std::string& name) const {
    const auto at = settings_.find(name);
    return at == settings_.end() ? std::string() : at->second.where + ": ";
  }

  Result<> review(ServerOptions& options) const {
    const metadata::StaticReview review = metadata::review_static_configs(options.static_config);
    for (const std::string& name : review.unknown) {
      const std::string_view near = metadata::nearest_config_name(ConfigKind::broker, name);
      std::string line = fmt::format("{}unknown setting {}", where(name), name);
      if (!near.empty()) line += fmt::format(": did you mean {}?", near);
      if (settings_.at(name).is_strict) return fail(Errc::invalid, std::move(line));
      options.warnings.push_back(std::move(line));
    }
    if (!review.invalid.empty()) {
      const auto& notice = review.invalid.front();
      return fail(Errc::invalid, where(notice.name) + notice.message);
    }
    if (!review.refused.empty()) {
      const auto& notice = review.refused.front();
      return fail(Errc::unsupported, where(notice.name) + notice.message);
    }
    if (!review.without_effect.empty()) {
      options.warnings.push_back(
          fmt::format("settings without effect yet: {}", fmt::join(review.without_effect, ", ")));
    }
    return {};
  }

  std::map<std::string, Written, std::less<>> settings_;
  std::optional<Written> listen_;
  std::optional<Written> shards_;
  std::map<std::string, Written, std::less<>> log_;
};

Result<> gather_file(const ConfigFile& file, Gathering& gathering) {
  const bool is_toml = file.path.ends_with(".toml");
  auto settings = is_toml ? parse_toml_settings(file.content) : parse_properties(file.content);
  if (!settings) {
    return fail(settings.error().code, fmt::format("{}: {}", file.path, settings.error().what));
  }
  for (Setting& setting : *settings) {
    // In Java's syntax every name is Kafka's; `data` and the like are ours in TOML only.
    gathering.put(setting.name, {std::move(setting.value),
                                 fmt::format("{}:{}", file.path, setting.line), is_toml});
  }
  return {};
}

}  // namespace

std::string config_name_of_variable(std::string_view variable) {
  std::string name;
  for (const char c : variable.substr(variable_prefix.size())) {
    name += c == '_' ? '.' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

Result<ServerOptions> read_server_options(const OptionSources& sources) {
  Gathering gathering;
  if (sources.file) TRY(gather_file(*sources.file, gathering));
  for (const auto& [variable, value] : sources.environment) {
    if (!variable.starts_with(variable_prefix) || is_no_setting(variable)) continue;
    gathering.put(config_name_of_variable(variable), {value, variable, false});
  }
  for (const auto& [name, value] : sources.set) gathering.put(name, {value, "--set"});
  if (sources.data) gathering.put("data", {*sources.data, "--data"});
  if (sources.listen) gathering.put("listen", {*sources.listen, "--listen"});
  if (sources.shards) gathering.put("shards", {std::to_string(*sources.shards), "--shards"});
  const auto put_log = [&](std::string_view name, const char* flag, const auto& value) {
    if (value) gathering.put(name, {*value, flag});
  };
  put_log(log_level_name, "--log-level", sources.log_level);
  put_log(log_format_name, "--log-format", sources.log_format);
  put_log(log_file_name, "--log-file", sources.log_file);
  ServerOptions options;
  TRY(gathering.finish(options));
  TRY_ASSIGN(options.settings,
             metadata::broker_settings({.static_broker = &options.static_config}));
  return options;
}

}  // namespace weir::app
