// Produce: batches to partitions (KIP-98, 467, 516, 951). Everything up to staging happens before
// the first suspension on the partition's shard, so that pipelined requests of a connection append
// in order.

#include "wire/message/produce_request.h"
#include "wire/message/produce_response.h"

#include "broker/api/endpoints.h"
#include "broker/api/typed.h"
#include "broker/partition/append.h"
#include "broker/spread.h"
#include "broker/topic_creation.h"

namespace weir::broker::api {
namespace {

using wire::ErrorCode;
using wire::ProduceRequest;
using wire::ProduceResponse;
using ProduceAnswer = ProduceResponse::PartitionProduceResponse;

// One partition of the request: where it goes, and what becomes of it.
struct ProduceItem {
  PartitionId id;
  PartitionAppend append;
  bool is_known = false;
};

// What can be said without asking the partition.
ErrorCode check_item(const Request& request, const ProduceRequest& body,
                     const weir::metadata::Topic* topic, PartitionIndex index) {
  if (body.acks < -1 || body.acks > 1) return ErrorCode::invalid_required_acks;
  if (!topic) {
    return request.version >= 13 ? ErrorCode::unknown_topic_id
                                 : ErrorCode::unknown_topic_or_partition;
  }
  if (!topic->partition(index)) return ErrorCode::unknown_topic_or_partition;
  if (is_internal_topic(topic->name) && request.client_id.view() != "__admin_client") {
    return ErrorCode::invalid_topic_exception;
  }
  return ErrorCode::none;
}

std::vector<ProduceItem> items_of(const Request& request, const ProduceRequest& body) {
  const Shard& shard = *request.shard;
  const env::Instant deadline =
      shard.env.clock.now() + std::chrono::milliseconds(std::max(body.timeout_ms, 0));
  std::vector<ProduceItem> items;
  for (const auto& asked : body.topic_data) {
    const weir::metadata::Topic* topic = request.version >= 13
                                             ? shard.image().topic(asked.topic_id)
                                             : shard.image().topic(asked.name.view());
    for (const auto& partition : asked.partition_data) {
      ProduceItem& item = items.emplace_back();
      item.append.acks = body.acks;
      item.append.api_version = request.version;
      item.append.deadline = deadline;
      // The frame is the request's own memory: batches are stamped in it.
      const Bytes records = partition.records.view();
      item.append.records = {const_cast<std::byte*>(records.data()), records.size()};
      const ErrorCode error = check_item(request, body, topic, partition.index);
      if (error != ErrorCode::none) {
        item.append.fail(error);
        continue;
      }
      item.is_known = true;
      item.id = {topic->id, partition.index};
    }
  }
  return items;
}

// On the shard of these partitions.
Task<> append_here(Shard& shard, std::span<ProduceItem* const> items) {
  AppendJoin join(shard.env.executor, items.size());
  for (ProduceItem* item : items) {
    item->append.join = &join;
    Partition* partition = shard.partition(item->id);
    if (partition && partition->state() == Partition::State::opening) {
      co_await partition->opened();
      partition = shard.partition(item->id);
    }
    if (partition) {
      partition->append(item->append);
    } else {
      item->append.fail(ErrorCode::not_leader_or_follower);
      join.one_ended();
    }
  }
  co_await join.all_ended();
}

void fill(Request& request, const PartitionAppend& append, ProduceAnswer& answer) {
  answer.error_code = code(append.error);
  answer.base_offset = append.error == ErrorCode::none ? append.base_offset : no_offset;
  answer.log_append_time_ms =
      append.error == ErrorCode::none ? append.log_append_time : no_timestamp;
  answer.log_start_offset = append.log_start_offset;
  // As Kafka: in words only where single records are named; else the code says it all.
  if (!append.record_errors.empty())
    answer.error_message = request.arena.copy(std::string_view(append.message));
  answer.record_errors =
      request.arena.array<ProduceResponse::BatchIndexAndErrorMessage>(append.record_errors.size());
  for (std::size_t i = 0; i < append.record_errors.size(); ++i) {
    answer.record_errors[i].batch_index = append.record_errors[i].batch_index;
    answer.record_errors[i].batch_index_error_message =
        request.arena.copy(std::string_view(append.record_errors[i].message));
  }
}

// KIP-951: who asked the wrong broker is told the right one.
void add_leader_hint(Request& request, const PartitionId& id, ProduceAnswer& answer,
                     std::vector<BrokerId>& leaders) {
  const weir::metadata::Topic* topic = request.shard->image().topic(id.topic_id);
  const weir::metadata::Partition* partition = topic ? topic->partition(id.partition) : nullptr;
  if (!partition || partition->leader == no_broker) return;
  answer.current_leader.leader_id = partition->leader;
  answer.current_leader.leader_epoch = partition->leader_epoch;
  leaders.push_back(partition->leader);
}

Task<> handle(Request& request, const ProduceRequest& body, ProduceResponse& response) {
  std::vector<ProduceItem> items = items_of(request, body);
  std::vector<ProduceItem*> known;
  for (ProduceItem& item : items) {
    if (item.is_known) known.push_back(&item);
  }
  co_await visit_by_shard(*request.shard, std::span<ProduceItem* const>(known), append_here);
  if (body.acks == 0) {
    request.has_answer = false;
    for (const ProduceItem& item : items) {
      // Nobody reads an answer: closing the connection is the only way to say that it went wrong.
      if (item.append.error != ErrorCode::none) request.closes_connection = true;
    }
    co_return;
  }
  response.responses =
      request.arena.array<ProduceResponse::TopicProduceResponse>(body.topic_data.size());
  std::vector<BrokerId> leaders;
  std::size_t next = 0;
  for (std::size_t t = 0; t < body.topic_data.size(); ++t) {
    const auto& asked = body.topic_data[t];
    auto& topic = response.responses[t];
    topic.name = asked.name;
    topic.topic_id = asked.topic_id;
    topic.partition_responses = request.arena.array<ProduceAnswer>(asked.partition_data.size());
    for (std::size_t p = 0; p < asked.partition_data.size(); ++p) {
      const ProduceItem& item = items[next++];
      ProduceAnswer& answer = topic.partition_responses[p];
      answer.index = asked.partition_data[p].index;
      fill(request, item.append, answer);
      if (request.version >= 10 && item.append.error == ErrorCode::not_leader_or_follower) {
        add_leader_hint(request, item.id, answer, leaders);
      }
    }
  }
  if (!leaders.empty()) {
    response.node_endpoints = node_endpoints<ProduceResponse::NodeEndpoint>(request, leaders);
  }
}

}  // namespace

const Api produce{wire::ApiKey::produce, serve_typed<ProduceRequest, ProduceResponse, handle>};

}  // namespace weir::broker::api
