#include <algorithm>
#include <charconv>
#include <utility>

#include "client/admin/config_entry.h"
#include "client/admin/routing.h"
#include "wire/message/describe_configs_request.h"
#include "wire/message/describe_configs_response.h"
#include "wire/message/incremental_alter_configs_request.h"
#include "wire/message/incremental_alter_configs_response.h"
#include "wire/message/list_config_resources_request.h"
#include "wire/message/list_config_resources_response.h"

namespace weir::client {
namespace {

using wire::DescribeConfigsRequest;
using wire::DescribeConfigsResponse;
using wire::ErrorCode;
using wire::IncrementalAlterConfigsRequest;
using wire::IncrementalAlterConfigsResponse;
using wire::ListConfigResourcesRequest;
using wire::ListConfigResourcesResponse;

ConfigResource resource_of(std::int8_t type, wire::Str name) {
  return {static_cast<ConfigResourceType>(type), name.str()};
}

// Whom a resource belongs to; any_broker: all of them. A name that is no number stays with any
// broker, which says what is wrong with it.
BrokerId owner_of(const ConfigResource& resource) {
  const bool is_of_one = resource.type == ConfigResourceType::broker ||
                         resource.type == ConfigResourceType::broker_logger;
  BrokerId id = any_broker;
  const char* const end = resource.name.data() + resource.name.size();
  if (!is_of_one || std::from_chars(resource.name.data(), end, id).ptr != end || id < 0) {
    return any_broker;
  }
  return id;
}

Task<Routes<ConfigResource>> locate_owners(AdminRouter& router,
                                           std::vector<ConfigResource> resources, bool again,
                                           BrokerId others, env::Instant deadline) {
  std::map<BrokerId, std::vector<ConfigResource>> by_owner;
  for (ConfigResource& resource : resources) {
    by_owner[owner_of(resource)].push_back(std::move(resource));
  }
  Routes<ConfigResource> routes;
  if (const auto of_all = by_owner.extract(any_broker)) {
    routes.by_broker[others] = std::move(of_all.mapped());
  }
  std::vector<BrokerId> owners;
  for (const auto& [owner, owned] : by_owner) owners.push_back(owner);
  auto locating = router.brokers(deadline)(std::move(owners), again);
  Routes<BrokerId> located = co_await std::move(locating);
  for (auto& [owner, owned] : by_owner) {
    const auto lost = located.lost.find(owner);
    if (lost == located.lost.end()) {
      routes.by_broker[owner] = std::move(owned);
    } else {
      for (ConfigResource& resource : owned) routes.lost.emplace(std::move(resource), lost->second);
    }
  }
  co_return routes;
}

AdminRouter::Locate<ConfigResource> owners(AdminRouter& router, BrokerId others,
                                           env::Instant deadline) {
  return [&router, others, deadline](std::vector<ConfigResource> resources, bool again) {
    return locate_owners(router, std::move(resources), again, others, deadline);
  };
}

ConfigEntry entry_of(const DescribeConfigsResponse::DescribeConfigsResourceResult& answer) {
  ConfigEntry entry{.name = answer.name.str(),
                    .value = text_or_none(answer.value),
                    .source = config_source(answer.config_source),
                    .type = config_type(answer.config_type),
                    .read_only = answer.read_only,
                    .sensitive = answer.is_sensitive,
                    .synonyms = {},
                    .documentation = text_or_none(answer.documentation)};
  for (const auto& synonym : answer.synonyms) {
    entry.synonyms.push_back({.name = synonym.name.str(),
                              .value = text_or_none(synonym.value),
                              .source = config_source(synonym.source)});
  }
  return entry;
}

struct DescribingConfigs {
  AdminRouter& router;
  env::Instant deadline;
  DescribeConfigsOptions options;
  Batch<ConfigResource, std::vector<ConfigEntry>> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId,
                      std::vector<ConfigResource> resources) {
    std::vector<wire::Str> names(options.names.begin(), options.names.end());
    std::vector<DescribeConfigsRequest::DescribeConfigsResource> asked(resources.size());
    for (std::size_t i = 0; i < resources.size(); ++i) {
      asked[i].resource_type = static_cast<std::int8_t>(resources[i].type);
      asked[i].resource_name = resources[i].name;
      asked[i].configuration_keys =
          names.empty() ? wire::Array<wire::Str>::null() : wire::Array<wire::Str>(names);
    }
    DescribeConfigsRequest request;
    request.resources = asked;
    request.include_synonyms = options.synonyms;
    const auto version = connection->versions().pick(DescribeConfigsRequest::api_key);
    request.include_documentation = options.documentation && version && *version >= 3;
    auto calling =
        connection->call<DescribeConfigsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& result : answer->results) {
      const ConfigResource resource = resource_of(result.resource_type, result.resource_name);
      const ErrorCode error = wire::error_info(result.error_code).code;
      if (error != ErrorCode::none) {
        batch.settle(resource, fail(error, resource.text(), result.error_message.str()));
        continue;
      }
      std::vector<ConfigEntry> entries;
      for (const auto& config : result.configs) entries.push_back(entry_of(config));
      batch.settle(resource, std::move(entries));
    }
    co_return Outcome<>{};
  }
};

