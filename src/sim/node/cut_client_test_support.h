#pragma once
// A client behind a network that is cut at one byte, and short words for what it was told.

#include <string>

#include "client/admin/admin.h"
#include "sim/node/cut_network_test_support.h"
#include "sim/node/one_node_test_support.h"

namespace weir::sim {

struct CutClient {
  explicit CutClient(OneNode& one)
      : network(one.env().network),
        env(with_network(one.env(), network)),
        cluster(env, {.bootstrap = {one.node.address()}}) {}
  CutClient(OneNode& one, std::uint64_t cut) : CutClient(one) { network.cut_after(cut); }
  Task<> close() {
    auto closing = cluster.close();
    co_await std::move(closing);
  }
  CutNetwork network;
  env::Env env;
  client::Cluster cluster;
};

template <class T>
std::string why_not(const client::Outcome<T>& outcome) {
  return outcome ? "" : outcome.error().message();
}

// What was said of it; NETWORK_EXCEPTION: nobody has said anything.
template <class Key, class T>
wire::ErrorCode answer_for(const client::PerItem<Key, T>& items, const Key& key) {
  const auto found = items.find(key);
  if (found == items.end()) return wire::ErrorCode::network_exception;
  if (found->second) return wire::ErrorCode::none;
  const client::Failure& failure = found->second.error();
  return failure.is_answer() ? failure.answer : wire::ErrorCode::network_exception;
}

}  // namespace weir::sim
