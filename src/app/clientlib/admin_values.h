#pragma once
// Between the administrator's values and the public ones: public_of() one way, inner_of() the
// other.

#include <expected>
#include <map>
#include <vector>

#include "app/clientlib/failures.h"
#include "app/clientlib/partition_values.h"
#include "client/admin/admin.h"
#include "weir/admin.h"

namespace weir::clientlib {

template <class T>
  requires std::is_arithmetic_v<T>
T public_of(T number) {
  return number;
}
inline std::string public_of(std::string text) { return text; }
ConfigEntry public_of(const client::ConfigEntry& entry);
ConfigResource public_of(const client::ConfigResource& resource);
CreatedTopic public_of(const client::CreatedTopic& topic);
TopicListing public_of(const client::TopicListing& topic);
TopicDescription public_of(const client::TopicDescription& topic);
ListedOffset public_of(const client::ListedOffset& offset);
CommittedOffset public_of(const client::CommittedOffset& offset);
GroupListing public_of(const client::GroupListing& group);
GroupDescription public_of(const client::GroupDescription& group);
ClusterDescription public_of(const client::ClusterDescription& cluster);
QuorumDescription public_of(const client::QuorumDescription& quorum);
LogDirDescription public_of(const client::LogDirDescription& directory);

template <class T>
auto public_of(const std::expected<T, client::Failure>& outcome);
template <class Key, class T>
auto public_of(const std::map<Key, T>& values);

template <class T>
auto public_of(const std::vector<T>& values) {
  std::vector<decltype(public_of(values.front()))> converted;
  converted.reserve(values.size());
  for (const T& each : values) converted.push_back(public_of(each));
  return converted;
}

template <class T>
auto public_of(const std::expected<T, client::Failure>& outcome) {
  if constexpr (std::is_void_v<T>) {
    return outcome ? std::expected<void, Failure>()
                   : std::expected<void, Failure>(std::unexpected(failure_of(outcome.error())));
  } else {
    using Public = std::expected<decltype(public_of(*outcome)), Failure>;
    return outcome ? Public(public_of(*outcome))
                   : Public(std::unexpected(failure_of(outcome.error())));
  }
}

template <class Key, class T>
auto public_of(const std::map<Key, T>& values) {
  std::map<decltype(public_of(std::declval<const Key&>())),
           decltype(public_of(std::declval<const T&>()))>
      converted;
  for (const auto& [key, value] : values) converted.emplace(public_of(key), public_of(value));
  return converted;
}

client::ConfigResource inner_of(const ConfigResource& resource);
client::NewTopic inner_of(NewTopic topic);
client::NewPartitions inner_of(NewPartitions partitions);
client::CommittedOffset inner_of(const CommittedOffset& offset);

}  // namespace weir::clientlib
