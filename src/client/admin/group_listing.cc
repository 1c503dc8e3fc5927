#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "client/admin/routing.h"
#include "wire/message/list_groups_request.h"
#include "wire/message/list_groups_response.h"

namespace weir::client {
namespace {

using wire::ErrorCode;
using wire::ListGroupsRequest;
using wire::ListGroupsResponse;
using Listings = std::map<std::string, GroupListing>;

constexpr std::int16_t states_version = 4;  // of ListGroups (KIP-518)
constexpr std::int16_t types_version = 5;   // (KIP-848)

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// Brokers write types in small letters, Kafka's client with a capital.
std::string type_name(std::string_view said) {
  constexpr std::array<std::string_view, 4> known = {"Classic", "Consumer", "Share", "Streams"};
  const auto found = std::ranges::find_if(known, [&](std::string_view name) {
    return std::ranges::equal(name, said, {}, lower, lower);
  });
  return std::string(found == known.end() ? said : *found);
}

struct ListingGroups {
  AdminRouter& router;
  env::Instant deadline;
  GroupFilter filter;
  Batch<BrokerId, Listings> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId broker, std::vector<BrokerId>) {
    const auto version = connection->versions().pick(ListGroupsRequest::api_key);
    CO_TRY(version);
    std::vector<wire::Str> states(filter.states.begin(), filter.states.end());
    std::vector<wire::Str> types(filter.types.begin(), filter.types.end());
    if ((*version < states_version && !states.empty()) ||
        (*version < types_version && !types.empty())) {
      co_return weir::fail(Errc::unsupported,
                           fmt::format("broker {} cannot filter the list of groups", broker));
    }
    ListGroupsRequest request;
    request.states_filter = states;
    request.types_filter = types;
    auto calling = connection->call<ListGroupsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    const ErrorCode error = wire::error_info(answer->error_code).code;
    if (error != ErrorCode::none) {
      co_return fail(error, fmt::format("the groups of broker {}", broker));
    }
    Listings groups;
    for (const auto& group : answer->groups) {
      groups[group.group_id.str()] = {.protocol_type = group.protocol_type.str(),
                                      .state = group.group_state.str(),
                                      .type = type_name(group.group_type),
                                      .coordinator = broker};
    }
    batch.settle(broker, std::move(groups));
    co_return Outcome<>{};
  }
};

}  // namespace

Task<Outcome<Listings>> Admin::list_groups(GroupFilter filter, env::Instant deadline) {
  auto asking = router_->broker_ids(deadline);
  CO_TRY_ASSIGN(const std::vector<BrokerId> brokers, co_await std::move(asking));
  ListingGroups listing{*router_, deadline, std::move(filter), Batch<BrokerId, Listings>(brokers)};
  auto running = router_->run(listing, router_->brokers(deadline));
  co_await std::move(running);
  Listings all;
  for (auto& [broker, outcome] : listing.batch.take()) {
    CO_TRY_ASSIGN(Listings some, std::move(outcome));
    all.merge(some);
  }
  co_return all;
}

}  // namespace weir::client
