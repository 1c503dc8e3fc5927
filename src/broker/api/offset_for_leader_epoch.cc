// OffsetForLeaderEpoch: where a leader's epoch ends, so that a consumer notices a truncation
// (KIP-320).

#include "wire/message/offset_for_leader_epoch_request.h"
#include "wire/message/offset_for_leader_epoch_response.h"

#include "broker/api/typed.h"
#include "broker/spread.h"

namespace weir::broker::api {
namespace {

using wire::ErrorCode;
using wire::OffsetForLeaderEpochRequest;
using wire::OffsetForLeaderEpochResponse;
using EpochAnswer = OffsetForLeaderEpochResponse::EpochEndOffset;

struct EpochItem {
  PartitionId id;
  const OffsetForLeaderEpochRequest::OffsetForLeaderPartition* asked = nullptr;
  EpochAnswer* answer = nullptr;
};

void find_ends(Shard& shard, std::span<EpochItem* const> items) {
  for (EpochItem* item : items) {
    const Partition* partition = shard.partition(item->id);
    ErrorCode error = partition ? partition->check_leader() : ErrorCode::not_leader_or_follower;
    if (error == ErrorCode::none) error = partition->check_epoch(item->asked->current_leader_epoch);
    item->answer->error_code = code(error);
    if (error != ErrorCode::none) continue;
    const log::EpochEnd end =
        shard.partition(item->id)->log().end_offset_for_epoch(item->asked->leader_epoch);
    item->answer->leader_epoch = end.epoch;
    item->answer->end_offset = end.end_offset;
  }
}

Task<> handle(Request& request, const OffsetForLeaderEpochRequest& body,
              OffsetForLeaderEpochResponse& response) {
  std::vector<EpochItem> items;
  response.topics = request.arena.array<OffsetForLeaderEpochResponse::OffsetForLeaderTopicResult>(
      body.topics.size());
  for (std::size_t t = 0; t < body.topics.size(); ++t) {
    const auto& asked = body.topics[t];
    const weir::metadata::Topic* topic = request.shard->image().topic(asked.topic.view());
    response.topics[t].topic = asked.topic;
    response.topics[t].partitions = request.arena.array<EpochAnswer>(asked.partitions.size());
    for (std::size_t p = 0; p < asked.partitions.size(); ++p) {
      EpochAnswer& answer = response.topics[t].partitions[p];
      answer.partition = asked.partitions[p].partition;
      if (topic && topic->partition(answer.partition)) {
        items.push_back({{topic->id, answer.partition}, &asked.partitions[p], &answer});
      } else {
        answer.error_code = code(ErrorCode::unknown_topic_or_partition);
      }
    }
  }
  std::vector<EpochItem*> known;
  for (EpochItem& item : items) known.push_back(&item);
  co_await visit_by_shard(*request.shard, std::span<EpochItem* const>(known), find_ends);
}

}  // namespace

const Api offset_for_leader_epoch{
    wire::ApiKey::offset_for_leader_epoch,
    serve_typed<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, handle>};

}  // namespace weir::broker::api
