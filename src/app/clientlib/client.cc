#include "weir/client.h"

#include <algorithm>

#include "app/clientlib/client_impl.h"
#include "app/clientlib/failures.h"
#include "client/properties.h"

namespace weir {
namespace clientlib {

std::expected<void, Failure> apply(client::ClientConfig& config, const Properties& properties) {
  for (const auto& [name, value] : properties) {
    if (const Result<> set = client::set_property(config, name, value); !set) {
      return std::unexpected(failure_of(set.error()));
    }
  }
  return {};
}

}  // namespace clientlib

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

std::expected<Client, Failure> Client::create(ClientOptions options) {
  client::ClientConfig config;
  auto& connection = config.cluster.connection;
  connection.software_version = WEIR_VERSION;
  if (options.client_id) connection.client_id = *options.client_id;
  if (options.rack) config.cluster.rack = *options.rack;
  if (options.request_timeout) connection.request_timeout = *options.request_timeout;
  if (options.connect_timeout) connection.setup_timeout = *options.connect_timeout;
  if (options.metadata_age_max) config.cluster.metadata_age_max = *options.metadata_age_max;
  if (!options.bootstrap_servers.empty()) {
    auto bootstrap = client::parse_bootstrap(options.bootstrap_servers);
    if (!bootstrap) return std::unexpected(clientlib::failure_of(bootstrap.error()));
    config.cluster.bootstrap = *std::move(bootstrap);
  }
  if (auto applied = clientlib::apply(config, options.properties); !applied) {
    return std::unexpected(applied.error());
  }
  if (config.cluster.bootstrap.empty()) {
    return std::unexpected(
        Failure(Failure::Kind::invalid, "bootstrap_servers: host:port,... is expected"));
  }
  if (options.on_statistics && options.statistics_interval <= std::chrono::milliseconds(0)) {
    return std::unexpected(
        Failure(Failure::Kind::invalid, "statistics_interval: a time beyond 0 is expected"));
  }
  return Client(std::make_shared<Impl>(clientlib::Engine::start(options), std::move(config)));
}

std::vector<std::string> known_properties() {
  std::vector<std::string> names;
  for (const client::PropertyInfo& each : client::known_properties()) names.emplace_back(each.name);
  return names;
}

std::string_view version() { return WEIR_VERSION; }

}  // namespace weir
