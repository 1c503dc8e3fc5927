#pragma once
// ProducerIds: the producer ids that this shard may give out, in blocks from the controller
// (AllocateProducerIds). A block that a crash leaves unused is lost, never given twice.

#include <cstdint>
#include <expected>

#include "base/ids.h"
#include "base/signal.h"
#include "base/task.h"
#include "wire/error_code.h"

namespace weir::broker {

class Shard;

class ProducerIds {
 public:
  explicit ProducerIds(Shard& shard);
  Task<std::expected<ProducerId, wire::ErrorCode>> next();

 private:
  Task<wire::ErrorCode> fetch_block();

  Shard& shard_;
  Signal fetched_;
  ProducerId next_ = 0;
  ProducerId end_ = 0;
  bool fetching_ = false;
};

}  // namespace weir::broker
