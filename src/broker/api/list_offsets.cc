// ListOffsets: offsets by timestamp, and the special ones (KIP-79, 734, 405, 1005, 1023).

#include "wire/message/list_offsets_request.h"
#include "wire/message/list_offsets_response.h"

#include <set>

#include "base/offload.h"
#include "broker/api/typed.h"
#include "broker/spread.h"

namespace weir::broker::api {
namespace {

using wire::ErrorCode;
using wire::ListOffsetsRequest;
using wire::ListOffsetsResponse;
using OffsetAnswer = ListOffsetsResponse::ListOffsetsPartitionResponse;

constexpr std::int64_t latest = -1;
constexpr std::int64_t earliest = -2;
constexpr std::int64_t max_timestamp = -3;
constexpr std::int64_t earliest_local = -4;
constexpr std::int64_t latest_tiered = -5;
constexpr std::int64_t earliest_pending_upload = -6;

struct OffsetItem {
  PartitionId id;
  const ListOffsetsRequest::ListOffsetsPartition* asked = nullptr;
  OffsetAnswer* answer = nullptr;
  std::int16_t version = 0;  // of the request
};

// The first version that may ask for a special timestamp.
std::int16_t version_of(std::int64_t timestamp) {
  switch (timestamp) {
    case max_timestamp:
      return 7;
    case earliest_local:
      return 8;
    case latest_tiered:
      return 9;
    case earliest_pending_upload:
      return 11;
    default:
      return timestamp < earliest_pending_upload ? INT16_MAX : 1;
  }
}

// Kafka's answer for an offset that a leader cannot name yet (KIP-207).
std::int16_t not_available(std::int16_t version) {
  return code(version >= 5 ? ErrorCode::offset_not_available : ErrorCode::leader_not_available);
}

// What has no time to look up. False: a look-up is needed.
bool answer_special(Partition& partition, Isolation isolation, const OffsetItem& item) {
  const log::PartitionLog& log = partition.log();
  OffsetAnswer& answer = *item.answer;
  switch (item.asked->timestamp) {
    case latest:
      if (!partition.knows_committed_end()) {
        answer.error_code = not_available(item.version);
        return true;
      }
      answer.offset = partition.read_bound(isolation);
      answer.leader_epoch = log.latest_epoch();
      return true;
    case earliest:
    case earliest_local:
      answer.offset = log.log_start_offset();
      answer.leader_epoch = log.epoch_at(answer.offset);
      return true;
    case latest_tiered:
    case earliest_pending_upload:
      return true;  // nothing is tiered: -1
    default:
      return false;
  }
}

Task<> look_up(Shard& shard, Partition& partition, Isolation isolation, const OffsetItem& item) {
  if (answer_special(partition, isolation, item)) co_return;
  auto lookup = item.asked->timestamp == max_timestamp
                    ? partition.log().lookup_max_timestamp()
                    : partition.log().lookup_timestamp(item.asked->timestamp);
  const Offset bound = partition.read_bound(isolation);
  const bool is_settled = partition.knows_committed_end();
  const auto found = co_await offload(shard.env.executor, [&lookup] { return lookup.carry_out(); });
  if (!found) {
    item.answer->error_code = code(ErrorCode::kafka_storage_error);
  } else if (*found && (*found)->offset < bound) {
    item.answer->timestamp = (*found)->timestamp;
    item.answer->offset = (*found)->offset;
    item.answer->leader_epoch = (*found)->leader_epoch;
  } else if (!is_settled) {
    item.answer->error_code = not_available(item.version);
  }
}

ErrorCode check(const Partition* partition, const OffsetItem& item) {
  if (!partition) return ErrorCode::not_leader_or_follower;
  const ErrorCode error = partition->check_leader();
  return error != ErrorCode::none ? error
                                  : partition->check_epoch(item.asked->current_leader_epoch);
}

Task<> look_up_here(Shard& shard, std::span<OffsetItem* const> items, Isolation isolation) {
  for (OffsetItem* item : items) {
    Partition* partition = shard.partition(item->id);
    if (partition) co_await partition->opened();
    partition = shard.partition(item->id);
    const ErrorCode error = check(partition, *item);
    if (error != ErrorCode::none) {
      item->answer->error_code = code(error);
    } else {
      co_await look_up(shard, *partition, isolation, *item);
    }
  }
}

Task<> handle(Request& request, const ListOffsetsRequest& body, ListOffsetsResponse& response) {
  std::vector<OffsetItem> items;
  std::set<std::pair<std::string_view, PartitionIndex>> seen;
  response.topics =
      request.arena.array<ListOffsetsResponse::ListOffsetsTopicResponse>(body.topics.size());
  for (std::size_t t = 0; t < body.topics.size(); ++t) {
    const auto& asked = body.topics[t];
    const weir::metadata::Topic* topic = request.shard->image().topic(asked.name.view());
    response.topics[t].name = asked.name;
    response.topics[t].partitions = request.arena.array<OffsetAnswer>(asked.partitions.size());
    for (std::size_t p = 0; p < asked.partitions.size(); ++p) {
      OffsetAnswer& answer = response.topics[t].partitions[p];
      answer.partition_index = asked.partitions[p].partition_index;
      if (!seen.emplace(asked.name.view(), answer.partition_index).second) {
        answer.error_code = code(ErrorCode::invalid_request);
      } else if (request.version < version_of(asked.partitions[p].timestamp)) {
        answer.error_code = code(ErrorCode::unsupported_version);
      } else if (!topic || !topic->partition(answer.partition_index)) {
        answer.error_code = code(ErrorCode::unknown_topic_or_partition);
      } else {
        items.push_back(
            {{topic->id, answer.partition_index}, &asked.partitions[p], &answer, request.version});
      }
    }
  }
  std::vector<OffsetItem*> known;
  for (OffsetItem& item : items) known.push_back(&item);
  const Isolation isolation =
      body.isolation_level == 1 ? Isolation::read_committed : Isolation::read_uncommitted;
  const auto visit = [isolation](Shard& there, std::span<OffsetItem* const> part) {
    return look_up_here(there, part, isolation);
  };
  co_await visit_by_shard(*request.shard, std::span<OffsetItem* const>(known), visit);
  if (request.version < 4) {
    for (const OffsetItem& item : items) item.answer->leader_epoch = no_epoch;
  }
}

}  // namespace

const Api list_offsets{wire::ApiKey::list_offsets,
                       serve_typed<ListOffsetsRequest, ListOffsetsResponse, handle>};

}  // namespace weir::broker::api
