#include "broker/producer_ids.h"

#include "broker/node.h"
#include "broker/shard.h"
#include "wire/message/allocate_producer_ids_request.h"
#include "wire/message/allocate_producer_ids_response.h"

namespace weir::broker {

using wire::ErrorCode;

ProducerIds::ProducerIds(Shard& shard) : shard_(shard), fetched_(shard.env.executor) {}

Task<std::expected<ProducerId, ErrorCode>> ProducerIds::next() {
  while (next_ == end_) {
    if (fetching_) {
      co_await fetched_.wait();
      continue;
    }
    fetching_ = true;
    const ErrorCode error = co_await fetch_block();
    fetching_ = false;
    fetched_.notify();
    if (error != ErrorCode::none) co_return std::unexpected(error);
  }
  co_return next_++;
}

Task<ErrorCode> ProducerIds::fetch_block() {
  wire::AllocateProducerIdsRequest body;
  body.broker_id = shard_.node.node_id();
  body.broker_epoch = shard_.node.broker_epoch();
  wire::Output encoded;
  const Result<> fits = wire::encode(body, 0, encoded);
  CHECK(fits);
  auto asking = shard_.node.call_controller(shard_, wire::ApiKey::allocate_producer_ids, 0,
                                            encoded.bytes(), {});
  auto answer = co_await std::move(asking);
  wire::Arena arena;
  wire::AllocateProducerIdsResponse response;
  if (!answer || !wire::decode_whole(response, Bytes(*answer), 0, arena)) {
    co_return ErrorCode::coordinator_load_in_progress;  // retriable, as in Kafka
  }
  if (response.error_code != 0) co_return ErrorCode::coordinator_load_in_progress;
  next_ = response.producer_id_start;
  end_ = response.producer_id_start + response.producer_id_len;
  co_return ErrorCode::none;
}

}  // namespace weir::broker
