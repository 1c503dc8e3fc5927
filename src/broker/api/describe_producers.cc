// DescribeProducers: who writes to a partition idempotently or in a transaction (KIP-664).

#include "wire/message/describe_producers_request.h"
#include "wire/message/describe_producers_response.h"

#include "broker/api/typed.h"
#include "broker/spread.h"

namespace weir::broker::api {
namespace {

using wire::DescribeProducersRequest;
using wire::DescribeProducersResponse;
using wire::ErrorCode;
using ProducersAnswer = DescribeProducersResponse::PartitionResponse;

struct ProducersItem {
  PartitionId id;
  ProducersAnswer* answer = nullptr;
  ErrorCode error = ErrorCode::none;
  std::vector<log::ActiveProducer> producers;
};

void describe_here(Shard& shard, std::span<ProducersItem* const> items) {
  for (ProducersItem* item : items) {
    Partition* partition = shard.partition(item->id);
    item->error = partition ? partition->check_leader() : ErrorCode::not_leader_or_follower;
    if (item->error == ErrorCode::none) item->producers = partition->log().active_producers();
  }
}

void fill(Request& request, const ProducersItem& item) {
  item.answer->error_code = code(item.error);
  item.answer->active_producers =
      request.arena.array<DescribeProducersResponse::ProducerState>(item.producers.size());
  for (std::size_t i = 0; i < item.producers.size(); ++i) {
    const log::ActiveProducer& producer = item.producers[i];
    auto& out = item.answer->active_producers[i];
    out.producer_id = producer.producer_id;
    out.producer_epoch = producer.producer_epoch;
    out.last_sequence = producer.last_sequence;
    out.last_timestamp = producer.last_timestamp;
    out.coordinator_epoch = producer.coordinator_epoch;
    out.current_txn_start_offset = producer.current_transaction_start;
  }
}

Task<> handle(Request& request, const DescribeProducersRequest& body,
              DescribeProducersResponse& response) {
  std::vector<ProducersItem> items;
  response.topics =
      request.arena.array<DescribeProducersResponse::TopicResponse>(body.topics.size());
  for (std::size_t t = 0; t < body.topics.size(); ++t) {
    const auto& asked = body.topics[t];
    const weir::metadata::Topic* topic = request.shard->image().topic(asked.name.view());
    response.topics[t].name = asked.name;
    response.topics[t].partitions =
        request.arena.array<ProducersAnswer>(asked.partition_indexes.size());
    for (std::size_t p = 0; p < asked.partition_indexes.size(); ++p) {
      ProducersAnswer& answer = response.topics[t].partitions[p];
      answer.partition_index = asked.partition_indexes[p];
      if (topic && topic->partition(answer.partition_index)) {
        items.push_back({.id = {topic->id, answer.partition_index}, .answer = &answer});
      } else {
        answer.error_code = code(ErrorCode::unknown_topic_or_partition);
      }
    }
  }
  std::vector<ProducersItem*> known;
  for (ProducersItem& item : items) known.push_back(&item);
  co_await visit_by_shard(*request.shard, std::span<ProducersItem* const>(known), describe_here);
  for (ProducersItem& item : items) {
    if (has_large_answer(request)) {
      item.error = ErrorCode::invalid_request;
      item.producers.clear();
    }
    fill(request, item);
  }
}

}  // namespace

const Api describe_producers{
    wire::ApiKey::describe_producers,
    serve_typed<DescribeProducersRequest, DescribeProducersResponse, handle>};

}  // namespace weir::broker::api