struct AlteringConfigs {
  AdminRouter& router;
  env::Instant deadline;
  std::map<ConfigResource, std::vector<ConfigAlteration>> changes;
  bool validate_only;
  Batch<ConfigResource, void> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId,
                      std::vector<ConfigResource> resources) {
    std::vector<IncrementalAlterConfigsRequest::AlterConfigsResource> asked(resources.size());
    std::vector<std::vector<IncrementalAlterConfigsRequest::AlterableConfig>> configs(
        resources.size());
    for (std::size_t i = 0; i < resources.size(); ++i) {
      for (const ConfigAlteration& change : changes.at(resources[i])) {
        auto& config = configs[i].emplace_back();
        config.name = change.name;
        config.config_operation = static_cast<std::int8_t>(change.operation);
        config.value = change.operation == AlterOperation::remove ? wire::Str::null()
                                                                  : wire::Str(change.value);
      }
      asked[i].resource_type = static_cast<std::int8_t>(resources[i].type);
      asked[i].resource_name = resources[i].name;
      asked[i].configs = configs[i];
    }
    IncrementalAlterConfigsRequest request;
    request.resources = asked;
    request.validate_only = validate_only;
    auto calling =
        connection->call<IncrementalAlterConfigsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& result : answer->responses) {
      const ConfigResource resource = resource_of(result.resource_type, result.resource_name);
      const ErrorCode error = wire::error_info(result.error_code).code;
      Outcome<> outcome;
      if (error != ErrorCode::none) {
        outcome = fail(error, resource.text(), result.error_message.str());
      }
      batch.settle(resource, std::move(outcome));
    }
    co_return Outcome<>{};
  }
};

struct ListingConfigResources {
  AdminRouter& router;
  env::Instant deadline;
  std::vector<std::int8_t> types;

  Task<Outcome<std::set<ConfigResource>>> ask(Cluster::Connection connection) {
    ListConfigResourcesRequest request;
    request.resource_types = types;
    const bool metrics_only =
        types.size() == 1 &&
        types[0] == static_cast<std::int8_t>(ConfigResourceType::client_metrics);
    const auto version = connection->versions().pick(ListConfigResourcesRequest::api_key);
    // Version 0 carries no types, and is of client metrics.
    if (version && *version == 0 && metrics_only) request.resource_types = {};
    auto calling =
        connection->call<ListConfigResourcesResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    const ErrorCode error = wire::error_info(answer->error_code).code;
    if (error != ErrorCode::none) co_return fail(error, "the list of configured resources");
    std::set<ConfigResource> resources;
    for (const auto& resource : answer->config_resources) {
      resources.insert(resource_of(resource.resource_type, resource.resource_name));
    }
    co_return resources;
  }
};

}  // namespace

Task<PerItem<ConfigResource, std::vector<ConfigEntry>>> Admin::describe_configs(
    std::vector<ConfigResource> resources, DescribeConfigsOptions options, env::Instant deadline) {
  DescribingConfigs describing{
      *router_, deadline, std::move(options),
      Batch<ConfigResource, std::vector<ConfigEntry>>(resources, Belief::second_answer)};
  auto running = router_->run(describing, owners(*router_, any_broker, deadline));
  co_await std::move(running);
  co_return describing.batch.take();
}

Task<PerItem<ConfigResource>> Admin::alter_configs(
    std::map<ConfigResource, std::vector<ConfigAlteration>> changes, bool validate_only,
    env::Instant deadline) {
  std::vector<ConfigResource> resources;
  for (const auto& [resource, change] : changes) resources.push_back(resource);
  AlteringConfigs altering{*router_, deadline, std::move(changes), validate_only,
                           Batch<ConfigResource, void>(resources)};
  auto running = router_->run(altering, owners(*router_, the_controller, deadline));
  co_await std::move(running);
  co_return altering.batch.take();
}

Task<Outcome<std::set<ConfigResource>>> Admin::list_config_resources(
    std::vector<ConfigResourceType> types, env::Instant deadline) {
  ListingConfigResources listing{*router_, deadline, {}};
  for (const ConfigResourceType type : types) {
    listing.types.push_back(static_cast<std::int8_t>(type));
  }
  auto asking = router_->ask_one_of<std::set<ConfigResource>>(any_broker, listing);
  co_return co_await std::move(asking);
}

}  // namespace weir::client
