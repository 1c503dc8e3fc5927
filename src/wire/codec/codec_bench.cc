// What the interpreter costs, per message: a Produce request of one small batch and of many
// partitions, a Fetch response whose records leave as a gap, a Metadata response of 1,000
// partitions.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "wire/codec/codec.h"
#include "wire/message/fetch_response.h"
#include "wire/message/metadata_response.h"
#include "wire/message/produce_request.h"
#include "wire/message/request_header.h"

namespace weir::wire {
namespace {

// A message with the arrays that it points to.
struct Produce {
  Produce(std::size_t topic_count, std::size_t partition_count)
      : records(200, 'r'), topics(topic_count) {
    for (std::size_t t = 0; t < topic_count; ++t) {
      names.push_back("topic-with-a-name-" + std::to_string(t));
      auto& list = partitions.emplace_back(partition_count);
      for (std::size_t p = 0; p < partition_count; ++p) {
        list[p].index = static_cast<std::int32_t>(p);
        list[p].records = Records(as_bytes(records));
      }
    }
    for (std::size_t t = 0; t < topic_count; ++t) {
      topics[t].name = names[t];
      topics[t].partition_data = partitions[t];
    }
    request.acks = -1;
    request.timeout_ms = 30'000;
    request.topic_data = topics;
  }

  std::string records;
  std::vector<std::string> names;
  std::vector<std::vector<ProduceRequest::PartitionProduceData>> partitions;
  std::vector<ProduceRequest::TopicProduceData> topics;
  ProduceRequest request;
};

struct Fetch {
  explicit Fetch(std::size_t partition_count) : partitions(partition_count), topics(1) {
    for (std::size_t p = 0; p < partition_count; ++p) {
      partitions[p].partition_index = static_cast<std::int32_t>(p);
      partitions[p].high_watermark = 1'000'000;
      partitions[p].aborted_transactions = Array<FetchResponse::AbortedTransaction>::null();
      partitions[p].records = Records::external(65'536);
    }
    topics[0].topic_id = {7, 7};
    topics[0].partitions = partitions;
    response.responses = topics;
  }

  std::vector<FetchResponse::PartitionData> partitions;
  std::vector<FetchResponse::FetchableTopicResponse> topics;
  FetchResponse response;
};

struct Metadata {
  explicit Metadata(std::size_t partition_count)
      : replicas{1, 2, 3}, partitions(partition_count), topics(1), brokers(3) {
    for (std::size_t p = 0; p < partition_count; ++p) {
      partitions[p].partition_index = static_cast<std::int32_t>(p);
      partitions[p].leader_id = 1;
      partitions[p].replica_nodes = replicas;
      partitions[p].isr_nodes = replicas;
    }
    for (auto& broker : brokers) broker.host = "broker.example.org";
    topics[0].name = "topic";
    topics[0].partitions = partitions;
    response.topics = topics;
    response.brokers = brokers;
    response.cluster_id = "cluster";
  }

  std::vector<std::int32_t> replicas;
  std::vector<MetadataResponse::MetadataResponsePartition> partitions;
  std::vector<MetadataResponse::MetadataResponseTopic> topics;
  std::vector<MetadataResponse::MetadataResponseBroker> brokers;
  MetadataResponse response;
};

template <class M>
void decode_again(benchmark::State& state, const M& message, std::int16_t version) {
  Output output;
  if (!encode(message, version, output)) return state.SkipWithError("does not encode");
  Arena arena;
  for (auto _ : state) {
    M decoded;
    arena.clear();
    auto used = decode(decoded, output.bytes(), version, arena);
    benchmark::DoNotOptimize(used);
    benchmark::DoNotOptimize(decoded);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(output.bytes().size()));
}

template <class M>
void encode_again(benchmark::State& state, const M& message, std::int16_t version) {
  Output output;
  for (auto _ : state) {
    output.clear();
    auto done = encode(message, version, output);
    benchmark::DoNotOptimize(done);
    benchmark::DoNotOptimize(output);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(output.bytes().size()));
}

// Arguments: topics, partitions of each.
void produce_v9_decode(benchmark::State& state) {
  const Produce produce(static_cast<std::size_t>(state.range(0)),
                        static_cast<std::size_t>(state.range(1)));
  decode_again(state, produce.request, 9);
}
BENCHMARK(produce_v9_decode)->Args({1, 1})->Args({10, 10});

void produce_v9_encode(benchmark::State& state) {
  const Produce produce(static_cast<std::size_t>(state.range(0)),
                        static_cast<std::size_t>(state.range(1)));
  encode_again(state, produce.request, 9);
}
BENCHMARK(produce_v9_encode)->Args({1, 1})->Args({10, 10});

void fetch_v13_response_encode(benchmark::State& state) {
  const Fetch fetch(static_cast<std::size_t>(state.range(0)));
  encode_again(state, fetch.response, 13);
}
BENCHMARK(fetch_v13_response_encode)->Arg(1)->Arg(100);

void metadata_v12_response_encode(benchmark::State& state) {
  const Metadata metadata(static_cast<std::size_t>(state.range(0)));
  encode_again(state, metadata.response, 12);
}
BENCHMARK(metadata_v12_response_encode)->Arg(1)->Arg(1000);

void metadata_v12_response_decode(benchmark::State& state) {
  const Metadata metadata(static_cast<std::size_t>(state.range(0)));
  decode_again(state, metadata.response, 12);
}
BENCHMARK(metadata_v12_response_decode)->Arg(1)->Arg(1000);

void request_header_v2_decode(benchmark::State& state) {
  RequestHeader header;
  header.client_id = "a-client-of-some-name";
  decode_again(state, header, 2);
}
BENCHMARK(request_header_v2_decode);

}  // namespace
}  // namespace weir::wire
