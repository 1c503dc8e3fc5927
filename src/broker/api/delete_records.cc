// DeleteRecords: everything below an offset goes (KIP-107). It is answered when the new log start
// offset is in the checkpoint: records that were said to be gone do not come back after a crash (in
// Kafka they do, for up to a minute).

#include "base/canary.h"
#include "wire/message/delete_records_request.h"
#include "wire/message/delete_records_response.h"

#include "broker/api/typed.h"
#include "broker/spread.h"
#include "broker/topic_creation.h"

namespace weir::broker::api {
namespace {

using wire::DeleteRecordsRequest;
using wire::DeleteRecordsResponse;
using wire::ErrorCode;
using DeletedAnswer = DeleteRecordsResponse::DeleteRecordsPartitionResult;

constexpr Offset up_to_high_watermark = -1;

struct DeletedItem {
  PartitionId id;
  Offset offset = 0;
  DeletedAnswer* answer = nullptr;
};

ErrorCode delete_below(Partition* partition, Offset offset) {
  if (!partition) return ErrorCode::not_leader_or_follower;
  if (const ErrorCode error = partition->check_leader(); error != ErrorCode::none) return error;
  // A topic that is only compacted keeps its keys.
  const auto& config = partition->settings().log;
  if (config.cleanup_compact && !config.cleanup_delete) return ErrorCode::policy_violation;
  const Offset high_watermark = partition->high_watermark();
  const Offset target = offset == up_to_high_watermark ? high_watermark : offset;
  if (target < 0 || target > high_watermark) return ErrorCode::offset_out_of_range;
  partition->raise_log_start_offset(target);
  return ErrorCode::none;
}

void delete_here(Shard& shard, std::span<DeletedItem* const> items) {
  for (DeletedItem* item : items) {
    Partition* partition = shard.partition(item->id);
    const ErrorCode error = delete_below(partition, item->offset);
    item->answer->error_code = code(error);
    item->answer->low_watermark =
        error == ErrorCode::none ? partition->log().log_start_offset() : no_offset;
  }
}

Task<> handle(Request& request, const DeleteRecordsRequest& body, DeleteRecordsResponse& response) {
  std::vector<DeletedItem> items;
  response.topics =
      request.arena.array<DeleteRecordsResponse::DeleteRecordsTopicResult>(body.topics.size());
  for (std::size_t t = 0; t < body.topics.size(); ++t) {
    const auto& asked = body.topics[t];
    const weir::metadata::Topic* topic = request.shard->image().topic(asked.name.view());
    response.topics[t].name = asked.name;
    response.topics[t].partitions = request.arena.array<DeletedAnswer>(asked.partitions.size());
    for (std::size_t p = 0; p < asked.partitions.size(); ++p) {
      DeletedAnswer& answer = response.topics[t].partitions[p];
      answer.partition_index = asked.partitions[p].partition_index;
      answer.low_watermark = no_offset;
      if (!topic || !topic->partition(answer.partition_index)) {
        answer.error_code = code(ErrorCode::unknown_topic_or_partition);
      } else if (is_internal_topic(topic->name)) {
        answer.error_code = code(ErrorCode::invalid_topic_exception);
      } else {
        items.push_back({{topic->id, answer.partition_index}, asked.partitions[p].offset, &answer});
      }
    }
  }
  std::vector<DeletedItem*> known;
  for (DeletedItem& item : items) known.push_back(&item);
  co_await visit_by_shard(*request.shard, std::span<DeletedItem* const>(known), delete_here);
  if (sings(Canary::deleted_records_return)) co_return;
  const Result<> durable = co_await request.shard->node.checkpoint(*request.shard);
  if (durable) co_return;
  for (const DeletedItem& item : items) {
    if (item.answer->error_code == 0)
      item.answer->error_code = code(ErrorCode::kafka_storage_error);
  }
}

}  // namespace

const Api delete_records{wire::ApiKey::delete_records,
                         serve_typed<DeleteRecordsRequest, DeleteRecordsResponse, handle>};

}  // namespace weir::broker::api
