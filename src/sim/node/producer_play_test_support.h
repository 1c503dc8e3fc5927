#pragma once
// A producer of the topic "t", what became of its records, and what the log has.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "client/producer/producer.h"
#include "sim/node/one_node_test_support.h"

namespace weir::sim {

inline client::ClusterOptions options_for(OneNode& one) {
  return {.bootstrap = {one.node.address()}};
}

inline client::ProducerRecord record_of(std::string_view value) {
  return {.topic = "t", .value = wire::Blob(as_bytes(value))};
}

// A cluster and a producer, from the first record to the end.
struct ProducingClient {
  ProducingClient(env::Env& env, const client::ClusterOptions& where,
                  const client::ProducerOptions& how)
      : cluster(env, where), producer(cluster, how) {}
  Task<> close(env::Instant deadline) {
    auto closing = producer.close(deadline);
    co_await std::move(closing);
    auto ending = cluster.close();
    co_await std::move(ending);
  }
  client::Cluster cluster;
  client::Producer producer;
};

inline Task<Result<std::vector<FetchedRecord>>> stored(OneNode& one, Offset from = 0) {
  RawClient reader = one.client();
  auto connecting = reader.connect();
  CO_TRY(co_await std::move(connecting));
  std::vector<FetchedRecord> records;
  for (Offset high_watermark = from + 1; from < high_watermark;) {
    auto fetching = fetch(reader, {"t", 0}, from);
    CO_TRY_ASSIGN(Fetched fetched, co_await std::move(fetching));
    EXPECT_EQ(fetched.error_code, 0);
    high_watermark = fetched.high_watermark;
    if (fetched.records.empty()) break;
    from = fetched.records.back().offset + 1;
    std::ranges::move(fetched.records, std::back_inserter(records));
  }
  co_return records;
}

// What became of records 0 to n-1, whose values are their numbers after a prefix.
struct Fates {
  std::vector<std::vector<client::Delivery>> outcomes;
  client::OnDelivery next() {
    outcomes.emplace_back();
    return [this, i = outcomes.size() - 1](const client::Delivery& delivery) {
      outcomes[i].push_back(delivery);
    };
  }
  std::size_t open() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(outcomes, [](const auto& told) { return told.empty(); }));
  }
};

inline std::string value_of(std::string_view prefix, std::size_t i) {
  return std::string(prefix) + "-" + std::to_string(i);
}

inline Task<> post_all(client::Producer& producer, Fates& fates, std::string prefix,
                       std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string value = value_of(prefix, i);
    client::OnDelivery done = fates.next();
    auto posting = producer.post(record_of(value), std::move(done));
    co_await std::move(posting);
  }
}

}  // namespace weir::sim
