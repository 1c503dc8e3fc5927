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

namespace {

// The typed fields say what the properties say, and are judged as they are.
Properties properties_of(const ClientOptions& options) {
  Properties out;
  const auto set_time = [&out](std::string_view name, const auto& value) {
    if (value) out.emplace_back(name, std::to_string(value->count()));
  };
  if (!options.bootstrap_servers.empty()) {
    out.emplace_back("bootstrap.servers", options.bootstrap_servers);
  }
  if (options.client_id) out.emplace_back("client.id", *options.client_id);
  if (options.rack) out.emplace_back("client.rack", *options.rack);
  set_time("request.timeout.ms", options.request_timeout);
  set_time("socket.connection.setup.timeout.ms", options.connect_timeout);
  set_time("metadata.max.age.ms", options.metadata_age_max);
  return out;
}

}  // namespace

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

std::expected<Client, Failure> Client::create(ClientOptions options) {
  client::ClientConfig config;
  config.cluster.connection.software_version = WEIR_VERSION;
  if (auto applied = clientlib::apply(config, properties_of(options)); !applied) {
    return std::unexpected(applied.error());
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
