#include "weir/client.h"

#include <algorithm>

#include "app/clientlib/client_impl.h"
#include "app/clientlib/configuration.h"
#include "client/properties.h"

namespace weir {
Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

std::expected<Client, Failure> Client::create(ClientOptions options) {
  TRY_ASSIGN(auto config, clientlib::configured(options));
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
