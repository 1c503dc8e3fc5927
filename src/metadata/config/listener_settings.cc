#include "metadata/config/listener_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

constexpr std::uint16_t default_controller_port = 9093;

std::unexpected<Error> requirement(std::string_view what) {
  return fail(Errc::invalid, fmt::format("requirement failed: {}", what));
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> upper_names(std::vector<std::string> names) {
  for (std::string& name : names) {
    for (char& c : name) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
  }
  return names;
}

std::vector<std::string> names_of(const std::vector<Listener>& listeners) {
  std::vector<std::string> names;
  for (const Listener& listener : listeners) names.push_back(listener.name);
  return names;
}

// Without a map of its own, a controller's listener is PLAINTEXT unless its name is that of a
// protocol.
Result<SecurityProtocolMap> protocol_map(const BrokerReader& read,
                                         const std::vector<std::string>& controller_names) {
  TRY_ASSIGN(SecurityProtocolMap map,
             parse_security_protocol_map(read.text("listener.security.protocol.map")));
  if (!read.is_set("listener.security.protocol.map")) {
    for (const std::string& name : controller_names) map.try_emplace(name, "PLAINTEXT");
  }
  return map;
}

Result<> check_plaintext(const std::vector<Listener>& listeners,
                         const SecurityProtocolMap& protocols) {
  for (const Listener& listener : listeners) {
    const std::string& protocol = protocols.find(listener.name)->second;
    if (protocol == "PLAINTEXT") continue;
    return fail(Errc::unsupported, fmt::format("listener {} uses {}: only PLAINTEXT is served",
                                               listener.name, protocol));
  }
  return {};
}

Result<std::vector<Listener>> advertised(const BrokerReader& read,
                                         const std::vector<Listener>& listeners,
                                         const std::vector<std::string>& controller_names,
                                         const SecurityProtocolMap& protocols) {
  std::vector<Listener> result = listeners;
  if (read.is_set("advertised.listeners")) {
    TRY_ASSIGN(result, parse_listeners(read.list("advertised.listeners"), protocols, false));
    std::erase_if(result, [&](const Listener& one) { return has(controller_names, one.name); });
  }
  if (result.empty()) {
    return requirement(
        "There must be at least one broker advertised listener. Perhaps all listeners appear in "
        "controller.listener.names?");
  }
  for (const Listener& listener : result) {
    if (is_meta_address(listener.host)) {
      return requirement(fmt::format(
          "advertised.listeners cannot use the nonroutable meta-address {}. Use a routable IP "
          "address.",
          listener.host));
    }
    if (!has(names_of(listeners), listener.name)) {
      return requirement(fmt::format(
          "advertised.listeners listener names must be equal to or a subset of the ones defined in "
          "listeners. Found {}. The valid options based on the current configuration are {}",
          joined(names_of(result)), joined(names_of(listeners))));
    }
  }
  return result;
}

Result<std::string> inter_broker_name(const BrokerReader& read, const BrokerSettings& settings,
                                      const SecurityProtocolMap& protocols) {
  std::string name = "PLAINTEXT";
  if (read.is_set("inter.broker.listener.name")) {
    if (read.is_set("security.inter.broker.protocol")) {
      return fail(Errc::invalid,
                  "Only one of inter.broker.listener.name and security.inter.broker.protocol "
                  "should be set.");
    }
    name = upper_names({read.text("inter.broker.listener.name")}).front();
    if (!protocols.contains(name)) {
      return fail(Errc::invalid,
                  fmt::format("Listener with name {} defined in inter.broker.listener.name not "
                              "found in listener.security.protocol.map.",
                              name));
    }
  } else if (read.is_set("security.inter.broker.protocol")) {
    name = read.text("security.inter.broker.protocol");
  }
  const auto options = names_of(settings.advertised_listeners);
  if (!has(options, name)) {
    return requirement(fmt::format(
        "inter.broker.listener.name must be a listener name defined in advertised.listeners. The "
        "valid options based on currently configured listeners are {}",
        joined(options)));
  }
  return name;
}

// Whether an address that a client would use leads to one of our own controller listeners.
bool is_own_controller(const HostPort& address, const BrokerSettings& settings) {
  return std::ranges::any_of(settings.controller_listeners, [&](const Listener& own) {
    if (own.port != address.port) return false;
    if (own.host == address.host) return true;
    if (is_loopback(address.host)) {
      return own.host.empty() || is_meta_address(own.host) || is_loopback(own.host);
    }
    // A name of this machine: an address that only others know cannot be told from it here.
    return (own.host.empty() || is_meta_address(own.host)) &&
           std::ranges::any_of(settings.advertised_listeners,
                               [&](const Listener& told) { return told.host == address.host; });
  });
}

}  // namespace

Result<> read_listeners(const BrokerReader& read, BrokerSettings& settings) {
  const auto controller_names = upper_names(read.list("controller.listener.names"));
  TRY_ASSIGN(const SecurityProtocolMap protocols, protocol_map(read, controller_names));
  TRY_ASSIGN(std::vector<Listener> all, parse_listeners(read.list("listeners"), protocols, true));
  for (Listener& listener : all) {
    auto& group =
        has(controller_names, listener.name) ? settings.controller_listeners : settings.listeners;
    group.push_back(std::move(listener));
  }
  if (settings.listeners.empty()) {
    return requirement(
        "There must be at least one broker advertised listener. Perhaps all listeners appear in "
        "controller.listener.names?");
  }
  if (settings.controller_listeners.empty()) {
    settings.controller_listeners.push_back(
        {controller_names.front(), "127.0.0.1", default_controller_port});
  }
  TRY(check_plaintext(settings.listeners, protocols));
  if (protocols.contains(settings.controller_listeners.front().name)) {
    TRY(check_plaintext(settings.controller_listeners, protocols));
  }
  TRY_ASSIGN(settings.advertised_listeners,
             advertised(read, settings.listeners, controller_names, protocols));
  TRY_ASSIGN(settings.inter_broker_listener_name, inter_broker_name(read, settings, protocols));
  return {};
}

Result<> check_quorum(const BrokerReader& read, const BrokerSettings& settings) {
  auto roles = read.list("process.roles");
  if (!has(roles, "broker") || !has(roles, "controller")) {
    return fail(Errc::unsupported,
                fmt::format("process.roles is {}: one process that is broker and controller is "
                            "served (process.roles=broker,controller)",
                            joined(roles)));
  }
  for (const std::string& voter : read.list("controller.quorum.voters")) {
    const std::size_t at = voter.find('@');
    const auto id = java_integer(voter.substr(0, at), INT32_MIN, INT32_MAX);
    if (id != settings.node_id) {
      return fail(Errc::unsupported,
                  fmt::format("controller.quorum.voters names {}: a quorum of this node alone "
                              "(id {}) is served",
                              voter, settings.node_id));
    }
  }
  for (const std::string& server : read.list("controller.quorum.bootstrap.servers")) {
    if (is_own_controller(*parse_host_port(server), settings)) continue;
    return fail(Errc::unsupported,
                fmt::format("controller.quorum.bootstrap.servers names {}, which is not this "
                            "node's controller listener ({}): a quorum of this node alone is "
                            "served",
                            server,
                            format_host_port({settings.controller_listeners.front().host,
                                              settings.controller_listeners.front().port})));
  }
  return {};
}

}  // namespace weir::metadata
